/**
 * @file How much of a product one GPU thread computes. Many results per thread reuse loaded numbers; few keep more
 * threads busy. A software adapter has two or four cores and prefers the first, a graphics card has thousands and
 * prefers the second. For attention, `threadShare` in src/ops/attention/costs.ts does the same.
 *
 * Whatever the tiles, a sum adds the same terms in the same order.
 */

export interface Tiles {
  readonly tall: 4 | 8 | 16; // rows per thread
  readonly wide: 1 | 2 | 4; // vec4s of a row per thread
  /** 64 threads cooperate through workgroup memory. */
  readonly shared?: boolean;
}

export const LARGE_TILES: Tiles = { tall: 16, wide: 4 };
/**
 * For software adapters. With large tiles the shaders compile for twice as long, and a step of the Lab's model takes an
 * eighth longer: a processor has too few registers for so many sums.
 */
export const MEDIUM_TILES: Tiles = { tall: 8, wide: 2 };
export const SMALL_TILES: Tiles = { tall: 4, wide: 1 };
export const SHARED_TILES: Tiles = { tall: 4, wide: 1, shared: true };

/** vec4s per thread along `columns` numbers: as many as the tiles say, fewer if that does not divide evenly. */
export function vectorsAlong(columns: number, most: Tiles['wide']): Tiles['wide'] {
  if (most === 4 && columns % 16 === 0) return 4;
  return most >= 2 && columns % 8 === 0 ? 2 : 1;
}
