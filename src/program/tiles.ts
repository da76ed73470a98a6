/**
 * @file How much of a product one GPU thread computes. Many results per thread reuse loaded numbers; few keep more
 * threads busy. A software adapter has two or four cores and prefers the first, a graphics card has thousands and
 * prefers the second. For attention, `threadShare` in src/ops/attention/costs.ts does the same.
 */

export interface Tiles {
  readonly tall: 4 | 8 | 16; // rows per thread
  readonly wide: 1 | 2 | 4; // vec4s of a row per thread
  /** 64 threads cooperate through workgroup memory. */
  readonly shared?: boolean;
}

export const LARGE_TILES: Tiles = { tall: 16, wide: 4 };
export const SMALL_TILES: Tiles = { tall: 4, wide: 1 };
export const SHARED_TILES: Tiles = { tall: 4, wide: 1, shared: true };

/** vec4s per thread along `columns` numbers: as many as the tiles say, fewer if that does not divide evenly. */
export function vectorsAlong(columns: number, most: Tiles['wide']): Tiles['wide'] {
  if (most === 4 && columns % 16 === 0) return 4;
  return most >= 2 && columns % 8 === 0 ? 2 : 1;
}
