/** @file Root-mean-square norm and its gradient. Zhang & Sennrich 2019, eq. 4; eps as in Llama. */
import { defineKernel } from '../../gpu/kernel';

/**
 *   scale[r] = 1 / √(mean_c x[r, c]² + eps)        y[r, c] = x[r, c] scale[r] gain[c]
 *
 * One thread per row r; width a multiple of 1.
 */
export const rmsNorm = defineKernel({
  name: 'rmsNorm',
  buffers: {
    x: 'read f32', // [rows, width]
    gain: 'read f32', // [width]
    y: 'write f32', // [rows, width]
    scale: 'write f32', // [rows]
  },
  uniforms: { width: 'u32', eps: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let at = row * uniforms.width;
  var squares = 0.0;
  for (var c = 0u; c < uniforms.width; c++) { squares += x[at + c] * x[at + c]; }
  let s = 1.0 / sqrt(squares / f32(uniforms.width) + uniforms.eps);
  for (var c = 0u; c < uniforms.width; c++) { y[at + c] = x[at + c] * s * gain[c]; }
  scale[row] = s;
}`,
  host({ x, gain, y, scale }, { width, eps }) {
    for (let row = 0, at = 0; row < scale.length; row++, at += width) {
      let squares = 0;
      for (let c = 0; c < width; c++) squares += x[at + c]! * x[at + c]!;
      const s = 1 / Math.sqrt(squares / width + eps);
      for (let c = 0; c < width; c++) y[at + c] = x[at + c]! * s * gain[c]!;
      scale[row] = s;
    }
  },
});

/**
 *   dx = scale (g − x scale² mean(g x)) with g = gain ∘ dy, row by row. One thread per row.
 */
export const rmsNormGradX = defineKernel({
  name: 'rmsNormGradX',
  buffers: {
    x: 'read f32', // [rows, width]
    gain: 'read f32', // [width]
    scale: 'read f32', // [rows]
    dy: 'read f32', // [rows, width]
    dx: 'write f32', // [rows, width]
  },
  uniforms: { width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let at = row * uniforms.width;
  let s = scale[row];
  var along = 0.0;
  for (var c = 0u; c < uniforms.width; c++) { along += gain[c] * dy[at + c] * x[at + c]; }
  let pull = along * s * s / f32(uniforms.width);
  for (var c = 0u; c < uniforms.width; c++) { dx[at + c] = s * (gain[c] * dy[at + c] - x[at + c] * pull); }
}`,
  host({ x, gain, scale, dy, dx }, { width }) {
    for (let row = 0, at = 0; row < scale.length; row++, at += width) {
      const s = scale[row]!;
      let along = 0;
      for (let c = 0; c < width; c++) along += gain[c]! * dy[at + c]! * x[at + c]!;
      const pull = (along * s * s) / width;
      for (let c = 0; c < width; c++) dx[at + c] = s * (gain[c]! * dy[at + c]! - x[at + c]! * pull);
    }
  },
});

/** dgain[c] = Σ_r dy[r, c] x[r, c] scale[r]. One thread per column, rows in order: no atomics, the same bits every time. */
export const rmsNormGradGain = defineKernel({
  name: 'rmsNormGradGain',
  buffers: {
    x: 'read f32', // [rows, width]
    scale: 'read f32', // [rows]
    dy: 'read f32', // [rows, width]
    dgain: 'write f32', // [width]
  },
  uniforms: { rows: 'u32', width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(c: u32) {
  var sum = 0.0;
  for (var row = 0u; row < uniforms.rows; row++) {
    let at = row * uniforms.width + c;
    sum += dy[at] * x[at] * scale[row];
  }
  dgain[c] = sum;
}`,
  host({ x, scale, dy, dgain }, { rows, width }) {
    dgain.fill(0);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let c = 0; c < width; c++, at++) dgain[c]! += dy[at]! * x[at]! * scale[row]!;
    }
  },
});
