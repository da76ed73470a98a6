/** @file Which tokens of the input each query can depend on after the first layers of a plan, as cells of a map. */
import { BLOCKED, EXACT, SUMMARY, maskCells } from '../attention/mask';
import type { LayerPlan } from '../attention/pattern';
import { reachCone } from '../attention/reach';

/** Read in this layer itself, or only at second hand, through the layers before it. */
export const HERE = EXACT;
export const THROUGH = SUMMARY;

/**
 * Cells of the last layer of `layers`, pooled to `size` a side, each `factor` tokens wide:
 * HERE where that layer reads the token, THROUGH where only the layers before it make the way. Row-major [size, size].
 */
export function reachCells(layers: LayerPlan, T: number, factor: number): Uint8Array {
  const size = Math.ceil(T / factor);
  const cells = new Uint8Array(size * size);
  const here = maskCells(layers.at(-1)!, T);
  for (let q = 0; q < T; q++) {
    const reached = reachCone(layers, T, q)[0]!;
    const row = Math.floor(q / factor) * size;
    for (let k = 0; k <= q; k++) {
      const at = row + Math.floor(k / factor);
      if (here[q * T + k] !== BLOCKED) cells[at] = HERE;
      else if (reached[k] && cells[at] === BLOCKED) cells[at] = THROUGH;
    }
  }
  return cells;
}
