/** @file The inner loop that products and attention share: 4 rows times a panel of 8 columns. */

// @ts-nocheck AssemblyScript, not TypeScript

import { bytesOf } from './sizes.as';
import { plus, zero } from './vectors.as';

/** Where `tile` leaves results that are processed before they are stored: two blocks of 4 × 8 numbers per thread. */
// @ts-ignore a global of the host's
@external("env", "tile")
export declare const TILE: usize;
export const TILE_ROW: usize = 32; // bytes

/**
 * Four rows of `inner` numbers times a panel: row n of the results, 8 numbers, goes to address `to + n apart`. Eight
 * sums, two vectors of the panel and four numbers of the rows fit the registers of x86. Not unrolled: V8 would group
 * the loads, and they would no longer fit.
 */
export function tile(
  a0: usize, a1: usize, a2: usize, a3: usize, panel: usize, inner: i32, to: usize, apart: usize,
): void {
  let y0 = zero();
  let y1 = zero();
  let y2 = zero();
  let y3 = zero();
  let z0 = zero();
  let z1 = zero();
  let z2 = zero();
  let z3 = zero();
  const bytes = bytesOf(inner);
  for (let k: usize = 0; k < bytes; k += 4) {
    let low = v128.load(panel);
    let high = v128.load(panel, 16);
    let x = v128.load32_splat(a0 + k);
    y0 = plus(y0, x, low);
    z0 = plus(z0, x, high);
    x = v128.load32_splat(a1 + k);
    y1 = plus(y1, x, low);
    z1 = plus(z1, x, high);
    x = v128.load32_splat(a2 + k);
    y2 = plus(y2, x, low);
    z2 = plus(z2, x, high);
    x = v128.load32_splat(a3 + k);
    y3 = plus(y3, x, low);
    z3 = plus(z3, x, high);
    panel += 32;
  }
  v128.store(to, y0);
  v128.store(to, z0, 16);
  to += apart;
  v128.store(to, y1);
  v128.store(to, z1, 16);
  to += apart;
  v128.store(to, y2);
  v128.store(to, z2, 16);
  to += apart;
  v128.store(to, y3);
  v128.store(to, z3, 16);
}

/**
 * As `tile`, for four columns of a matrix that lie side by side: number k of them is at address `a + k stride`. The sums
 * are added to what is there if `more`.
 */
export function tileOfColumns(
  a: usize, stride: usize, panel: usize, inner: i32, to: usize, apart: usize, more: bool,
): void {
  let y0 = zero();
  let y1 = zero();
  let y2 = zero();
  let y3 = zero();
  let z0 = zero();
  let z1 = zero();
  let z2 = zero();
  let z3 = zero();
  for (let end = panel + (<usize>inner << 5); panel < end; panel += 32) {
    let low = v128.load(panel);
    let high = v128.load(panel, 16);
    let x = v128.load32_splat(a);
    y0 = plus(y0, x, low);
    z0 = plus(z0, x, high);
    x = v128.load32_splat(a, 4);
    y1 = plus(y1, x, low);
    z1 = plus(z1, x, high);
    x = v128.load32_splat(a, 8);
    y2 = plus(y2, x, low);
    z2 = plus(z2, x, high);
    x = v128.load32_splat(a, 12);
    y3 = plus(y3, x, low);
    z3 = plus(z3, x, high);
    a += stride;
  }
  if (more) {
    y0 = f32x4.add(v128.load(to), y0);
    z0 = f32x4.add(v128.load(to, 16), z0);
    y1 = f32x4.add(v128.load(to + apart), y1);
    z1 = f32x4.add(v128.load(to + apart, 16), z1);
    y2 = f32x4.add(v128.load(to + 2 * apart), y2);
    z2 = f32x4.add(v128.load(to + 2 * apart, 16), z2);
    y3 = f32x4.add(v128.load(to + 3 * apart), y3);
    z3 = f32x4.add(v128.load(to + 3 * apart, 16), z3);
  }
  v128.store(to, y0);
  v128.store(to, z0, 16);
  to += apart;
  v128.store(to, y1);
  v128.store(to, z1, 16);
  to += apart;
  v128.store(to, y2);
  v128.store(to, z2, 16);
  to += apart;
  v128.store(to, y3);
  v128.store(to, z3, 16);
}
