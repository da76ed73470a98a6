/**
 * @file The gradient norm and the AdamW update of kernel.ts in WebAssembly. Each part of a launch takes a stretch of
 * the weights.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';
import { across, plus, zero } from '../simd/vectors.as';

/** As in kernel.ts. */
const SQUARES_PER_THREAD = 256;

/** `count` divides by 64. */
export function squares(threads: i32, gradient: usize, partial: usize, count: i32, scratch: usize): void {
  const top = begin(part, count, SQUARES_PER_THREAD);
  const bottom = begin(part + 1, count, SQUARES_PER_THREAD);
  gradient += bytesOf(top);
  partial += bytesOf(top / SQUARES_PER_THREAD);
  for (let first = top; first < bottom; first += SQUARES_PER_THREAD) {
    const end = gradient + bytesOf(min(SQUARES_PER_THREAD, count - first));
    let s0 = zero();
    let s1 = zero();
    let s2 = zero();
    let s3 = zero();
    while (gradient < end) {
      s0 = plus(s0, v128.load(gradient), v128.load(gradient));
      s1 = plus(s1, v128.load(gradient, 16), v128.load(gradient, 16));
      s2 = plus(s2, v128.load(gradient, 32), v128.load(gradient, 32));
      s3 = plus(s3, v128.load(gradient, 48), v128.load(gradient, 48));
      gradient += 64;
    }
    store<f32>(partial, across(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
    partial += 4;
  }
}

/** In order and in double precision, like the plain loops. Never in parts: the result is one number. */
export function settle(
  threads: i32,
  partial: usize, report: usize, ring: usize,
  count: i32, rows: i32, slot: i32, share: f32,
  scratch: usize,
): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += <f64>load<f32>(partial + bytesOf(i));
  let both = f64x2.splat(0); // loss, hits
  for (let row = 0; row < rows; row++) {
    both = f64x2.add(both, f64x2.promote_low_f32x4(v128.load64_zero(report + (<usize>row << 3))));
  }
  const to = ring + (<usize>slot << 4);
  store<f32>(to, <f32>sqrt<f64>(sum));
  store<f32>(to, <f32>(f64x2.extract_lane(both, 0) * <f64>share), 4);
  store<f32>(to, <f32>(f64x2.extract_lane(both, 1) * <f64>share), 8);
  store<f32>(to, 0, 12);
}

export function adamw(
  threads: i32,
  gradient: usize, ring: usize, w: usize, m: usize, v: usize,
  count: i32, slot: i32, rate: f32, beta1: f32, beta2: f32, eps: f32, shrink: f32,
  correct1: f32, correct2: f32, clip: f32,
  scratch: usize,
): void {
  const norm = load<f32>(ring + (<usize>slot << 4));
  const scale = f32x4.splat(min<f32>(1, clip / (norm + <f32>1e-6)));
  const step = f32x4.splat(rate / correct1);
  const lift = f32x4.splat(<f32>1 / correct2);
  const end = bytesOf(begin(part + 1, count, 64));
  for (let i = bytesOf(begin(part, count, 64)); i < end; i += 16) {
    const g = f32x4.mul(v128.load(gradient + i), scale);
    const mi = plus(f32x4.mul(f32x4.splat(beta1), v128.load(m + i)), f32x4.splat(1 - beta1), g);
    const squared = f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(g, g));
    const vi = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(v + i)), squared);
    v128.store(m + i, mi);
    v128.store(v + i, vi);
    const root = f32x4.sqrt(f32x4.mul(vi, lift));
    const change = f32x4.div(f32x4.mul(step, mi), f32x4.add(root, f32x4.splat(eps)));
    v128.store(w + i, f32x4.sub(f32x4.mul(v128.load(w + i), f32x4.splat(shrink)), change));
  }
}
