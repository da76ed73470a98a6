/**
 * @file Shared by attention with any mask in WebAssembly: rows of scores over the tiles of a block.
 *
 * A tile of the layout (src/attention/tiles.ts) is exactly what `tile` computes: four rows times a panel of eight.
 * Here a row of scores holds only the tiles its block of four reads, side by side, so its length follows the mask's
 * density. Bits are checked only in tiles that are not full, and are the same in all tiles of a span.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { bytesOf } from '../../simd/sizes.as';
import { TILE, tile, TILE_ROW } from '../../simd/tile.as';
import { zero } from '../../simd/vectors.as';
import { scoresOf } from '../shared.as';

/** As in src/attention/tiles.ts. */
export const SPAN: usize = 12; // bytes: first tile, one past the last tile, bits
const FULL: i32 = -1; // all pairs of a tile are in the mask

/** A stretch of adjacent tiles: its first, and how many. */
export const STRETCH: usize = 8; // bytes

/** Bytes per tile in a row of scores. */
export const TILE_BYTES: usize = 32;

/** Where the spans of block `block` begin, and those of the previous block end. */
@inline
export function spansOf(list: usize, block: i32): usize {
  return list + bytesOf(load<i32>(list + bytesOf(block)));
}

/** The bits of row n of four. */
@inline
export function bitsOf(bits: i32, n: i32): i32 {
  return (bits >> (n << 3)) & 255;
}

/** All ones in each lane whose bit is set, for the first four of eight columns; and for the last four. */
@inline
function lowLanes(row: i32): v128 {
  const bits = i32x4(1, 2, 4, 8);
  return i32x4.eq(v128.and(i32x4.splat(row), bits), bits);
}
@inline
function highLanes(row: i32): v128 {
  const bits = i32x4(16, 32, 64, 128);
  return i32x4.eq(v128.and(i32x4.splat(row), bits), bits);
}

/**
 * Joins spans that touch: whatever their bits, their panels are adjacent. Writes the stretches to `to` and returns
 * where they end.
 */
export function joinSpans(span: usize, end: usize, to: usize): usize {
  let next = -1; // the tile after the last stretch
  for (; span < end; span += SPAN) {
    const first = load<i32>(span);
    const after = load<i32>(span, 4);
    if (first == next) {
      store<i32>(to - STRETCH, load<i32>(to - STRETCH, 4) + after - first, 4);
    } else {
      store<i32>(to, first);
      store<i32>(to, after - first, 4);
      to += STRETCH;
    }
    next = after;
  }
  return to;
}

/** Bytes of a row of scores over all stretches. */
export function bytesOfAll(stretch: usize, end: usize): usize {
  let tiles = 0;
  for (; stretch < end; stretch += STRETCH) tiles += load<i32>(stretch, 4);
  return <usize>tiles * TILE_BYTES;
}

/** Four rows times the panels of all stretches, into rows `apart` bytes apart. `panels`: those of all columns. */
export function scoresOfAll(
  a0: usize, a1: usize, a2: usize, a3: usize, panels: usize, inner: i32,
  stretch: usize, end: usize, to: usize, apart: usize,
): void {
  for (; stretch < end; stretch += STRETCH) {
    const tiles = load<i32>(stretch, 4);
    const from = panels + <usize>(load<i32>(stretch) << 3) * bytesOf(inner);
    scoresOf(a0, a1, a2, a3, from, inner, tiles << 3, to, apart);
    to += <usize>tiles * TILE_BYTES;
  }
}

/** In four rows `apart` bytes apart, sets everything without a bit to `value` in every lane. */
export function hideSpans(rows: usize, apart: usize, span: usize, end: usize, value: v128): void {
  for (; span < end; span += SPAN) {
    const bits = load<i32>(span, 8);
    const bytes = <usize>(load<i32>(span, 4) - load<i32>(span)) * TILE_BYTES;
    if (bits != FULL) {
      for (let n = 0; n < 4; n++) {
        const own = bitsOf(bits, n);
        if (own == 255) continue;
        const low = lowLanes(own);
        const high = highLanes(own);
        const row = rows + <usize>n * apart;
        for (let at = row; at < row + bytes; at += TILE_BYTES) {
          v128.store(at, v128.bitselect(v128.load(at), value, low));
          v128.store(at, v128.bitselect(v128.load(at, 16), value, high), 16);
        }
      }
    }
    rows += bytes;
  }
}

/** Four rows of weights times the panels of all stretches: 8 columns into TILE. */
export function gatherAll(rows: usize, apart: usize, panels: usize, stretch: usize, end: usize): void {
  if (stretch == end) {
    for (let n: usize = 0; n < 128; n += 16) v128.store(TILE + n, zero());
    return;
  }
  const count = load<i32>(stretch, 4) << 3;
  const from = panels + (<usize>load<i32>(stretch) << 8);
  tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, from, count, TILE, TILE_ROW);
  rows += bytesOf(count);
  for (stretch += STRETCH; stretch < end; stretch += STRETCH) {
    const more = load<i32>(stretch, 4) << 3;
    const at = panels + (<usize>load<i32>(stretch) << 8);
    tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, at, more, TILE + 128, TILE_ROW);
    for (let n: usize = 0; n < 128; n += 16) {
      v128.store(TILE + n, f32x4.add(v128.load(TILE + n), v128.load(TILE + 128 + n)));
    }
    rows += bytesOf(more);
  }
}
