/**
 * @file A pattern over T tokens in the form a kernel walks, never a T × T matrix: an interval of keys per query if the pattern has one (`firstKey`), otherwise the tiles of its mask.
 *
 * For intervals, virtual keys are numbered tokens first, then summaries: 0 <= j < T is token j, T + c is the summary of chunk c. `first` says what a query reads; `from` and `to` say the same from the key's side: it is read by the queries from[j] <= q <= to[j].
 */
import { remembering } from '../core/remember';
import { maskOf } from './expression';
import type { PatternSpec } from './pattern';
import { patterns } from './registry';
import { tilesOf, type TileLayout } from './tiles';

export type Layout = Intervals | TileLayout;

export interface Intervals {
  readonly T: number; // tokens
  readonly chunk: number; // tokens per summary, 0 if there are none
  readonly summaries: number; // summaries that some query reads
  readonly first: Int32Array; // [T] first key read exactly; first / chunk summaries precede it
  readonly from: Int32Array; // [T + summaries] first query that reads virtual key j
  readonly to: Int32Array; // [T + summaries] last query that reads virtual key j
}

export const isTiled = (layout: Layout): layout is TileLayout => 'reads' in layout;

/** Whether a layer's mask is given in tiles, whatever its length. */
export const inTiles = ({ pattern }: PatternSpec): boolean => !patterns.get(pattern).firstKey;

export function layoutOf(spec: PatternSpec, T: number): Layout {
  const { firstKey } = patterns.get(spec.pattern);
  return firstKey ? intervalsOf(spec, T) : tiled(JSON.stringify([spec, T]));
}

/** Cached: the meters request the same layer on every settings change, once for each walk of a kernel. */
const tiled = remembering(32, (key) => {
  const [{ pattern, params }, T] = JSON.parse(key) as [PatternSpec, number];
  return tilesOf(maskOf(patterns.get(pattern).expression(params), T));
});

/** For a pattern whose queries read one run each. */
export function intervalsOf({ pattern, params }: PatternSpec, T: number): Intervals {
  const rule = patterns.get(pattern);
  const chunk = rule.chunk(params);
  const first = Int32Array.from({ length: T }, (_, q) => rule.firstKey!(q, params));
  const summaries = chunk > 0 && T > 0 ? first[T - 1]! / chunk : 0;

  const from = new Int32Array(T + summaries);
  const to = new Int32Array(T + summaries);
  for (let k = 0, q = 0; k < T; k++) {
    // `first` never decreases, so the last query that still reads k only moves forward.
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
export const summariesOf = (layout: Intervals, q: number): number =>
  layout.chunk > 0 ? layout.first[q]! / layout.chunk : 0;
