/**
 * @file What our attention kernels really compute, as numbers shared by the meters and the kernels.
 *
 * A kernel takes several queries (or keys) together, walks the union of what they read, and loads keys in groups; whatever is computed beyond a query's own interval is discarded. The backward pass recomputes the scores instead of keeping them.
 */
import { isTiled, layoutOf, summariesOf } from '../../attention/layout';
import type { PatternSpec } from '../../attention/pattern';
import {
  bitsSet,
  eachSpan,
  TILE_COLUMNS,
  TILE_ROWS,
  tileBlocks,
  type TileLayout,
} from '../../attention/tiles';

/** One walk over all pairs during a training step. */
export interface Walk {
  /** 'queries': queries walk their keys; 'keys': keys walk the queries that read them. */
  readonly over: 'queries' | 'keys';
  /** Queries (or keys) that walk together. */
  readonly together: number;
  /** Pairs of one query (or key) that are computed together; a shorter remainder costs as much. */
  readonly atOnce: number;
  /** Groups start at a multiple of `atOnce`, because they were packed that way. */
  readonly packed?: boolean;
  /** All T × (T + summaries) pairs are computed, whatever is read: whole matrices. */
  readonly dense?: boolean;
  /** FLOPs per computed pair and head dimension. */
  readonly flops: number;
}

/** Queries and keys per GPU thread: many reuse what was loaded, few keep more threads busy. */
export interface ThreadShare {
  readonly queries: 1 | 2 | 4; // forward
  readonly gradQueries: 1 | 2 | 4; // backward, over queries
  readonly keys: 1 | 2 | 4; // backward, over keys
}

/** Forward: q·k and weight × v (4). Then dq: s, dp, dq (6). Then dk and dv: s, dp, dk, dv (8). */
const walks = (
  { queries, gradQueries, keys }: ThreadShare,
  [forward, backward]: readonly [number, number],
): readonly Walk[] => [
  { over: 'queries', together: queries, atOnce: forward, flops: 4 },
  { over: 'queries', together: gradQueries, atOnce: backward, flops: 6 },
  { over: 'keys', together: keys, atOnce: backward, flops: 8 },
];

const ONE_BY_ONE = { over: 'queries', together: 1, atOnce: 1 } as const;

const ONE: ThreadShare = { queries: 1, gradQueries: 1, keys: 1 };

/** The share of one thread in each GPU kernel, by head width: wide heads fill the registers on their own. */
export function threadShare(kernel: 'gpu' | 'softwareGpu', headDim: number): ThreadShare {
  if (kernel === 'gpu' || headDim > 64) return ONE;
  if (headDim > 32) return { queries: 2, gradQueries: 2, keys: 2 };
  return { queries: 4, gradQueries: 4, keys: 4 };
}

/** The available attention kernels. */
export type KernelId =
  | 'gpu' // WGSL, on a graphics card
  | 'softwareGpu' // WGSL, on an adapter that computes on the CPU
  | 'simd' // WebAssembly
  | 'host' // plain loops: only pairs that are read are computed
  | 'composed'; // TensorFlow.js: the specification, whole matrices behind a mask

export function walksOf(kernel: KernelId, headDim: number): readonly Walk[] {
  switch (kernel) {
    case 'gpu':
    case 'softwareGpu':
      return walks(threadShare(kernel, headDim), [4, 1]);
    case 'simd':
      return walks({ queries: 4, gradQueries: 4, keys: 4 }, [8, 8]).map((walk) => ({
        ...walk,
        packed: true,
      }));
    case 'host':
      return walks(ONE, [1, 1]);
    case 'composed':
      // Q Kᵀ and A V (4); their four gradients (8). The tape keeps A, so nothing is recomputed.
      return [4, 8].map((flops) => ({ ...ONE_BY_ONE, dense: true, flops }));
  }
}

/** Whole tiles of the rows that walk together, wherever they hold a pair; plain loops compute only the pairs. */
function pairsOfTiles(
  { T, reads, readers }: TileLayout,
  { over, together, atOnce }: Pick<Walk, 'over' | 'together' | 'atOnce'>,
): number {
  const list = over === 'queries' ? reads : readers;
  const alone = together === 1 && atOnce === 1;
  let pairs = 0;
  for (let b = 0; b < tileBlocks(T); b++)
    eachSpan(list, b, (from, to, bits) => {
      if (alone) return void (pairs += (to - from) * bitsSet(bits));
      for (let row = 0; row < TILE_ROWS; row += together) {
        const own = (bits >>> (TILE_COLUMNS * row)) & (2 ** (TILE_COLUMNS * together) - 1);
        if (own !== 0) pairs += (to - from) * TILE_COLUMNS * together;
      }
    });
  return pairs;
}

/**
 * Pairs one walk computes among T tokens, per head and sequence: the visible ones, each interval widened and rounded
 * up, or all pairs.
 */
export function computedPairs(
  spec: PatternSpec,
  T: number,
  { over, together, atOnce, packed = false, dense = false }: Omit<Walk, 'flops'>,
): number {
  const layout = layoutOf(spec, T);
  if (dense) return T * (T + layout.summaries);
  if (isTiled(layout)) return pairsOfTiles(layout, { over, together, atOnce });
  const interval = (begin: number, end: number) => {
    const from = packed ? begin - (begin % atOnce) : begin;
    return together * Math.ceil((end - from) / atOnce) * atOnce;
  };
  let pairs = 0;
  if (over === 'queries') {
    for (let q = 0; q < T; q += together) {
      const last = Math.min(q + together, T) - 1;
      pairs += interval(layout.first[q]!, last + 1) + interval(0, summariesOf(layout, last));
    }
    return pairs;
  }
  const region = (begin: number, end: number) => {
    for (let j = begin; j < end; j += together) {
      const last = Math.min(j + together, end) - 1;
      pairs += interval(layout.from[j]!, layout.to[last]! + 1);
    }
  };
  region(0, T);
  region(T, layout.from.length);
  return pairs;
}
