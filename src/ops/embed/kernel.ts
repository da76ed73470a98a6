/** @file The embedding's look-up and its gradient. */
import { defineKernel } from '../../gpu/kernel';

/** x[r, c] = table[ids[r], c]. One thread per number. */
export const embed = defineKernel({
  name: 'embed',
  buffers: {
    ids: 'read i32', // [rows]
    table: 'read f32', // [V, width]
    x: 'write f32', // [rows, width]
  },
  uniforms: { width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  x[i] = table[u32(ids[i / uniforms.width]) * uniforms.width + i % uniforms.width];
}`,
  host({ ids, table, x }, { width }) {
    for (let row = 0; row < ids.length; row++) {
      const from = ids[row]! * width;
      x.set(table.subarray(from, from + width), row * width);
    }
  },
});

/**
 * dtable[v, c] = base[v, c] + Σ over rows r with ids[r] = v of dx[r, c].
 *
 * `base` is what the tied output head already gave. One thread per number of the table walks the rows
 * in order: no atomics, so the same bits every time, at the price of reading all ids.
 */
export const embedGrad = defineKernel({
  name: 'embedGrad',
  buffers: {
    ids: 'read i32', // [rows]
    dx: 'read f32', // [rows, width]
    base: 'read f32', // [V, width]
    dtable: 'write f32', // [V, width]
  },
  uniforms: { rows: 'u32', width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let id = i32(i / uniforms.width);
  let c = i % uniforms.width;
  var sum = base[i];
  for (var row = 0u; row < uniforms.rows; row++) {
    if (ids[row] == id) { sum += dx[row * uniforms.width + c]; }
  }
  dtable[i] = sum;
}`,
  host({ ids, dx, base, dtable }, { rows, width }) {
    dtable.set(base);
    for (let row = 0; row < rows; row++) {
      const to = ids[row]! * width;
      for (let c = 0; c < width; c++) dtable[to + c]! += dx[row * width + c]!;
    }
  },
});
