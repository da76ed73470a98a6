/** @file What a screen shows of a mask: one number per pixel, however many cells lie under it. */
import type { Mask } from '../attention/mask';
import { clip } from '../attention/runs';

/** A square of `side` cells from its first query and key on; there is nothing beyond the mask. */
export interface Viewport {
  readonly query: number;
  readonly key: number;
  readonly side: number;
}

export interface Tile {
  readonly viewport: Viewport;
  readonly size: number; // pixels across, at most one per cell
  /** Pixels down, as many as across; for a viewport with fewer queries, at most one per query. */
  readonly high: number;
  /** Queries they show, from the first of the viewport on. */
  readonly queries: number;
  /** [high, size] share of the cells under the pixel that may be read, 0…255; 0 and 255 mean none and all. */
  readonly cells: Uint8Array<ArrayBuffer>;
}

/**
 * Works row by row, run by run: two marks fill all whole pixels of a run, and the pixels at its ends are filled in
 * part, so 16,384 rows cost 16,384 steps, however many cells they have.
 */
export function tileOf(mask: Mask, viewport: Viewport, pixels: number): Tile {
  const { query, key, side } = viewport;
  const size = Math.max(1, Math.min(side, Math.round(pixels)));
  // Missing rows take no room: otherwise the few rows of a decoding step would be smaller than a pixel.
  const queries = Math.max(1, Math.min(side, mask.queries));
  const high = Math.min(size, queries);
  const edge = (i: number) => Math.floor((i * side) / size);
  const down = (i: number) => Math.floor((i * queries) / high);
  const cells = new Uint8Array(high * size);
  const whole = new Int32Array(size + 1);
  const part = new Float64Array(size);
  const pixelOf = new Int32Array(side + 1);
  for (let p = 0; p < size; p++) pixelOf.fill(p, edge(p), edge(p + 1));
  pixelOf[side] = size;

  for (let y = 0; y < high; y++) {
    whole.fill(0);
    part.fill(0);
    const [from, to] = [down(y), down(y + 1)];
    for (let q = from; q < to && query + q < mask.queries; q++) {
      const runs = clip(mask.row(query + q), key, key + side);
      for (let r = 0; r < runs.length; r += 2) {
        const [a, b] = [runs[r]! - key, runs[r + 1]! - key];
        const [first, last] = [pixelOf[a]!, pixelOf[b]!];
        if (first === last) {
          part[first] = part[first]! + (b - a);
          continue;
        }
        if (a > edge(first)) part[first] = part[first]! + (edge(first + 1) - a);
        whole[a > edge(first) ? first + 1 : first]!++;
        whole[last]!--;
        if (last < size) part[last] = part[last]! + (b - edge(last));
      }
    }
    for (let x = 0, open = 0; x < size; x++) {
      open += whole[x]!;
      const wide = edge(x + 1) - edge(x);
      const share = (open * wide + part[x]!) / (wide * (to - from));
      // A single cell in a large pixel stays visible, as does a single hole.
      cells[y * size + x] =
        share <= 0 ? 0 : share >= 1 ? 255 : Math.min(254, Math.max(1, Math.round(255 * share)));
    }
  }
  return { viewport, size, high, queries, cells };
}
