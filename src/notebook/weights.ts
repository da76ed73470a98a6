/** @file The attention weights that Python sends for the shown layer and head, as a picture (zebra_lab/widget.py). */
import { isWhole } from '../core/schema';
import type { Tile } from '../masks/tile';
import { placeIn } from './model';

export interface Weighed {
  readonly tile: Tile;
  /** The step, text and head of a capture whose mask is beside them, by its number. */
  readonly part: number;
  readonly layer: number;
  readonly head: number;
  /** Heads of this layer. */
  readonly heads: number;
  /** Whether they were computed, because the kernel returned none. */
  readonly computed: boolean;
  /** The weight of a cell; undefined if none was chosen. */
  readonly chosen:
    { readonly query: number; readonly key: number; readonly weight: number } | undefined;
}

/** `facts`: the trait `weighed`. Undefined for anything else than weights of a whole mask. */
export function weighedIn(facts: unknown, cells: Uint8Array<ArrayBuffer>): Weighed | undefined {
  const { side, size, high, queries, part, layer, head, heads, computed, cell, weight } = (facts ??
    {}) as Record<string, unknown>;
  const whole = [side, size, high, queries, part, layer, head, heads];
  if (!whole.every((one) => isWhole(one))) return undefined;
  const [s, across, down, rows, p, l, h, all] = whole as number[];
  const place = placeIn(cell);
  if (cells.length !== across! * down! || cells.length === 0) return undefined;
  return {
    tile: {
      viewport: { query: 0, key: 0, side: s! },
      size: across!,
      high: down!,
      queries: rows!,
      cells,
    },
    part: p!,
    layer: l!,
    head: h!,
    heads: all!,
    computed: computed === true,
    chosen: place && typeof weight === 'number' ? { ...place, weight } : undefined,
  };
}
