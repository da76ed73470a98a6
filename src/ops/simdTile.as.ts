/**
 * Shared by the kernels of simd.as.ts: which part of a launch a call does, vectors of four numbers, panels, and the
 * inner loop of products and attention. AssemblyScript.
 */

// @ts-nocheck AssemblyScript, not TypeScript

/** Where `tile` leaves results that are processed before they are stored: two blocks of 4 × 8 numbers per thread. */
// @ts-ignore a global of the host's
@external("env", "tile")
export declare const TILE: usize;
export const TILE_ROW: usize = 32;

/** Which part of its launch the next call does. */
export let part: i32 = 0;
export let parts: i32 = 1;

/** Where a part begins when `count` is dealt in lots of `lot`; where the part before it ends. */
@inline
export function begin(n: i32, count: i32, lot: i32): i32 {
  const lots = (count + lot - 1) / lot;
  return min(count, <i32>((<i64>lots * n) / parts) * lot);
}

/** Finite on purpose: a score this low has weight 0 whatever the highest is. */
export const LOW: f32 = -1e30;

// ---------------------------------------------------------------------------------------------- vectors

@inline
export function zero(): v128 {
  return f32x4.splat(0);
}

/** sum + x y */
@inline
export function plus(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/**
 * exp: relative error below 1e-7; 0 below -87.7. x = n ln 2 + r with ln 2 in two parts (Cody & Waite 1980), and the
 * polynomial 1 + r + r² p(r) with minimal relative error for |r| <= ln 2 / 2, 4e-9. Adding a large number rounds to an
 * integer and leaves it in the low bits, with the exponent's bias. pmin and pmax propagate a NaN in the first operand
 * (so that a diverging run shows), and are one instruction where min and max are eight.
 */
@inline
export function exp4(given: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(given, f32x4.splat(88.0)), f32x4.splat(-88.0));
  const large = f32x4.splat(12582912.0 + 127.0); // 1.5 · 2²³
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), large);
  const n = f32x4.sub(shifted, large);
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(0.0013814583653584123);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.008368724025785923));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.04166838899254799));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.1666652113199234));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.4999999403953552));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1.0));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** σ(x) */
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** Σ of the four lanes. */
@inline
export function across(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The highest of the four lanes. */
@inline
export function highest(x: v128): f32 {
  const pairs = f32x4.pmax(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

/** Lane i is all ones where i < rest. */
@inline
export function firstLanes(rest: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
}

/** Rounded up to a multiple of 4, and of 8. */
@inline
export function up4(count: i32): i32 {
  return (count + 3) & ~3;
}
@inline
export function up8(count: i32): i32 {
  return (count + 7) & ~7;
}

/** The bytes of `count` numbers. */
@inline
export function bytesOf(count: i32): usize {
  return <usize>count << 2;
}

// --------------------------------------------------------------------------------- panels and the tile

/** Transposes a 4 × 4 block: its four rows become columns, `apart` bytes apart. */
@inline
function storeTurned(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, apart: usize): void {
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

/** The panels of a matrix of `count` rows and `columns` (a multiple of 4), padded with zeros. */
export function packRows(
  to: usize, from: usize, stride: usize, count: i32, padded: i32, columns: i32, factor: f32,
): void {
  for (let c = 0; c < columns; c += 8) {
    packPanel(to, from + bytesOf(c), c + 4 < columns ? 16 : 0, stride, count, padded, factor);
    to += <usize>padded << 5;
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
export function packTurned(
  to: usize, from: usize, stride: usize, count: i32, width: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let r = 0; r < count; r += 8) {
    for (let c: usize = 0; c < bytesOf(width); c += 16) {
      for (let half = 0; half < 8; half += 4) {
        storeTurned(
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

/**
 * Columns left .. right - 1 of `count` rows of `width` numbers become rows of up4(count). A cache line of every row
 * at a time.
 */
export function turn(to: usize, from: usize, count: i32, width: i32, left: i32, right: i32): void {
  const stride = bytesOf(width);
  const apart = bytesOf(up4(count));
  for (let c0 = left; c0 < right; c0 += 16) {
    const end = min(c0 + 16, right);
    for (let r = 0; r < count; r += 4) {
      for (let c = c0; c < end; c += 4) {
        storeTurned(
          rowOrZero(from + bytesOf(c), stride, r, count),
          rowOrZero(from + bytesOf(c), stride, r + 1, count),
          rowOrZero(from + bytesOf(c), stride, r + 2, count),
          rowOrZero(from + bytesOf(c), stride, r + 3, count),
          to + <usize>c * apart + bytesOf(r), apart,
        );
      }
    }
  }
}

/**
 * Four rows of `inner` numbers times a panel: row n of the 8 results goes to to + n apart. Eight sums, two vectors of
 * the panel and four numbers of the rows fit the registers of x86. Not unrolled: V8 would group the loads, and they
 * would no longer fit.
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
