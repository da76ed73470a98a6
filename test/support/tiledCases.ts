/** @file Test cases for the kernels of masks in tiles. */
import type { TileLayout } from '../../src/attention/tiles';
import { random } from '../../src/core/random';
import { tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import type { Kernel } from '../../src/program/kernel';
import { empty, normals, runHost, type Case, type Heads } from './simd';

/** Tokens per side of a cell, and per cell of the queries that are drawn. */
const PROBES = [
  { factor: 1, every: 1 },
  { factor: 2, every: 1 },
  { factor: 5, every: 2 },
];

/** Inputs of the four kernels; the results of earlier kernels come from their plain loops. */
export function tiledCases(
  mask: string,
  { T, reads, readers }: TileLayout,
  { heads, kvHeads, d }: Heads,
) {
  const B = T < 64 ? 2 : 1;
  const label = `T ${T}, H ${heads}, kvH ${kvHeads}, d ${d}, ${mask}`;
  const from = random(label);
  const uniforms = { B, T, heads, kvHeads, scale: 1 / Math.sqrt(d), apart: 0 };
  const numbers = B * T * (heads + 2 * kvHeads) * d;
  const qkv = normals(numbers, from, 1.5);
  const dout = normals(B * T * heads * d, from);
  const forward: Case = {
    label,
    buffers: {
      ...{ qkv, reads },
      out: empty(B * T * heads * d),
      stats: empty(2 * B * heads * T),
    },
    uniforms,
    constants: { D4: d / 4, queries: 4 },
  };
  const { out, stats } = runHost(tiledForward as unknown as Kernel, forward);
  const gradQuery: Case = {
    ...forward,
    buffers: {
      ...{ qkv, reads, out: out!, dout, stats: stats! },
      dqkv: normals(numbers, from), // keys and values must stay
    },
  };
  const delta = runHost(tiledGradQuery as unknown as Kernel, gradQuery)['stats']!;
  const gradKeys: Case = {
    label,
    buffers: {
      ...{ qkv, readers, dout, stats: delta },
      dqkv: normals(numbers, from), // queries must stay
    },
    uniforms,
    constants: { D4: d / 4, keys: 4 },
  };
  const probes = PROBES.map(({ factor, every }): Case => {
    const size = Math.ceil(T / factor);
    return {
      label: `${label}, ${factor} tokens a cell, every ${every}`,
      buffers: { qkv, reads, stats: stats!, cells: empty(heads * size * size) },
      uniforms: { ...uniforms, headDim: d, size, factor, every },
    };
  });
  return { forward, gradQuery, gradKeys, probes };
}
