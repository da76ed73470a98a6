/** @file The embedding's look-up and its gradient. */
import { defineKernel } from '../../program/kernel';

/** x[r, c] = table[ids[r], c]. One thread per number. */
export const embed = defineKernel({
  name: 'embed',
  buffers: {
    ids: 'read i32', // [rows]
    table: 'read f32', // [V, width]
    x: 'write f32', // [rows, width]
  },
  uniforms: { rows: 'u32', width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  x[i] = table[u32(ids[i / uniforms.width]) * uniforms.width + i % uniforms.width];
}`,
  host({ ids, table, x }, { rows, width }) {
    for (let row = 0; row < rows; row++) {
      const from = ids[row]! * width;
      x.set(table.subarray(from, from + width), row * width);
    }
  },
  work: ({ rows, width }) => 12 * rows * width,
});

/**
 * dtable[v, c] = keep dtable[v, c] + Σ over rows r with ids[r] = v of dx[r, c].
 *
 * keep = 1 adds to the gradient of a tied output head. One thread per 4 numbers of the table walks the rows in order:
 * no atomics, so the same bits every time, at the cost of reading all ids.
 */
export const embedGrad = defineKernel({
  name: 'embedGrad',
  buffers: {
    ids: 'read i32', // [rows]
    dx: 'read vec4<f32>', // [rows, width]
    dtable: 'update vec4<f32>', // [V, width]
  },
  uniforms: { rows: 'u32', width: 'u32', V: 'u32', keep: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let width4 = uniforms.width / 4u;
  let id = i32(i / width4);
  let c = i % width4;
  var sum = vec4<f32>();
  if (uniforms.keep == 1u) { sum = dtable[i]; }
  for (var row = 0u; row < uniforms.rows; row++) {
    if (ids[row] == id) { sum += dx[row * width4 + c]; }
  }
  dtable[i] = sum;
}`,
  host({ ids, dx, dtable }, { rows, width, V, keep }) {
    if (!keep) dtable.fill(0, 0, V * width);
    for (let row = 0; row < rows; row++) {
      const to = ids[row]! * width;
      for (let c = 0; c < width; c++) dtable[to + c]! += dx[row * width + c]!;
    }
  },
  work: ({ rows, width }) => rows * width,
});
