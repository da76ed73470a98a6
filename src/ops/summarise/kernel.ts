/** @file Chunk averages behind the tokens: the virtual keys of the approximate pattern (our reconstruction of LGA). */
import { defineKernel } from '../../gpu/kernel';

const uniforms = { T: 'u32', summaries: 'u32', chunk: 'u32', width: 'u32' } as const;

/**
 *   all[b, j]     = x[b, j]                        0 <= j < T
 *   all[b, T + c] = mean of x[b, cC .. cC + C − 1]  0 <= c < summaries
 *
 * One thread per number of `all`.
 */
export const summarise = defineKernel({
  name: 'summarise',
  buffers: {
    x: 'read f32', // [B, T, width]
    all: 'write f32', // [B, T + summaries, width]
  },
  uniforms,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let rows = uniforms.T + uniforms.summaries;
  let column = i % uniforms.width;
  let j = i / uniforms.width % rows;
  let start = i / uniforms.width / rows * uniforms.T * uniforms.width + column;
  if (j < uniforms.T) {
    all[i] = x[start + j * uniforms.width];
    return;
  }
  let first = (j - uniforms.T) * uniforms.chunk;
  var sum = 0.0;
  for (var k = first; k < first + uniforms.chunk; k++) { sum += x[start + k * uniforms.width]; }
  all[i] = sum / f32(uniforms.chunk);
}`,
  host({ x, all }, { T, summaries, chunk, width }) {
    const rows = T + summaries;
    for (let b = 0; b * rows * width < all.length; b++) {
      const from = b * T * width;
      const to = b * rows * width;
      all.set(x.subarray(from, from + T * width), to);
      for (let c = 0; c < summaries; c++) {
        const at = to + (T + c) * width;
        all.fill(0, at, at + width);
        for (let k = c * chunk; k < (c + 1) * chunk; k++) {
          for (let i = 0; i < width; i++) all[at + i]! += x[from + k * width + i]! / chunk;
        }
      }
    }
  },
});

/** dx[b, k] = dall[b, k] + dall[b, T + c] / C for the chunk c of token k, where it has a summary. One thread per number. */
export const summariseGrad = defineKernel({
  name: 'summariseGrad',
  buffers: {
    dall: 'read f32', // [B, T + summaries, width]
    dx: 'write f32', // [B, T, width]
  },
  uniforms,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let column = i % uniforms.width;
  let k = i / uniforms.width % uniforms.T;
  let start = i / uniforms.width / uniforms.T * (uniforms.T + uniforms.summaries) * uniforms.width + column;
  let c = k / uniforms.chunk;
  var d = dall[start + k * uniforms.width];
  if (c < uniforms.summaries) { d += dall[start + (uniforms.T + c) * uniforms.width] / f32(uniforms.chunk); }
  dx[i] = d;
}`,
  host({ dall, dx }, { T, summaries, chunk, width }) {
    for (let i = 0; i < dx.length; i++) {
      const row = Math.floor(i / width);
      const k = row % T;
      const start = Math.floor(row / T) * (T + summaries) * width + (i % width);
      const c = Math.floor(k / chunk);
      let d = dall[start + k * width]!;
      if (c < summaries) d += dall[start + (T + c) * width]! / chunk;
      dx[i] = d;
    }
  },
});
