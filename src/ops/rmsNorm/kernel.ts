/**
 * @file Root-mean-square norm and its gradient. Zhang & Sennrich 2019, eq. 4; eps as in Llama. Widths are multiples of
 * 4.
 */
import { defineKernel } from '../../program/kernel';

/**
 *   scale[r] = 1 / √(mean_c x[r, c]² + eps)        y[r, c] = x[r, c] scale[r] gain[c]
 *
 * One thread per row r.
 */
export const rmsNorm = defineKernel({
  name: 'rmsNorm',
  buffers: {
    x: 'read vec4<f32>', // [rows, width]
    gain: 'read vec4<f32>', // [width]
    y: 'write vec4<f32>', // [rows, width]
    scale: 'write f32', // [rows]
  },
  uniforms: { rows: 'u32', width: 'u32', eps: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let width4 = uniforms.width / 4u;
  let at = row * width4;
  var squares = 0.0;
  for (var c = 0u; c < width4; c++) { squares += dot(x[at + c], x[at + c]); }
  let s = 1.0 / sqrt(squares / f32(uniforms.width) + uniforms.eps);
  for (var c = 0u; c < width4; c++) { y[at + c] = x[at + c] * s * gain[c]; }
  scale[row] = s;
}`,
  host({ x, gain, y, scale }, { rows, width, eps }) {
    for (let row = 0, at = 0; row < rows; row++, at += width) {
      let squares = 0;
      for (let c = 0; c < width; c++) squares += x[at + c]! * x[at + c]!;
      const s = 1 / Math.sqrt(squares / width + eps);
      for (let c = 0; c < width; c++) y[at + c] = x[at + c]! * s * gain[c]!;
      scale[row] = s;
    }
  },
  work: ({ rows, width }) => 12 * rows * width,
});

/**
 * dx = keep dx + scale (g − x scale² mean(g x))     with g = gain ∘ dy, row by row
 *
 * keep = 1 adds to the residual's gradient; 0 overwrites. One thread per row.
 */
export const rmsNormGradX = defineKernel({
  name: 'rmsNormGradX',
  buffers: {
    x: 'read vec4<f32>', // [rows, width]
    gain: 'read vec4<f32>', // [width]
    scale: 'read f32', // [rows]
    dy: 'read vec4<f32>', // [rows, width]
    dx: 'update vec4<f32>', // [rows, width]
  },
  uniforms: { rows: 'u32', width: 'u32', keep: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let width4 = uniforms.width / 4u;
  let at = row * width4;
  let s = scale[row];
  var along = 0.0;
  for (var c = 0u; c < width4; c++) { along += dot(gain[c] * dy[at + c], x[at + c]); }
  let pull = along * s * s / f32(uniforms.width);
  for (var c = 0u; c < width4; c++) {
    let own = s * (gain[c] * dy[at + c] - x[at + c] * pull);
    dx[at + c] = select(vec4<f32>(), dx[at + c], uniforms.keep == 1u) + own;
  }
}`,
  host({ x, gain, scale, dy, dx }, { rows, width, keep }) {
    for (let row = 0, at = 0; row < rows; row++, at += width) {
      const s = scale[row]!;
      let along = 0;
      for (let c = 0; c < width; c++) along += gain[c]! * dy[at + c]! * x[at + c]!;
      const pull = (along * s * s) / width;
      for (let c = 0; c < width; c++) {
        const own = s * (gain[c]! * dy[at + c]! - x[at + c]! * pull);
        dx[at + c] = keep ? dx[at + c]! + own : own;
      }
    }
  },
  work: ({ rows, width }) => 16 * rows * width,
});

/** Rows summed by one thread. */
export const ROWS_PER_BLOCK = 128;

/**
 * partial[block, c] = Σ dy[r, c] x[r, c] scale[r] over the rows of a block. One thread per block and column;
 * `sumBlocks` adds them up for all norms at once. No atomics: the same bits every time.
 */
export const rmsNormGradGain = defineKernel({
  name: 'rmsNormGradGain',
  buffers: {
    x: 'read f32', // [rows, width]
    scale: 'read f32', // [rows]
    dy: 'read f32', // [rows, width]
    partial: 'write f32', // [blocks, width]
  },
  uniforms: { rows: 'u32', width: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let c = i % uniforms.width;
  let first = i / uniforms.width * ${ROWS_PER_BLOCK}u;
  var sum = 0.0;
  for (var row = first; row < min(first + ${ROWS_PER_BLOCK}u, uniforms.rows); row++) {
    let at = row * uniforms.width + c;
    sum += dy[at] * x[at] * scale[row];
  }
  partial[i] = sum;
}`,
  host({ x, scale, dy, partial }, { rows, width }) {
    partial.fill(0);
    for (let row = 0, at = 0; row < rows; row++) {
      const to = Math.floor(row / ROWS_PER_BLOCK) * width;
      for (let c = 0; c < width; c++, at++) partial[to + c]! += dy[at]! * x[at]! * scale[row]!;
    }
  },
  work: ({ rows, width }) => 5 * rows * width,
});

/**
 * sums[n, c] = Σ_block partial[n, block, c]; each norm's sums lie `stride` numbers after the previous one's. One thread
 * per norm and column.
 */
export const sumBlocks = defineKernel({
  name: 'sumBlocks',
  buffers: {
    partial: 'read f32', // [norms, blocks, width]
    sums: 'update f32', // [norms, stride]
  },
  uniforms: { norms: 'u32', blocks: 'u32', width: 'u32', stride: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let c = i % uniforms.width;
  let norm = i / uniforms.width;
  var sum = 0.0;
  for (var block = 0u; block < uniforms.blocks; block++) {
    sum += partial[(norm * uniforms.blocks + block) * uniforms.width + c];
  }
  sums[norm * uniforms.stride + c] = sum;
}`,
  host({ partial, sums }, { norms, blocks, width, stride }) {
    for (let norm = 0; norm < norms; norm++) {
      for (let c = 0; c < width; c++) {
        let sum = 0;
        for (let block = 0; block < blocks; block++) {
          sum += partial[(norm * blocks + block) * width + c]!;
        }
        sums[norm * stride + c] = sum;
      }
    }
  },
});
