/**
 * @file Shared by attention in WebAssembly, over intervals and over tiles: how parts divide it, and rows of scores.
 *
 * Four queries (or four keys) at a time, as products: panels of the keys are packed once per key-value head; four rows
 * of scores are computed with `tile`, turned into weights, and multiplied with panels of the values. A row of scores
 * covers the keys that any of the four reads, in whole panels; a weight of zero hides those that one of them does not
 * read.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part, parts } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';
import { TILE, tile, TILE_ROW } from '../simd/tile.as';
import { across, exp4, zero } from '../simd/vectors.as';

/**
 * How parts share attention: whole key-value heads of sequences if there are enough for every part to have equally many;
 * else each head is cut into this many lots, of which lot r has the blocks r, r + lots, … of four rows.
 */
export function lotsOf(units: i32): i32 {
  if (units % parts == 0 || units >= 6 * parts) return 1;
  let divisor = parts;
  for (let rest = units; rest > 0;) {
    const next = divisor % rest;
    divisor = rest;
    rest = next;
  }
  return parts / divisor;
}

/** The first of this part's lots of unit `n`, and the one after the last; consecutive units are adjacent in memory. */
@inline
export function firstLot(n: i32, lots: i32, units: i32): i32 {
  return min(lots, max(0, begin(part, lots * units, 1) - n * lots));
}
@inline
export function endOfLots(n: i32, lots: i32, units: i32): i32 {
  return min(lots, max(0, begin(part + 1, lots * units, 1) - n * lots));
}

/** The block of four rows after the one at `t`, among those of lots lot0 .. lot1 - 1. */
@inline
export function nextBlock(t: i32, lot0: i32, lot1: i32, lots: i32): i32 {
  const lot = (t >> 2) % lots;
  return t + ((lot + 1 < lot1 ? 1 : lots - (lot - lot0)) << 2);
}

/** Sets the numbers from .. to - 1 of a row of scores. */
export function hide(row: usize, from: i32, to: i32, value: f32): void {
  for (let n = from; n < to; n++) store<f32>(row + bytesOf(n), value);
}

/** Four rows times one panel after the other: the rows of results are `apart` bytes apart. */
export function scoresOf(
  a0: usize, a1: usize, a2: usize, a3: usize, panels: usize, inner: i32, count: i32, to: usize, apart: usize,
): void {
  for (let n = 0; n < count; n += 8) {
    tile(a0, a1, a2, a3, panels, inner, to, apart);
    panels += <usize>inner << 5;
    to += 32;
  }
}

/**
 * A row of scores, whole panels, becomes exp(s − less) in place; returns its sum. Four vectors at a time, because V8
 * reloads exp's constants in every iteration.
 */
export function exponents(row: usize, bytes: usize, less: f32): f32 {
  const shift = f32x4.splat(less);
  let total0 = zero();
  let total1 = zero();
  const end = row + bytes;
  for (; row + 32 < end; row += 64) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    const p2 = exp4(f32x4.sub(v128.load(row, 32), shift));
    const p3 = exp4(f32x4.sub(v128.load(row, 48), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    v128.store(row, p2, 32);
    v128.store(row, p3, 48);
    total0 = f32x4.add(total0, f32x4.add(p0, p2));
    total1 = f32x4.add(total1, f32x4.add(p1, p3));
  }
  if (row < end) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    total0 = f32x4.add(total0, p0);
    total1 = f32x4.add(total1, p1);
  }
  return across(f32x4.add(total0, total1));
}

/** Four rows of weights times panels of values, of tokens and of summaries: 8 columns into TILE. */
export function gather(
  rows: usize, apart: usize, tokens: usize, count: i32, means: usize, meanCount: i32,
): void {
  tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, tokens, count, TILE, TILE_ROW);
  if (meanCount == 0) return;
  const own = rows + bytesOf(count);
  tile(own, own + apart, own + 2 * apart, own + 3 * apart, means, meanCount, TILE + 128, TILE_ROW);
  for (let n: usize = 0; n < 128; n += 16) {
    v128.store(TILE + n, f32x4.add(v128.load(TILE + n), v128.load(TILE + 128 + n)));
  }
}

/** A row of 8 results of TILE, times a factor, to a destination with 4 or 8 columns. */
@inline
export function storeRow(to: usize, n: i32, factor: f32, whole: bool): void {
  const from = TILE + <usize>n * TILE_ROW;
  v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from)));
  if (whole) v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from, 16)), 16);
}
