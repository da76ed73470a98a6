/** @file Copies matrices into panels: 8 columns each, in the order in which `tile` reads them. */

// @ts-nocheck AssemblyScript, not TypeScript

import { bytesOf } from './sizes.as';
import { zero } from './vectors.as';

/** Transposes a 4 × 4 block: its four rows become columns, `apart` bytes apart. */
@inline
function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, apart: usize): void {
  const low0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low0, low1, 0, 1, 4, 5));
  v128.store(to + apart, v128.shuffle<f32>(low0, low1, 2, 3, 6, 7));
  v128.store(to + 2 * apart, v128.shuffle<f32>(high0, high1, 0, 1, 4, 5));
  v128.store(to + 3 * apart, v128.shuffle<f32>(high0, high1, 2, 3, 6, 7));
}

/**
 * One panel from rows `stride` bytes apart: of each row the 4 numbers at `from` and the 4 that lie `gap` later; a gap
 * of 0 fills an unused half. Zeros from row `count` to `padded`.
 */
export function packPanel(
  to: usize, from: usize, gap: usize, stride: usize, count: i32, padded: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let k = 0; k < count; k++) {
    v128.store(to, f32x4.mul(f, v128.load(from)));
    v128.store(to, f32x4.mul(f, v128.load(from + gap)), 16);
    from += stride;
    to += 32;
  }
  for (let k = count; k < padded; k++) {
    v128.store(to, zero());
    v128.store(to, zero(), 16);
    to += 32;
  }
}

/** Two panels side by side: a cache line of each row is read once, even if it comes from another core. */
function packTwo(
  to: usize, other: usize, from: usize, stride: usize, count: i32, padded: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let k = 0; k < count; k++) {
    v128.store(to, f32x4.mul(f, v128.load(from)));
    v128.store(to, f32x4.mul(f, v128.load(from, 16)), 16);
    v128.store(other, f32x4.mul(f, v128.load(from, 32)));
    v128.store(other, f32x4.mul(f, v128.load(from, 48)), 16);
    from += stride;
    to += 32;
    other += 32;
  }
  memory.fill(to, 0, <usize>(padded - count) << 5);
  memory.fill(other, 0, <usize>(padded - count) << 5);
}

/** The panels of a matrix of `count` rows and `columns` (a multiple of 4), padded with zeros. */
export function packRows(
  to: usize, from: usize, stride: usize, count: i32, padded: i32, columns: i32, factor: f32,
): void {
  const panel = <usize>padded << 5;
  let c = 0;
  for (; c + 16 <= columns; c += 16) {
    packTwo(to, to + panel, from + bytesOf(c), stride, count, padded, factor);
    to += 2 * panel;
  }
  for (; c < columns; c += 8) {
    packPanel(to, from + bytesOf(c), c + 4 < columns ? 16 : 0, stride, count, padded, factor);
    to += panel;
  }
}

/** Four numbers of row r, zeros from row `count` on. */
@inline
function rowOrZero(from: usize, stride: usize, r: i32, count: i32): v128 {
  return r < count ? v128.load(from + <usize>r * stride) : zero();
}

/**
 * The panels of a transposed matrix: the columns of a panel are 8 of its `count` rows, `width` numbers each (a multiple
 * of 4).
 */
export function packTransposed(
  to: usize, from: usize, stride: usize, count: i32, width: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let r = 0; r < count; r += 8) {
    for (let c: usize = 0; c < bytesOf(width); c += 16) {
      for (let half = 0; half < 8; half += 4) {
        storeTransposed(
          f32x4.mul(f, rowOrZero(from + c, stride, r + half, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 1, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 2, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 3, count)),
          to + bytesOf(half), 32,
        );
      }
      to += 128;
    }
  }
}
