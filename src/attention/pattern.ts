/**
 * @file What one attention pattern has to say of itself: who reads whom in one layer.
 *
 * Every pattern here is causal and reads, for query q, one run of exact keys
 * firstKey(q) <= k <= q and, where it has chunks, one summary for each chunk that
 * lies wholly before firstKey(q). Pictures, counts, kernels and caches all come from this.
 */
import type { ParamSpecs, Params } from '../core/params';

export interface Pattern {
  readonly id: string;
  /** One letter for compact notation: G S S S. */
  readonly letter: string;
  readonly label: string;
  readonly order: number;
  /** One sentence for people. */
  readonly summary: string;
  readonly source: string;
  readonly params: ParamSpecs;

  /** May query q read key k itself (not through a summary)? The rule in words of the paper; the rest is tested against it. */
  sees(q: number, k: number, params: Params): boolean;

  /** First key query q reads exactly; it never falls as q grows. */
  firstKey(q: number, params: Params): number;

  /** Tokens in one summary, or 0 where there are none. Query q reads chunks 0 .. firstKey(q) / C - 1 as summaries. */
  chunk(params: Params): number;

  /** Pairs (query, key or summary) among T tokens, per head and sequence. A closed form. */
  visiblePairs(T: number, params: Params): number;

  /** Keys (tokens and summaries) a decoder must hold after T tokens. */
  cachedKeys(T: number, params: Params): number;
}

export interface PatternSpec {
  readonly pattern: string;
  readonly params: Params;
}

/** One pattern per layer; what a plan expands to. */
export type LayerPlan = readonly PatternSpec[];

export const definePattern = (pattern: Pattern): Pattern => pattern;
