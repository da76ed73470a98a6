/**
 * @file Matrix products in the three forms training needs, without workgroup memory or barriers.
 *
 * Each thread keeps a tile of results in named vec4s (8 × 8 in tiles.ts, 4 × 4 here for what does not
 * divide by 8) and loads vec4 where a row is contiguous. A software adapter likes that best; a real GPU
 * could do better with workgroup tiles. Sizes that do not divide by 4 go to tfjs: see matMul.ts.
 */
import { defineKernel } from '../../gpu/kernel';

export const wgslOnly = (): never => {
  throw new Error('matrix products on wasm and cpu are tfjs’s own');
};

const ROWS = 4;
/** Loads four rows of `a`; the last tile may be ragged, so indices are held inside. */
const lastRow = 'uniforms.rows - 1u';

/** y [rows, columns] = a [rows, inner] b [inner, columns]. One thread per 4 rows and 4 columns. */
export const matMulNN = defineKernel({
  name: 'matMulNN',
  buffers: { a: 'read f32', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms: { rows: 'u32', inner: 'u32', columns4: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let column = i % uniforms.columns4;
  let row = i / uniforms.columns4 * ${ROWS}u;
  let a0 = row * uniforms.inner;
  let a1 = min(row + 1u, ${lastRow}) * uniforms.inner;
  let a2 = min(row + 2u, ${lastRow}) * uniforms.inner;
  let a3 = min(row + 3u, ${lastRow}) * uniforms.inner;
  var y0 = vec4<f32>(); var y1 = vec4<f32>(); var y2 = vec4<f32>(); var y3 = vec4<f32>();
  for (var k = 0u; k < uniforms.inner; k++) {
    let bk = b[k * uniforms.columns4 + column];
    y0 += a[a0 + k] * bk;
    y1 += a[a1 + k] * bk;
    y2 += a[a2 + k] * bk;
    y3 += a[a3 + k] * bk;
  }
  let at = row * uniforms.columns4 + column;
  y[at] = y0;
  if (row + 1u < uniforms.rows) { y[at + uniforms.columns4] = y1; }
  if (row + 2u < uniforms.rows) { y[at + 2u * uniforms.columns4] = y2; }
  if (row + 3u < uniforms.rows) { y[at + 3u * uniforms.columns4] = y3; }
}`,
  host: wgslOnly,
});

/** y [rows, columns] = a [rows, inner] b [columns, inner]ᵀ. One thread per 4 rows and 4 columns. */
export const matMulNT = defineKernel({
  name: 'matMulNT',
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms: { rows: 'u32', inner4: 'u32', columns4: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let column = i % uniforms.columns4;
  let row = i / uniforms.columns4 * ${ROWS}u;
  let a0 = row * uniforms.inner4;
  let a1 = min(row + 1u, ${lastRow}) * uniforms.inner4;
  let a2 = min(row + 2u, ${lastRow}) * uniforms.inner4;
  let a3 = min(row + 3u, ${lastRow}) * uniforms.inner4;
  let b0 = column * 4u * uniforms.inner4;
  let b1 = b0 + uniforms.inner4;
  let b2 = b1 + uniforms.inner4;
  let b3 = b2 + uniforms.inner4;
  var y0 = vec4<f32>(); var y1 = vec4<f32>(); var y2 = vec4<f32>(); var y3 = vec4<f32>();
  for (var k = 0u; k < uniforms.inner4; k++) {
    let p = b[b0 + k]; let q = b[b1 + k]; let r = b[b2 + k]; let s = b[b3 + k];
    let u = a[a0 + k]; let v = a[a1 + k]; let w = a[a2 + k]; let x = a[a3 + k];
    y0 += vec4<f32>(dot(u, p), dot(u, q), dot(u, r), dot(u, s));
    y1 += vec4<f32>(dot(v, p), dot(v, q), dot(v, r), dot(v, s));
    y2 += vec4<f32>(dot(w, p), dot(w, q), dot(w, r), dot(w, s));
    y3 += vec4<f32>(dot(x, p), dot(x, q), dot(x, r), dot(x, s));
  }
  let at = row * uniforms.columns4 + column;
  y[at] = y0;
  if (row + 1u < uniforms.rows) { y[at + uniforms.columns4] = y1; }
  if (row + 2u < uniforms.rows) { y[at + 2u * uniforms.columns4] = y2; }
  if (row + 3u < uniforms.rows) { y[at + 3u * uniforms.columns4] = y3; }
}`,
  host: wgslOnly,
});

/** y [rows, columns] = a [inner, rows]ᵀ b [inner, columns]: the gradient of a weight. One thread per 4 rows and 4 columns. */
export const matMulTN = defineKernel({
  name: 'matMulTN',
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms: { rows4: 'u32', inner: 'u32', columns4: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let column = i % uniforms.columns4;
  let row = i / uniforms.columns4;
  var y0 = vec4<f32>(); var y1 = vec4<f32>(); var y2 = vec4<f32>(); var y3 = vec4<f32>();
  for (var k = 0u; k < uniforms.inner; k++) {
    let ak = a[k * uniforms.rows4 + row];
    let bk = b[k * uniforms.columns4 + column];
    y0 += ak.x * bk;
    y1 += ak.y * bk;
    y2 += ak.z * bk;
    y3 += ak.w * bk;
  }
  let at = 4u * row * uniforms.columns4 + column;
  y[at] = y0;
  y[at + uniforms.columns4] = y1;
  y[at + 2u * uniforms.columns4] = y2;
  y[at + 3u * uniforms.columns4] = y3;
}`,
  host: wgslOnly,
});
