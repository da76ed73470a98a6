/**
 * @file The products of kernel.ts in WebAssembly. The right factor is packed into panels, each of which is multiplied
 * with four rows at a time. `kind` says whether the sums are stored, added, or go through SwiGLU. Each part of a launch
 * takes rows of the result; in productTN, rows or columns.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packPanel, packRows, packTransposed } from '../simd/panels.as';
import { begin, fresh, part, parts } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';
import { TILE, tile, tileOfColumns, TILE_ROW } from '../simd/tile.as';
import { sigmoid4 } from '../simd/vectors.as';

/** What to do with the sums of a product. */
const STORE = 0;
const ADD = 1; // to `other`, which may be y itself
const SWIGLU = 2;
const SWIGLU_GRAD = 3;

/**
 * Bytes of rows that are multiplied with one panel after the other. They stay in the L1 cache, and so do the rows of the
 * results: a panel writes only half a cache line of each.
 */
const ROW_BLOCK: i32 = 1 << 13;
/** Rows of a gradient's factors that are summed at a time, as kernel.ts counts its scratch. */
const DEPTH = 256;

/** Writes 8 results of `real` rows from TILE to their destination: columns c .. c + 7 of rows from r on. */
function finish(kind: i32, y: usize, other: usize, r: i32, real: i32, c: i32, columns: i32): void {
  if (kind == SWIGLU) return finishSwiglu(y, other, r, real, c >> 1, columns >> 1);
  const row = bytesOf(columns);
  const whole = c + 4 < columns;
  for (let n = 0; n < real; n++) {
    const low = v128.load(TILE + <usize>n * TILE_ROW);
    const high = v128.load(TILE + <usize>n * TILE_ROW, 16);
    const at = <usize>(r + n) * row + bytesOf(c);
    if (kind == STORE) {
      v128.store(y + at, low);
      if (whole) v128.store(y + at, high, 16);
    } else if (kind == ADD) {
      v128.store(y + at, f32x4.add(v128.load(other + at), low));
      if (whole) v128.store(y + at, f32x4.add(v128.load(other + at, 16), high), 16);
    } else {
      // Without a second half the first one is repeated in its place: one loop body is faster than two.
      const half: usize = whole ? 16 : 0;
      const pair = at + <usize>(r + n) * row;
      swigluGrad(low, other + pair, y + pair, row);
      swigluGrad(whole ? high : low, other + pair + half, y + pair + half, row);
    }
  }
}

/** Writes the gradients of 4 gates to `to`, and of their ups F numbers after it. */
@inline
function swigluGrad(d: v128, both: usize, to: usize, F: usize): void {
  const one = f32x4.splat(1);
  const gate = v128.load(both);
  const up = v128.load(both + F);
  const s = sigmoid4(gate);
  const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(gate, f32x4.sub(one, s))));
  v128.store(to, f32x4.mul(f32x4.mul(d, up), slope));
  v128.store(to + F, f32x4.mul(f32x4.mul(d, gate), s));
}

/**
 * A row of TILE is 4 gates and their 4 ups, of hidden numbers c .. c + 3. Two rows at a time, so that two exps
 * share their constants.
 */
function finishSwiglu(both: usize, gated: usize, r: i32, real: i32, c: i32, F: i32): void {
  for (let n = 0; n < real; n += 2) {
    const m = min(n + 1, real - 1);
    const gate0 = v128.load(TILE + <usize>n * TILE_ROW);
    const gate1 = v128.load(TILE + <usize>m * TILE_ROW);
    const up0 = v128.load(TILE + <usize>n * TILE_ROW, 16);
    const up1 = v128.load(TILE + <usize>m * TILE_ROW, 16);
    const row0 = <usize>(r + n) * bytesOf(F);
    const row1 = <usize>(r + m) * bytesOf(F);
    const at = bytesOf(c);
    v128.store(both + 2 * row0 + at, gate0);
    v128.store(both + 2 * row0 + at + bytesOf(F), up0);
    v128.store(both + 2 * row1 + at, gate1);
    v128.store(both + 2 * row1 + at + bytesOf(F), up1);
    v128.store(gated + row0 + at, f32x4.mul(f32x4.mul(gate0, sigmoid4(gate0)), up0));
    v128.store(gated + row1 + at, f32x4.mul(f32x4.mul(gate1, sigmoid4(gate1)), up1));
  }
}

