/** @file The cases of positions and attention, of intervals and of tiles. */
import { intervalsOf } from '../../../src/attention/layout';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { tilesOf } from '../../../src/attention/tiles';
import { random, type Random } from '../../../src/core/random';
import { attentionGradKeys, attentionGradQuery } from '../../../src/ops/attention/backward';
import { attentionForward } from '../../../src/ops/attention/forward';
import { attentionProbe } from '../../../src/ops/attention/probe';
import { tiledGradKeys, tiledGradQuery } from '../../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../../src/ops/attention/tiled/forward';
import { tiledProbe } from '../../../src/ops/attention/tiled/probe';
import { place, placeGrad, placeThreads } from '../../../src/ops/place/kernel';
import { rotationTable, virtualPositions } from '../../../src/ops/place/angles';
import { type Kernel } from '../../../src/program/kernel';
import { MASKS } from '../../support/masks';
import { empty, HEADS, integers, normals, runHost, type Case } from '../../support/simd';
import { tiledCases } from '../../support/tiledCases';
import { PLAIN, WITH_EXP, subject, type Subject } from './subject';

const PATTERNS = [
  { pattern: 'global', params: {} },
  { pattern: 'local', params: { window: 1 } },
  { pattern: 'local', params: { window: 8 } },
  { pattern: 'local', params: { window: 13 } },
  { pattern: 'approximate', params: { window: 8, chunk: 4 } },
  { pattern: 'approximate', params: { window: 5, chunk: 3 } },
  { pattern: 'approximate', params: { window: 16, chunk: 16 } },
] as const;

const TOKENS = [1, 7, 8, 33, 101];

/** Inputs of all three attention kernels; the results of the forward pass come from its plain loops. */
const attentionInputs = HEADS.flatMap(({ heads, kvHeads, d }) =>
  PATTERNS.flatMap((spec) =>
    TOKENS.map((T) => {
      const B = T < 64 ? 2 : 1;
      const layout = intervalsOf(spec, T);
      const { summaries, chunk } = layout;
      const label = `T ${T}, H ${heads}, kvH ${kvHeads}, d ${d}, ${spec.pattern} ${JSON.stringify(spec.params)}`;
      const from = random(label);
      const readers = new Int32Array(2 * layout.from.length);
      layout.from.forEach((q, j) => readers.set([q, layout.to[j]!], 2 * j));
      const uniforms = {
        ...{ B, T, summaries, heads, kvHeads, chunk },
        scale: 1 / Math.sqrt(d),
        bias: chunk > 0 ? Math.log(chunk) : 0,
        apart: 0,
      };
      const numbers = B * T * (heads + 2 * kvHeads) * d;
      const qkv = normals(numbers, from, 1.5);
      const means = normals(B * summaries * 2 * kvHeads * d, from, 1.5);
      const dout = normals(B * T * heads * d, from);
      const forward: Case = {
        label,
        buffers: {
          ...{ qkv, means, first: layout.first },
          out: empty(B * T * heads * d),
          stats: empty(2 * B * heads * T),
        },
        uniforms,
        constants: { D4: d / 4, queries: 4 },
      };
      const { out, stats } = runHost(attentionForward as unknown as Kernel, forward);
      const gradQuery: Case = {
        ...forward,
        buffers: {
          ...{ qkv, means, first: layout.first, out: out!, dout, stats: stats! },
          dqkv: normals(numbers, from), // keys and values must stay
        },
      };
      const delta = runHost(attentionGradQuery as unknown as Kernel, gradQuery)['stats']!;
      const gradKeys: Case = {
        label,
        buffers: {
          ...{ qkv, means, readers, dout, stats: delta },
          dqkv: normals(numbers, from), // queries must stay
          dmeans: empty(means.length),
        },
        uniforms,
        constants: { D4: d / 4, keys: 4 },
      };
      const probes = [
        { factor: 1, every: 1 },
        { factor: 2, every: 1 },
        { factor: 5, every: 2 },
      ].map(({ factor, every }): Case => {
        const size = Math.ceil(T / factor);
        return {
          label: `${label}, ${factor} tokens a cell, every ${every}`,
          buffers: {
            ...{ qkv, means, first: layout.first, stats: stats! },
            cells: empty(heads * size * size),
          },
          uniforms: { ...uniforms, headDim: d, size, factor, every },
        };
      });
      return { forward, gradQuery, gradKeys, probes };
    }),
  ),
);

