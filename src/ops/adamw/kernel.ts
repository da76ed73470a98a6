/** @file AdamW with clipping by the global norm, on the device. Loshchilov & Hutter 2019, algorithm 2. */
import { defineKernel } from '../../gpu/kernel';

/** Numbers summed by one thread. */
export const SQUARES_PER_THREAD = 64;

/** partial[offset + i] = Σ gradient[64 i .. 64 i + 63]². One thread per partial sum; the buffer is shared by all weights. */
export const squares = defineKernel({
  name: 'squares',
  buffers: {
    gradient: 'read f32', // [count]
    partial: 'update f32', // [all partial sums]
  },
  uniforms: { count: 'u32', offset: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let end = min(uniforms.count, (i + 1u) * ${SQUARES_PER_THREAD}u);
  var sum = 0.0;
  for (var at = i * ${SQUARES_PER_THREAD}u; at < end; at++) { sum += gradient[at] * gradient[at]; }
  partial[uniforms.offset + i] = sum;
}`,
  host({ gradient, partial }, { count, offset }) {
    for (let i = 0; i * SQUARES_PER_THREAD < count; i++) {
      const end = Math.min(count, (i + 1) * SQUARES_PER_THREAD);
      let sum = 0;
      for (let at = i * SQUARES_PER_THREAD; at < end; at++) sum += gradient[at]! * gradient[at]!;
      partial[offset + i] = sum;
    }
  },
});

/** norm = √ Σ partial. One thread, in order. */
export const globalNorm = defineKernel({
  name: 'globalNorm',
  buffers: {
    partial: 'read f32', // [count]
    norm: 'write f32', // [1]
  },
  uniforms: { count: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  var sum = 0.0;
  for (var at = 0u; at < uniforms.count; at++) { sum += partial[at]; }
  norm[0] = sqrt(sum);
}`,
  host({ partial, norm }, { count }) {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += partial[at]!;
    norm[0] = Math.sqrt(sum);
  },
});

/**
 *   g = gradient min(1, clip / (norm + 1e-6))
 *   m = β₁ m + (1 − β₁) g,   v = β₂ v + (1 − β₂) g²
 *   w = w (1 − rate decay) − rate (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
 *
 * The order of PyTorch's AdamW and clip_grad_norm_. In place; one thread per number.
 */
export const adamw = defineKernel({
  name: 'adamw',
  buffers: {
    gradient: 'read f32',
    norm: 'read f32', // [1]
    w: 'update f32',
    m: 'update f32',
    v: 'update f32',
  },
  uniforms: {
    rate: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    eps: 'f32',
    shrink: 'f32', // 1 − rate decay
    correct1: 'f32', // 1 − β₁ᵗ
    correct2: 'f32', // 1 − β₂ᵗ
    clip: 'f32',
  },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let g = gradient[i] * min(1.0, uniforms.clip / (norm[0] + 1e-6));
  let mi = uniforms.beta1 * m[i] + (1.0 - uniforms.beta1) * g;
  let vi = uniforms.beta2 * v[i] + (1.0 - uniforms.beta2) * g * g;
  m[i] = mi;
  v[i] = vi;
  w[i] = w[i] * uniforms.shrink
    - uniforms.rate * (mi / uniforms.correct1) / (sqrt(vi / uniforms.correct2) + uniforms.eps);
}`,
  host({ gradient, norm, w, m, v }, { rate, beta1, beta2, eps, shrink, correct1, correct2, clip }) {
    const scale = Math.min(1, clip / (norm[0]! + 1e-6));
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i]! * scale;
      const mi = beta1 * m[i]! + (1 - beta1) * g;
      const vi = beta2 * v[i]! + (1 - beta2) * g * g;
      m[i] = mi;
      v[i] = vi;
      w[i] = w[i]! * shrink - (rate * (mi / correct1)) / (Math.sqrt(vi / correct2) + eps);
    }
  },
});
