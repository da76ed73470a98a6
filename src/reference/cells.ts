/**
 * @file Pools a whole matrix of attention weights to the picture that src/ops/attention/probe.ts makes without a
 * matrix.
 */
import { isTiled, type Layout } from '../attention/layout';
import { cellsInTiles } from '../attention/tiles';
import type { Pooling } from '../model/pooling';
import { BLOCKED_CELL, SUMMARY_OFFSET } from '../ops/attention/probe';

/** weights [H, T, T + summaries] → cells [H, size, size] in the code of probe.ts. */
export function cellsOf(
  weights: Float32Array,
  layout: Layout,
  { size, factor, every }: Pooling,
): Float32Array {
  const { T, chunk, summaries } = layout;
  const tiles = isTiled(layout) ? cellsInTiles(layout) : undefined;
  const first = isTiled(layout) ? undefined : layout.first;
  const reads = (t: number, key: number) =>
    tiles ? tiles[t * T + key] === 1 : key <= t && key >= first![t]!;
  const keys = T + summaries;
  const heads = weights.length / (T * keys);
  const cells = new Float32Array(heads * size * size);
  for (let h = 0, i = 0; h < heads; h++) {
    for (let row = 0; row < size; row++) {
      const lastQuery = Math.min((row + 1) * factor, T) - 1;
      for (let column = 0; column < size; column++, i++) {
        const lastKey = Math.min((column + 1) * factor, T) - 1;
        let [exact, summary, most] = [false, false, 0];
        for (let t = lastQuery; t >= row * factor; t -= every) {
          const at = (h * T + t) * keys;
          for (let key = column * factor; key <= lastKey; key++) {
            if (reads(t, key)) {
              exact = true;
              most = Math.max(most, weights[at + key]!);
            } else if (chunk > 0 && key <= t) {
              summary = true;
              most = Math.max(most, weights[at + T + Math.floor(key / chunk)]! / chunk);
            }
          }
        }
        cells[i] = exact ? most : summary ? SUMMARY_OFFSET + most : BLOCKED_CELL;
      }
    }
  }
  return cells;
}
