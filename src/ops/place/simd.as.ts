/**
 * @file Rotary positions and chunk averages of kernel.ts, and their gradient, in WebAssembly. Each part of a launch
 * takes some chunks of tokens.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';
import { zero } from '../simd/vectors.as';

/** Turns four pairs by an angle in place: x, y become x cos − y sin, y cos + x sin. */
@inline
function turnPair4(x: usize, y: usize, cosine: v128, sine: v128): void {
  const a = v128.load(x);
  const b = v128.load(y);
  v128.store(x, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
  v128.store(y, f32x4.add(f32x4.mul(b, cosine), f32x4.mul(a, sine)));
}

@inline
function turnPair(x: usize, y: usize, cosine: f32, sine: f32): void {
  const a = load<f32>(x);
  const b = load<f32>(y);
  store<f32>(x, a * cosine - b * sine);
  store<f32>(y, b * cosine + a * sine);
}

/** Rotates one head of `half` pairs by the angles of a row of the table; backwards if `sign` is −1. */
function turnHead(at: usize, angle: usize, half: i32, sign: f32): void {
  const other = bytesOf(half);
  if ((half & 3) == 0) {
    for (let c: usize = 0; c < other; c += 16) {
      const sine = f32x4.mul(f32x4.splat(sign), v128.load(angle + other + c));
      turnPair4(at + c, at + other + c, v128.load(angle + c), sine);
    }
  } else {
    for (let c: usize = 0; c < other; c += 4) {
      const sine = sign * load<f32>(angle + other + c);
      turnPair(at + c, at + other + c, load<f32>(angle + c), sine);
    }
  }
}

/** to = factor Σ of `count` rows of `width` numbers. */
function average(to: usize, from: usize, stride: usize, count: i32, width: usize, factor: f32): void {
  for (let c: usize = 0; c < width; c += 16) {
    let sum = zero();
    let at = from + c;
    for (let n = 0; n < count; n++) {
      sum = f32x4.add(sum, v128.load(at));
      at += stride;
    }
    v128.store(to + c, f32x4.mul(f32x4.splat(factor), sum));
  }
}

/** Adds `factor` times one row to `count` others. */
function spread(to: usize, stride: usize, count: i32, from: usize, width: usize, factor: f32): void {
  for (let c: usize = 0; c < width; c += 16) {
    const x = f32x4.mul(f32x4.splat(factor), v128.load(from + c));
    let at = to + c;
    for (let n = 0; n < count; n++) {
      v128.store(at, f32x4.add(v128.load(at), x));
      at += stride;
    }
  }
}

export function place(
  threads: i32,
  qkv: usize, table: usize, positions: usize, means: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32, own: i32,
  scratch: usize,
): void {
  const width = bytesOf(headDim);
  const pieces = heads + 2 * kvHeads;
  const stride = <usize>pieces * width;
  const groups = (T + chunk - 1) / chunk;
  const B = threads / (groups * pieces);
  const share = <f32>1 / <f32>chunk;
  for (let one = begin(part, B * groups, 1); one < begin(part + 1, B * groups, 1); one++) {
    const b = one / groups;
    const group = one % groups;
    const first = group * chunk;
    const count = min(chunk, T - first);
    const tokens = qkv + <usize>(b * T + first) * stride;
    const mean = means + <usize>(b * summaries + group) * 2 * <usize>kvHeads * width;
    const keys = tokens + <usize>heads * width;
    const keyWidth = <usize>kvHeads * width;
    if (group < summaries && pre == 1) {
      average(mean, keys, stride, count, keyWidth, share);
      for (let kv = 0; kv < kvHeads; kv++) {
        const angle = table + <usize>(T + group) * width;
        turnHead(mean + <usize>kv * width, angle, headDim >> 1, 1);
      }
    }
    for (let n = 0; n < count; n++) {
      const t = first + n;
      const angle = table + <usize>(own == 1 ? load<i32>(positions + bytesOf(b * T + t)) : t) * width;
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        turnHead(tokens + <usize>n * stride + <usize>piece * width, angle, headDim >> 1, 1);
      }
    }
    if (group < summaries) {
      if (pre != 1) average(mean, keys, stride, count, keyWidth, share);
      average(mean + keyWidth, keys + keyWidth, stride, count, keyWidth, share);
    }
  }
}

export function placeGrad(
  threads: i32,
  dqkv: usize, table: usize, positions: usize, dmeans: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32, own: i32,
  scratch: usize,
): void {
  const width = bytesOf(headDim);
  const pieces = heads + 2 * kvHeads;
  const stride = <usize>pieces * width;
  const groups = (T + chunk - 1) / chunk;
  const B = threads / (groups * pieces);
  const share = <f32>1 / <f32>chunk;
  for (let one = begin(part, B * groups, 1); one < begin(part + 1, B * groups, 1); one++) {
    const b = one / groups;
    const group = one % groups;
    const first = group * chunk;
    const count = min(chunk, T - first);
    const tokens = dqkv + <usize>(b * T + first) * stride;
    const mean = dmeans + <usize>(b * summaries + group) * 2 * <usize>kvHeads * width;
    const keys = tokens + <usize>heads * width;
    const keyWidth = <usize>kvHeads * width;
    if (group < summaries) {
      if (pre != 1) spread(keys, stride, count, mean, keyWidth, share);
      spread(keys + keyWidth, stride, count, mean + keyWidth, keyWidth, share);
    }
    for (let n = 0; n < count; n++) {
      const t = first + n;
      const angle = table + <usize>(own == 1 ? load<i32>(positions + bytesOf(b * T + t)) : t) * width;
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        turnHead(tokens + <usize>n * stride + <usize>piece * width, angle, headDim >> 1, -1);
      }
    }
    if (group < summaries && pre == 1) {
      for (let kv = 0; kv < kvHeads; kv++) {
        // dmeans is read-only, so its key is rotated back in a copy.
        const head = mean + <usize>kv * width;
        memory.copy(scratch, head, width);
        turnHead(scratch, table + <usize>(T + group) * width, headDim >> 1, -1);
        spread(keys + <usize>kv * width, stride, count, scratch, width, share);
      }
    }
  }
}
