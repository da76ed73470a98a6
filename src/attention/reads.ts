/** @file What one query of a layer reads, for counts, words and pictures: tokens as themselves, and summaries. */
import type { PatternSpec } from './pattern';
import { patterns } from './registry';
import { count, type Runs } from './runs';

export interface Reads {
  /** Tokens read as themselves. */
  readonly exact: Runs;
  /** Summaries read; they represent the tokens before the first exact one. */
  readonly summaries: number;
  readonly chunk: number; // tokens per summary, 0 if there are none
  readonly keys: number; // tokens and summaries
}

/** What query `query` of `T` tokens reads. */
export function readsOf({ pattern, params }: PatternSpec, query: number, T: number): Reads {
  const rule = patterns.get(pattern);
  const exact = rule.reads(query, T, params);
  const chunk = rule.chunk(params);
  const summaries = chunk > 0 ? (exact[0] ?? 0) / chunk : 0;
  return { exact, summaries, chunk, keys: count(exact) + summaries };
}

export const hasSummaries = ({ pattern, params }: PatternSpec): boolean =>
  patterns.get(pattern).chunk(params) > 0;
