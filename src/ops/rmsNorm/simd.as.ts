/**
 * @file The norm of kernel.ts and its gradients in WebAssembly. Each part of a launch takes some of the rows; for the
 * gain's gradient, blocks of rows, and then norms.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';
import { across, plus, zero } from '../simd/vectors.as';

export function rmsNorm(
  threads: i32,
  x: usize, gain: usize, y: usize, scale: usize,
  rows: i32, width: i32, eps: f32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, 1);
  x += <usize>top * bytes;
  y += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    let squared = zero();
    for (let c: usize = 0; c < bytes; c += 16) {
      squared = plus(squared, v128.load(x + c), v128.load(x + c));
    }
    const s = <f32>1 / sqrt<f32>(across(squared) / <f32>width + eps);
    for (let c: usize = 0; c < bytes; c += 16) {
      const scaled = f32x4.mul(v128.load(x + c), f32x4.splat(s));
      v128.store(y + c, f32x4.mul(scaled, v128.load(gain + c)));
    }
    store<f32>(scale + bytesOf(row), s);
    x += bytes;
    y += bytes;
  }
}

export function rmsNormGradX(
  threads: i32,
  x: usize, gain: usize, scale: usize, dy: usize, dx: usize,
  rows: i32, width: i32, keep: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, 1);
  x += <usize>top * bytes;
  dy += <usize>top * bytes;
  dx += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    const s = load<f32>(scale + bytesOf(row));
    let along = zero();
    for (let c: usize = 0; c < bytes; c += 16) {
      along = plus(along, f32x4.mul(v128.load(gain + c), v128.load(dy + c)), v128.load(x + c));
    }
    const pull = f32x4.splat((across(along) * s * s) / <f32>width);
    for (let c: usize = 0; c < bytes; c += 16) {
      const g = f32x4.mul(v128.load(gain + c), v128.load(dy + c));
      const own = f32x4.mul(f32x4.splat(s), f32x4.sub(g, f32x4.mul(v128.load(x + c), pull)));
      v128.store(dx + c, keep == 1 ? f32x4.add(v128.load(dx + c), own) : own);
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** As in kernel.ts. */
const ROWS_PER_BLOCK = 128;

export function rmsNormGradGain(
  threads: i32,
  x: usize, scale: usize, dy: usize, partial: usize,
  rows: i32, width: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, ROWS_PER_BLOCK);
  const bottom = begin(part + 1, rows, ROWS_PER_BLOCK);
  x += <usize>top * bytes;
  dy += <usize>top * bytes;
  partial += <usize>(top / ROWS_PER_BLOCK) * bytes;
  for (let first = top; first < bottom; first += ROWS_PER_BLOCK) {
    const end = min(first + ROWS_PER_BLOCK, bottom);
    memory.fill(partial, 0, bytes);
    for (let row = first; row < end; row++) {
      const s = v128.load32_splat(scale + bytesOf(row));
      for (let c: usize = 0; c < bytes; c += 16) {
        const product = f32x4.mul(v128.load(dy + c), v128.load(x + c));
        v128.store(partial + c, plus(v128.load(partial + c), product, s));
      }
      x += bytes;
      dy += bytes;
    }
    partial += bytes;
  }
}

export function sumBlocks(
  threads: i32,
  partial: usize, sums: usize,
  norms: i32, blocks: i32, width: i32, stride: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, norms, 1);
  partial += <usize>(top * blocks) * bytes;
  sums += <usize>top * bytesOf(stride);
  for (let norm = top; norm < begin(part + 1, norms, 1); norm++) {
    for (let c: usize = 0; c < bytes; c += 16) {
      let sum = zero();
      for (let block = 0; block < blocks; block++) {
        sum = f32x4.add(sum, v128.load(partial + <usize>block * bytes + c));
      }
      v128.store(sums + c, sum);
    }
    partial += <usize>blocks * bytes;
    sums += bytesOf(stride);
  }
}
