import { defineKernel } from '../../gpu/kernel';

/** sum = a + b, element by element. One thread per element. */
export const add = defineKernel({
  name: 'add',
  buffers: { a: 'read f32', b: 'read f32', sum: 'write f32' },
  uniforms: {},
  wgsl: () => 'fn main(i: u32) { sum[i] = a[i] + b[i]; }',
  host({ a, b, sum }) {
    for (let i = 0; i < sum.length; i++) sum[i] = a[i]! + b[i]!;
  },
});
