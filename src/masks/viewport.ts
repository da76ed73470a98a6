/** @file The part of a mask that is seen: a square of cells that stays within the mask when it is zoomed or moved. */
import type { Viewport } from './tile';

/** Rows and columns of the mask. */
interface Size {
  readonly queries: number;
  readonly keys: number;
}

const CLOSEST = 8; // cells per side

/** Cells per side of a square that holds the whole mask. */
export const widestOf = ({ queries, keys }: Size): number => Math.max(queries, keys);

function within({ query, key, side }: Viewport, { queries, keys }: Size): Viewport {
  const clamp = (at: number, all: number) => Math.round(Math.max(0, Math.min(all - side, at)));
  return { query: clamp(query, queries), key: clamp(key, keys), side };
}

/** Zooms in (below 1) or out, keeping the cell under the pointer in place: `x` and `y` in 0..1 of the picture. */
export function zoomed(
  { query, key, side }: Viewport,
  size: Size,
  factor: number,
  x = 0.5,
  y = 0.5,
) {
  const widest = widestOf(size);
  const next = Math.min(widest, Math.max(Math.min(CLOSEST, widest), Math.round(side * factor)));
  return within(
    { query: query + y * (side - next), key: key + x * (side - next), side: next },
    size,
  );
}

export const panned = (
  { query, key, side }: Viewport,
  size: Size,
  queries: number,
  keys: number,
): Viewport => within({ query: query + queries, key: key + keys, side }, size);

/** Moved by as little as shows this cell. */
export function showing(
  viewport: Viewport,
  size: Size,
  { query, key }: { readonly query: number; readonly key: number },
): Viewport {
  const { side } = viewport;
  const along = (at: number, from: number) =>
    at < from ? at : at >= from + side ? at - side + 1 : from;
  return within({ query: along(query, viewport.query), key: along(key, viewport.key), side }, size);
}
