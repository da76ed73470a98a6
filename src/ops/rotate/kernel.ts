/** @file Rotary positions. Su et al. 2021; rotate-half layout as in Hugging Face's Llama. */
import { defineKernel } from '../../gpu/kernel';

/**
 * Turns the pairs (x[i], x[i + d/2]) of every head by the angle of the row's position:
 *
 *   y[i]       = x[i] cos − sign x[i + d/2] sin        0 <= i < d/2
 *   y[i + d/2] = x[i + d/2] cos + sign x[i] sin
 *
 * sign = 1 turns, sign = −1 turns back, which is also the gradient. One thread per row and head.
 */
export const rotate = defineKernel({
  name: 'rotate',
  buffers: {
    x: 'read f32', // [sequences × perSequence, heads × d]
    table: 'read f32', // [perSequence, d]: d/2 cosines, then d/2 sines
    y: 'write f32', // as x
  },
  uniforms: { perSequence: 'u32', heads: 'u32', headDim: 'u32', sign: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let half = uniforms.headDim / 2u;
  let angles = (i / uniforms.heads % uniforms.perSequence) * uniforms.headDim;
  let at = i * uniforms.headDim;
  for (var c = 0u; c < half; c++) {
    let cosine = table[angles + c];
    let sine = uniforms.sign * table[angles + half + c];
    let a = x[at + c];
    let b = x[at + half + c];
    y[at + c] = a * cosine - b * sine;
    y[at + half + c] = b * cosine + a * sine;
  }
}`,
  host({ x, table, y }, { perSequence, heads, headDim, sign }) {
    const half = headDim / 2;
    for (let i = 0, at = 0; at < y.length; i++, at += headDim) {
      const angles = (Math.floor(i / heads) % perSequence) * headDim;
      for (let c = 0; c < half; c++) {
        const cosine = table[angles + c]!;
        const sine = sign * table[angles + half + c]!;
        const a = x[at + c]!;
        const b = x[at + half + c]!;
        y[at + c] = a * cosine - b * sine;
        y[at + half + c] = b * cosine + a * sine;
      }
    }
  },
});

/** Cosines and sines of the given positions (they may lie between tokens), row-major [positions, d]. */
export function rotationTable(
  positions: readonly number[],
  headDim: number,
  base: number,
): Float32Array {
  const half = headDim / 2;
  const table = new Float32Array(positions.length * headDim);
  positions.forEach((position, row) => {
    for (let c = 0; c < half; c++) {
      const angle = position * Math.pow(base, (-2 * c) / headDim);
      table[row * headDim + c] = Math.cos(angle);
      table[row * headDim + half + c] = Math.sin(angle);
    }
  });
  return table;
}

/** Positions of the tokens, then the centres of the chunks: (c + 1/2) C − 1/2. */
export const virtualPositions = (T: number, chunk: number, summaries: number): number[] => [
  ...Array.from({ length: T }, (_, t) => t),
  ...Array.from({ length: summaries }, (_, c) => c * chunk + (chunk - 1) / 2),
];
