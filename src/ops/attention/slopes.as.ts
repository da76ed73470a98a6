/**
 * @file Shared by the gradients of attention, over intervals (backward.as.ts) and over tiles (tiled/backward.as.ts):
 * the slopes of a row of scores, and the sums of keys or queries that they weight.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { bytesOf } from '../simd/sizes.as';
import { TILE, tile, TILE_ROW } from '../simd/tile.as';
import { across, exp4, plus, zero } from '../simd/vectors.as';

/** Four scores become ds / scale = exp(s − lse) (dp − delta). */
@inline
function slope4(row: usize, dp: usize, lse: v128, delta: v128): void {
  const p = exp4(f32x4.sub(v128.load(row), lse));
  v128.store(row, f32x4.mul(p, f32x4.sub(v128.load(dp), delta)));
}

/** Scores become ds / scale, with the same lse and delta for the row: whole panels, as in `exponents`. */
export function slope(row: usize, dp: usize, bytes: usize, lse: f32, delta: f32): void {
  const less = f32x4.splat(lse);
  const off = f32x4.splat(delta);
  const end = row + bytes;
  for (; row + 32 < end; row += 64) {
    slope4(row, dp, less, off);
    slope4(row + 16, dp + 16, less, off);
    slope4(row + 32, dp + 32, less, off);
    slope4(row + 48, dp + 48, less, off);
    dp += 64;
  }
  if (row < end) {
    slope4(row, dp, less, off);
    slope4(row + 16, dp + 16, less, off);
  }
}

/** a · b of `bytes` bytes. */
@inline
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = zero();
  for (let c: usize = 0; c < bytes; c += 16) sum = plus(sum, v128.load(a + c), v128.load(b + c));
  return across(sum);
}

/** Four scores of one key become weights p = exp(s − lse), and dp becomes ds / scale = p (dp − delta). */
@inline
function slopeOfKey4(row: usize, dp: usize, lse: usize, delta: usize, bias: v128): void {
  const p = exp4(f32x4.add(f32x4.sub(v128.load(row), v128.load(lse)), bias));
  v128.store(row, p);
  v128.store(dp, f32x4.mul(p, f32x4.sub(v128.load(dp), v128.load(delta))));
}

/** The same for a row of scores of one key, query by query: whole panels. */
export function slopeOfKey(row: usize, dp: usize, bytes: usize, lse: usize, delta: usize, bias: f32): void {
  const more = f32x4.splat(bias);
  const end = row + bytes;
  for (; row + 32 < end; row += 64) {
    slopeOfKey4(row, dp, lse, delta, more);
    slopeOfKey4(row + 16, dp + 16, lse + 16, delta + 16, more);
    slopeOfKey4(row + 32, dp + 32, lse + 32, delta + 32, more);
    slopeOfKey4(row + 48, dp + 48, lse + 48, delta + 48, more);
    dp += 64;
    lse += 64;
    delta += 64;
  }
  if (row < end) {
    slopeOfKey4(row, dp, lse, delta, more);
    slopeOfKey4(row + 16, dp + 16, lse + 16, delta + 16, more);
  }
}

/** Four rows times panels `panelBytes` apart: d columns, to `real` rows `stride` bytes apart, added unless `fresh`. */
export function collect(
  rows: usize, apart: usize, count: i32, panels: usize, panelBytes: usize, d: i32,
  to: usize, stride: usize, real: i32, fresh: bool,
): void {
  for (let c = 0; c < d; c += 8) {
    tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, panels, count, TILE, TILE_ROW);
    for (let n = 0; n < real; n++) {
      const at = to + <usize>n * stride + bytesOf(c);
      const from = TILE + <usize>n * TILE_ROW;
      const low = v128.load(from);
      const high = v128.load(from, 16);
      v128.store(at, fresh ? low : f32x4.add(v128.load(at), low));
      if (c + 4 < d) v128.store(at, fresh ? high : f32x4.add(v128.load(at, 16), high), 16);
    }
    panels += panelBytes;
  }
}
