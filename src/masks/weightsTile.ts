/** @file A picture of attention weights. */
import type { Matrix } from './foreign/matrix';
import type { Tile, Viewport } from './tile';

/** The largest weight under each pixel, 255 for 1; square roots, so that small weights are visible. */
export function weightsIn(
  { queries, keys, at }: Pick<Matrix, 'queries' | 'keys' | 'at'>,
  { query, key, side }: Viewport,
  pixels: number,
): Tile {
  const size = Math.max(1, Math.min(side, Math.round(pixels)));
  const rows = Math.max(1, Math.min(side, queries));
  const high = Math.min(size, rows);
  const cells = new Uint8Array(high * size);
  for (let q = query; q < Math.min(queries, query + rows); q++)
    for (let k = key; k < Math.min(keys, key + side); k++) {
      const pixel =
        Math.floor(((q - query) * high) / rows) * size + Math.floor(((k - key) * size) / side);
      const weight = Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, at(q, k)))));
      if (weight > cells[pixel]!) cells[pixel] = weight;
    }
  return { viewport: { query, key, side }, size, high, queries: rows, cells };
}