/** With masks in tiles: several spans and one, full tiles, half a tile, rows that read nothing. */
const tiledInputs = [
  ...MASKS,
  'causal',
  'causal | !causal',
  '!causal',
  'causal & !causal',
  'causal & (window(20) | sink(4))',
].flatMap((text) =>
  [...HEADS.slice(0, 3), { heads: 1, kvHeads: 1, d: 64 }].flatMap((heads) =>
    TOKENS.map((T) => tiledCases(text, tilesOf(maskOf(read(text), T)), heads)),
  ),
);

/** Cases of `place` and its gradient, given the initial contents of the last buffer. */
function placeCases(
  names: { readonly qkv: string; readonly means: string },
  first: (length: number, from: Random) => Float32Array,
): Case[] {
  const chunks = [
    { T: 1, chunk: 1, summaries: 0, pre: 0 },
    { T: 21, chunk: 1, summaries: 0, pre: 1 },
    { T: 16, chunk: 4, summaries: 3, pre: 0 },
    { T: 18, chunk: 4, summaries: 3, pre: 1 },
    { T: 19, chunk: 5, summaries: 3, pre: 1 },
    { T: 19, chunk: 5, summaries: 1, pre: 0 },
    { T: 19, chunk: 5, summaries: 0, pre: 0 },
  ];
  return HEADS.flatMap(({ heads, kvHeads, d }) =>
    [0, 1]
      .flatMap((own) => chunks.map((sizes) => ({ ...sizes, own })))
      .map((sizes) => {
        const { T, chunk, summaries } = sizes;
        const B = 3;
        const label = `H ${heads}, kvH ${kvHeads}, d ${d}, ${JSON.stringify(sizes)}`;
        const from = random(label);
        return {
          label,
          buffers: {
            [names.qkv]: normals(B * T * (heads + 2 * kvHeads) * d, from),
            table: rotationTable(virtualPositions(T, chunk, summaries), d, 10_000),
            positions: integers(B * T, from, T),
            [names.means]: first(B * summaries * 2 * kvHeads * d, from),
          },
          uniforms: { ...sizes, heads, kvHeads, headDim: d },
          threads: placeThreads(B, { T, heads, kvHeads, chunk }),
        };
      }),
  );
}

export const attention: readonly Subject[] = [
  subject(place, PLAIN, placeCases({ qkv: 'qkv', means: 'means' }, empty)),
  subject(placeGrad, PLAIN, placeCases({ qkv: 'dqkv', means: 'dmeans' }, normals)),
  subject(
    attentionForward,
    PLAIN,
    attentionInputs.map(({ forward }) => forward),
  ),
  subject(
    attentionGradQuery,
    WITH_EXP,
    attentionInputs.map(({ gradQuery }) => gradQuery),
  ),
  subject(
    attentionGradKeys,
    WITH_EXP,
    attentionInputs.map(({ gradKeys }) => gradKeys),
  ),
  subject(
    attentionProbe,
    PLAIN, // of cells up to 3
    attentionInputs.flatMap(({ probes }) => probes),
  ),
  subject(
    tiledForward,
    PLAIN,
    tiledInputs.map(({ forward }) => forward),
  ),
  subject(
    tiledGradQuery,
    WITH_EXP,
    tiledInputs.map(({ gradQuery }) => gradQuery),
  ),
  subject(
    tiledGradKeys,
    WITH_EXP,
    tiledInputs.map(({ gradKeys }) => gradKeys),
  ),
  subject(
    tiledProbe,
    PLAIN,
    tiledInputs.map(({ probes }, i) => probes[i % 3]!),
  ),
];
