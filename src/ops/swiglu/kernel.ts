/** @file SwiGLU's gate and its gradient. Shazeer 2020, eq. 6 without the matrices: y = silu(gate) ∘ up. */
import { defineKernel } from '../../gpu/kernel';

/** y = gate σ(gate) up. One thread per number. */
export const swiglu = defineKernel({
  name: 'swiglu',
  buffers: { gate: 'read f32', up: 'read f32', y: 'write f32' },
  uniforms: {},
  wgsl: () => 'fn main(i: u32) { y[i] = gate[i] / (1.0 + exp(-gate[i])) * up[i]; }',
  host({ gate, up, y }) {
    for (let i = 0; i < y.length; i++) y[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
  },
});

/** dgate = dy up σ (1 + gate (1 − σ)), dup = dy gate σ. One thread per number. */
export const swigluGrad = defineKernel({
  name: 'swigluGrad',
  buffers: {
    gate: 'read f32',
    up: 'read f32',
    dy: 'read f32',
    dgate: 'write f32',
    dup: 'write f32',
  },
  uniforms: {},
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let s = 1.0 / (1.0 + exp(-gate[i]));
  dgate[i] = dy[i] * up[i] * s * (1.0 + gate[i] * (1.0 - s));
  dup[i] = dy[i] * gate[i] * s;
}`,
  host({ gate, up, dy, dgate, dup }) {
    for (let i = 0; i < dy.length; i++) {
      const s = 1 / (1 + Math.exp(-gate[i]!));
      dgate[i] = dy[i]! * up[i]! * s * (1 + gate[i]! * (1 - s));
      dup[i] = dy[i]! * gate[i]! * s;
    }
  },
});