/**
 * Rows top .. rows - 1 of `inner` numbers (a multiple of 4) times the panels of columns left .. right - 1, of
 * `columns`; `kind` says what follows.
 */
function multiply(
  kind: i32, a: usize, panels: usize, y: usize, other: usize,
  top: i32, rows: i32, inner: i32, left: i32, right: i32, columns: i32,
): void {
  const row = bytesOf(inner);
  const block = max(4, (ROW_BLOCK / (inner << 2)) & ~3);
  for (let r0 = top; r0 < rows; r0 += block) {
    const end = min(r0 + block, rows);
    let panel = panels;
    for (let c = left; c < right; c += 8) {
      for (let r = r0; r < end; r += 4) {
        const real = min(4, rows - r);
        // Past the end, the last row is repeated and its results are not stored.
        const a0 = a + <usize>r * row;
        const a1 = a + <usize>(r + min(1, real - 1)) * row;
        const a2 = a + <usize>(r + min(2, real - 1)) * row;
        const a3 = a + <usize>(r + min(3, real - 1)) * row;
        if (kind == STORE && real == 4 && c + 4 < columns) {
          tile(a0, a1, a2, a3, panel, inner, y + <usize>r * bytesOf(columns) + bytesOf(c), bytesOf(columns));
        } else {
          tile(a0, a1, a2, a3, panel, inner, TILE, TILE_ROW);
          finish(kind, y, other, r, real, c, columns);
        }
      }
      panel += <usize>inner << 5;
    }
  }
}

export function productNN(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  if (fresh) packRows(scratch, b, bytesOf(columns), inner, inner, columns, 1);
  multiply(STORE, a, scratch, y, 0, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productAdd(
  threads: i32,
  a: usize, b: usize, base: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  if (fresh) packRows(scratch, b, bytesOf(columns), inner, inner, columns, 1);
  multiply(ADD, a, scratch, y, base, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

/** A panel holds 4 gates and their 4 ups. */
export function productSwiglu(
  threads: i32,
  a: usize, b: usize, both: usize, gated: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  const F = columns >> 1;
  for (let c = fresh ? 0 : F; c < F; c += 4) {
    const to = scratch + <usize>(c >> 2) * (<usize>inner << 5);
    packPanel(to, b + bytesOf(c), bytesOf(F), bytesOf(columns), inner, inner, 1);
  }
  multiply(SWIGLU, a, scratch, both, gated, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productNT(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  if (fresh) packTransposed(scratch, b, bytesOf(inner), columns, inner, 1);
  multiply(STORE, a, scratch, y, 0, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productSwigluGrad(
  threads: i32,
  a: usize, b: usize, both: usize, dboth: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  if (fresh) packTransposed(scratch, b, bytesOf(inner), columns, inner, 1);
  multiply(SWIGLU_GRAD, a, scratch, dboth, both, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

/**
 * DEPTH rows at a time, so that they stay in the cache. Only `b` is packed: four columns of `a` are read where they lie.
 * Each part packs only the columns it multiplies, if there are enough.
 */
export function productTN(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  high: i32, wide: i32, scratch: usize,
): void {
  const across = columns >= rows || columns >= 8 * parts;
  const top = across ? 0 : begin(part, rows, 16);
  const bottom = across ? rows : begin(part + 1, rows, 16);
  const left = across ? begin(part, columns, 8) : 0;
  const right = across ? begin(part + 1, columns, 8) : columns;
  const rowOfA = bytesOf(rows);
  const row = bytesOf(columns);
  for (let k = 0; k < inner; k += DEPTH) {
    const count = min(DEPTH, inner - k);
    packRows(scratch, b + <usize>k * row + bytesOf(left), row, count, count, right - left, 1);
    let panel = scratch;
    for (let c = left; c < right; c += 8) {
      for (let r = top; r < bottom; r += 4) {
        const from = a + <usize>k * rowOfA + bytesOf(r);
        if (c + 4 < columns) {
          tileOfColumns(from, rowOfA, panel, count, y + <usize>r * row + bytesOf(c), row, k > 0);
        } else {
          tileOfColumns(from, rowOfA, panel, count, TILE, TILE_ROW, false);
          finish(k > 0 ? ADD : STORE, y, y, r, 4, c, columns);
        }
      }
      panel += <usize>count << 5;
    }
  }
}
