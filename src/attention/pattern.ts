/**
 * @file What an attention pattern declares: who reads whom in one layer.
 *
 * A pattern is a mask built from terms, with parameters. Pictures, counts, reach, kernels, caches and exported code all follow from its rows. It may add shortcuts for speed: `firstKey` if each query reads one unbroken run of tokens, ending with the query itself, and closed forms of counts. The family test checks each of them against the rows.
 */
import type { ParamSpecs, Params } from '../core/params';
import { remembering } from '../core/remember';
import { brief, maskOf, type Expression } from './expression';
import { read } from './parse';
import { has, type Runs } from './runs';
import { needOver } from './need';
import { pairsOver } from './pairs';

export interface PatternRule {
  readonly id: string;
  /** One letter for compact notation: G S S S. */
  readonly letter: string;
  readonly label: string;
  readonly order: number;
  /** One sentence, shown on the pages. */
  readonly summary: string;
  readonly source: string;
  readonly params: ParamSpecs;

  /** Which tokens reach a query, as themselves or in a summary. */
  expression(params: Params): Expression;

  /**
   * The first token that query q reads directly (not through a summary), if q reads every token from there up to q; it never decreases as q grows.
   * Kernels then walk one interval per query instead of tiles.
   */
  firstKey?(q: number, params: Params): number;

  /**
   * Tokens per summary, for patterns with `firstKey` that have summaries: query q reads the summaries of chunks 0 ..
   * firstKey(q) / C - 1.
   */
  chunk?(params: Params): number;

  /** Pairs (query, key or summary) among T tokens, per head and sequence. A closed form. */
  visiblePairs?(T: number, params: Params): number;

  /** Keys (tokens and summaries) a decoder must hold after T tokens. A closed form. */
  cachedKeys?(T: number, params: Params): number;
}

export interface Pattern extends PatternRule {
  /** 0 if there are no summaries. */
  chunk(params: Params): number;
  visiblePairs(T: number, params: Params): number;
  cachedKeys(T: number, params: Params): number;

  /** Of T tokens, those that query q reads directly, not through a summary. */
  reads(q: number, T: number, params: Params): Runs;

  /** May query q read key k itself (not through a summary)? */
  sees(q: number, k: number, params: Params): boolean;
}

export interface PatternSpec {
  readonly pattern: string;
  readonly params: Params;
}

/** One pattern per layer; what a plan expands to. */
export type LayerPlan = readonly PatternSpec[];

/** Cached per mask and length: curves and meters ask again on every settings change. */
const pairsOfText = remembering(512, (key) => {
  const at = key.indexOf(' ');
  return pairsOver(read(key.slice(at + 1)), Number(key.slice(0, at)));
});

/** A pattern with everything that follows from its rows. */
export function definePattern(rule: PatternRule): Pattern {
  const reads = (q: number, T: number, params: Params): Runs => {
    const first = rule.firstKey?.(q, params);
    return first === undefined
      ? maskOf(rule.expression(params), T).row(q)
      : q >= first
        ? [first, q + 1]
        : [];
  };
  return {
    chunk: () => 0,
    visiblePairs: (T, params) => pairsOfText(`${T} ${brief(rule.expression(params))}`),
    cachedKeys(T, params) {
      return T === 0 ? 0 : needOver(rule.expression(params), T).held[T - 1]!;
    },
    ...rule,
    reads,
    sees: (q, k, params) => has(reads(q, Math.max(q, k) + 1, params), k),
  };
}
