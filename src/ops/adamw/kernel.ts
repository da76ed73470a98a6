/**
 * @file AdamW over all weights at once, with clipping by the global norm, on the device (Loshchilov & Hutter 2019,
 * algorithm 2); the step's loss is left in a ring that is read occasionally.
 */
import { defineKernel } from '../../program/kernel';

/** Numbers summed by one thread; a multiple of 4. */
export const SQUARES_PER_THREAD = 256;

/** partial[i] = Σ gradient[256 i .. 256 i + 255]². One thread per partial sum. */
export const squares = defineKernel({
  name: 'squares',
  buffers: {
    gradient: 'read vec4<f32>', // [count]
    partial: 'write f32', // [ceil(count / 256)]
  },
  uniforms: { count: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let end = min(uniforms.count, (i + 1u) * ${SQUARES_PER_THREAD}u) / 4u;
  var sum = 0.0;
  for (var at = i * ${SQUARES_PER_THREAD / 4}u; at < end; at++) { sum += dot(gradient[at], gradient[at]); }
  partial[i] = sum;
}`,
  host({ gradient, partial }, { count }) {
    for (let i = 0; i * SQUARES_PER_THREAD < count; i++) {
      const end = Math.min(count, (i + 1) * SQUARES_PER_THREAD);
      let sum = 0;
      for (let at = i * SQUARES_PER_THREAD; at < end; at++) sum += gradient[at]! * gradient[at]!;
      partial[i] = sum;
    }
  },
  work: ({ count }) => 5 * count,
});

/** Numbers per slot of a ring: gradient norm, mean loss, mean accuracy, – . */
export const SLOT = 4;

/**
 * ring[slot] = (√ Σ partial, share Σ report[·, 0], share Σ report[·, 1], 0): the gradient's global norm, the
 * mean loss and the share of right answers. One thread, in order: the same bits every time.
 */
export const settle = defineKernel({
  name: 'settle',
  buffers: {
    partial: 'read f32', // [count]
    report: 'read f32', // [rows, 2]
    ring: 'update f32', // [slots, 4]
  },
  uniforms: { count: 'u32', rows: 'u32', slot: 'u32', share: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  var sum = 0.0;
  for (var at = 0u; at < uniforms.count; at++) { sum += partial[at]; }
  var loss = 0.0;
  var hits = 0.0;
  for (var row = 0u; row < uniforms.rows; row++) {
    loss += report[2u * row];
    hits += report[2u * row + 1u];
  }
  ring[${SLOT}u * uniforms.slot] = sqrt(sum);
  ring[${SLOT}u * uniforms.slot + 1u] = loss * uniforms.share;
  ring[${SLOT}u * uniforms.slot + 2u] = hits * uniforms.share;
  ring[${SLOT}u * uniforms.slot + 3u] = 0.0;
}`,
  host({ partial, report, ring }, { count, rows, slot, share }) {
    let [sum, loss, hits] = [0, 0, 0];
    for (let at = 0; at < count; at++) sum += partial[at]!;
    for (let row = 0; row < rows; row++) {
      loss += report[2 * row]!;
      hits += report[2 * row + 1]!;
    }
    ring.set([Math.sqrt(sum), loss * share, hits * share, 0], SLOT * slot);
  },
});

/**
 *   g = gradient min(1, clip / (norm + 1e-6))            norm from the step's slot of the ring
 *   m = β₁ m + (1 − β₁) g,   v = β₂ v + (1 − β₂) g²
 *   w = w (1 − rate decay) − rate (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
 *
 * The order of PyTorch's AdamW and clip_grad_norm_. In place; one thread per 4 numbers.
 */
export const adamw = defineKernel({
  name: 'adamw',
  buffers: {
    gradient: 'read vec4<f32>',
    ring: 'read f32', // [slots, 4]
    w: 'update vec4<f32>',
    m: 'update vec4<f32>',
    v: 'update vec4<f32>',
  },
  uniforms: {
    count: 'u32',
    slot: 'u32',
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
  let norm = ring[${SLOT}u * uniforms.slot];
  let g = gradient[i] * min(1.0, uniforms.clip / (norm + 1e-6));
  let mi = uniforms.beta1 * m[i] + (1.0 - uniforms.beta1) * g;
  let vi = uniforms.beta2 * v[i] + (1.0 - uniforms.beta2) * g * g;
  m[i] = mi;
  v[i] = vi;
  w[i] = w[i] * uniforms.shrink
    - uniforms.rate * (mi / uniforms.correct1) / (sqrt(vi / uniforms.correct2) + uniforms.eps);
}`,
  host({ gradient, ring, w, m, v }, u) {
    const { count, slot, rate, beta1, beta2, eps, shrink, correct1, correct2, clip } = u;
    const scale = Math.min(1, clip / (ring[SLOT * slot]! + 1e-6));
    for (let i = 0; i < count; i++) {
      const g = gradient[i]! * scale;
      const mi = beta1 * m[i]! + (1 - beta1) * g;
      const vi = beta2 * v[i]! + (1 - beta2) * g * g;
      m[i] = mi;
      v[i] = vi;
      w[i] = w[i]! * shrink - (rate * (mi / correct1)) / (Math.sqrt(vi / correct2) + eps);
    }
  },
  work: ({ count }) => 34 * count,
});
