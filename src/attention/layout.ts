/**
 * @file A pattern over T tokens as the intervals a kernel walks: no T × T matrix, O(T) numbers.
 *
 * Virtual keys are numbered tokens first, then summaries: 0 <= j < T is token j,
 * T + c is the summary of chunk c. `first` says what a query reads; `from` and `to`
 * say the same seen from a key: it is read by the queries from[j] <= q <= to[j].
 */
import type { PatternSpec } from './pattern';
import { patterns } from './registry';

export interface Layout {
  readonly T: number; // tokens
  readonly chunk: number; // tokens per summary, 0 where there are none
  readonly summaries: number; // summaries that some query reads
  readonly first: Int32Array; // [T] first key read exactly; first / chunk summaries stand before it
  readonly from: Int32Array; // [T + summaries] first query that reads virtual key j
  readonly to: Int32Array; // [T + summaries] last query that reads virtual key j
}

export function layoutOf({ pattern, params }: PatternSpec, T: number): Layout {
  const rule = patterns.get(pattern);
  const chunk = rule.chunk(params);
  const first = Int32Array.from({ length: T }, (_, q) => rule.firstKey(q, params));
  const summaries = chunk > 0 && T > 0 ? first[T - 1]! / chunk : 0;

  const from = new Int32Array(T + summaries);
  const to = new Int32Array(T + summaries);
  for (let k = 0, q = 0; k < T; k++) {
    // `first` never falls, so the last query that still reads k moves only forward.
    while (q + 1 < T && first[q + 1]! <= k) q++;
    from[k] = k;
    to[k] = Math.max(q, k);
  }
  for (let c = 0, q = 0; c < summaries; c++) {
    while (first[q]! < (c + 1) * chunk) q++;
    from[T + c] = q;
    to[T + c] = T - 1;
  }
  return { T, chunk, summaries, first, from, to };
}

/** Summaries query q reads. */
export const summariesOf = (layout: Layout, q: number): number =>
  layout.chunk > 0 ? layout.first[q]! / layout.chunk : 0;
