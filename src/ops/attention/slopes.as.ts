/**
 * @file Shared by the gradients of attention, over intervals (backward.as.ts) and over tiles (tiled/backward.as.ts):
 * the slopes of a row of scores, and the sums of keys or queries that they weight.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { bytesOf } from '../simd/sizes.as';
import { TILE, tile, TILE_ROW } from '../simd/tile.as';
import { across, plus, zero } from '../simd/vectors.as';
import { exponents } from './shared.as';

/** Scores become ds / scale = exp(s − lse) (dp − delta), with the same lse and delta for the row. */
export function slope(row: usize, dp: usize, bytes: usize, lse: f32, delta: f32): void {
  exponents(row, bytes, lse);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), f32x4.splat(delta));
    v128.store(row + n, f32x4.mul(v128.load(row + n), difference));
  }
}

/** a · b of `bytes` bytes. */
@inline
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = zero();
  for (let c: usize = 0; c < bytes; c += 16) sum = plus(sum, v128.load(a + c), v128.load(b + c));
  return across(sum);
}

/** Scores of one key become weights p = exp(s − lse), and dp becomes ds / scale = p (dp − delta), query by query. */
export function slopeOfKey(row: usize, dp: usize, bytes: usize, lse: usize, delta: usize, bias: f32): void {
  for (let n: usize = 0; n < bytes; n += 16) {
    v128.store(row + n, f32x4.sub(v128.load(row + n), v128.load(lse + n)));
  }
  exponents(row, bytes, -bias);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), v128.load(delta + n));
    v128.store(dp + n, f32x4.mul(v128.load(row + n), difference));
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
