/** @file A mask at the size of a stamp: it samples one cell per pixel, so that it costs the same at any length. */
import { has } from '../attention/runs';
import type { Mask } from '../attention/mask';

/** [side, side], 1 where the cell in the middle of the pixel may be read. */
export function thumbnailOf(mask: Mask, side: number): Uint8Array {
  const cells = new Uint8Array(side * side);
  const middle = (i: number, of: number) => Math.floor(((i + 0.5) * of) / side);
  for (let y = 0; y < side; y++) {
    const row = mask.row(middle(y, mask.queries));
    for (let x = 0; x < side; x++) cells[y * side + x] = +has(row, middle(x, mask.keys));
  }
  return cells;
}
