import { describe, expect, test } from 'vitest';
import {
  defineKernel,
  dispatchOf,
  shaderOf,
  uniformBytes,
  WORKGROUP,
} from '../../src/program/kernel';

const scale = defineKernel({
  name: 'scale',
  buffers: { x: 'read vec4<f32>', ids: 'read i32', y: 'update f32' },
  uniforms: { count: 'u32', offset: 'i32', factor: 'f32' },
  wgsl: ({ D }) => `const D = ${D}u;\nfn main(i: u32) { y[i] = uniforms.factor * x[i].x; }`,
  host() {},
});

test('a shader declares its buffers in order, its uniforms last, and guards its ragged end', () => {
  expect(shaderOf(scale as never, { D: 4 })).toBe(
    `struct Uniforms {
  threads: u32,
  count: u32,
  offset: i32,
  factor: f32,
};
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> ids: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
const D = 4u;
fn main(i: u32) { y[i] = uniforms.factor * x[i].x; }
@compute @workgroup_size(64)
fn start(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < uniforms.threads) { main(i); }
}`,
  );
});

describe('dispatch', () => {
  test.each([
    [1, [1, 1]],
    [64, [1, 1]],
    [65, [2, 1]],
    [65535 * 64, [65535, 1]],
    [65535 * 64 + 1, [65535, 2]],
  ])('%d threads are %o workgroups', (threads, groups) =>
    expect(dispatchOf(threads)).toEqual(groups),
  );

  test('always has room for every thread, within the limits of WebGPU', () => {
    for (const threads of [1, 63, 1e5, 5e6, 1e8]) {
      const [x, y] = dispatchOf(threads);
      expect(x * y * WORKGROUP).toBeGreaterThanOrEqual(threads);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
    }
  });
});

test('uniforms lie 4 bytes apart in their order, padded to 16', () => {
  const bytes = uniformBytes(scale.uniforms, 7, { count: 3, offset: -2, factor: 0.5 });
  const view = new DataView(bytes);
  expect(bytes.byteLength).toBe(16);
  expect(view.getUint32(0, true)).toBe(7);
  expect(view.getUint32(4, true)).toBe(3);
  expect(view.getInt32(8, true)).toBe(-2);
  expect(view.getFloat32(12, true)).toBe(0.5);
  expect(
    uniformBytes({ ...scale.uniforms, more: 'u32' }, 1, { count: 1, offset: 1, factor: 1, more: 1 })
      .byteLength,
  ).toBe(32);
});

test('a uniform without a value is an error, not a zero', () => {
  expect(() => uniformBytes(scale.uniforms, 1, { count: 1, factor: 1 })).toThrow(
    "uniform 'offset' has no value",
  );
});
