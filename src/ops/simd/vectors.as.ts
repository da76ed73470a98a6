/** @file Arithmetic on four numbers at a time. */

// @ts-nocheck AssemblyScript, not TypeScript

/** Finite on purpose: a score this low has weight 0 whatever the highest is. */
export const LOW: f32 = -1e30;

@inline
export function zero(): v128 {
  return f32x4.splat(0);
}

/** sum + x y. Rounded twice, so that every machine gives the same bits; once in the variant of `npm run bench:relaxed`. */
@inline
export function plus(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
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
