/** @file Fused attention against the composed reference, on any machine: the output, three gradients, the picture. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  rowTables,
  startsOf,
  withinDocuments,
  writeReaders,
  writeReads,
  type Packing,
} from '../../src/attention/documents';
import { threadShare } from '../../src/ops/attention/costs';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { isTiled, layoutOf, type Layout } from '../../src/attention/layout';
import { cellsOf } from '../../src/attention/mask';
import { cellsInTiles, tilesOf } from '../../src/attention/tiles';
import { tiledGradKeys, tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import { tiledProbe } from '../../src/ops/attention/tiled/probe';
import { EXACT, maskCells } from '../../src/attention/cells';
import { patterns, patternSpec } from '../../src/attention/registry';
import { random } from '../../src/core/random';
import { resultOf, type Machine } from '../../src/machines/machine';
import { attentionGradKeys, attentionGradQuery } from '../../src/ops/attention/backward';
import { attentionForward } from '../../src/ops/attention/forward';
import { attentionProbe } from '../../src/ops/attention/probe';
import { keyThreads, partsOf, queryThreads } from '../../src/ops/attention/shared';
import { place, placeGrad, placeThreads } from '../../src/ops/place/kernel';
import { rotationTable, virtualPositions } from '../../src/ops/place/angles';
import { ProgramWriter, type Bundle, type KeptBuffer, type Part } from '../../src/program/program';
import { referenceAttention } from '../../src/reference/reference';
import { layerCells } from '../../src/train/frame';
import { anyMask, cellsByRules, firstDifference } from './cellsOfTerms';
import { some } from './deep';
import { relativeError } from './fixtures';
import { MASKS } from './masks';

const TOLERANCE = 1e-4; // float32, sums in another order

const SHAPES = [
  { B: 1, T: 1, heads: 1, kvHeads: 1, headDim: 4, window: 1, chunk: 1 },
  { B: 2, T: 13, heads: 2, kvHeads: 2, headDim: 8, window: 1, chunk: 3 },
  { B: 1, T: 29, heads: 3, kvHeads: 1, headDim: 4, window: 5, chunk: 4 },
  { B: 2, T: 37, heads: 4, kvHeads: 2, headDim: 16, window: 7, chunk: 1 },
  { B: 1, T: 24, heads: 2, kvHeads: 2, headDim: 32, window: 24, chunk: 6 },
  { B: 1, T: 70, heads: 1, kvHeads: 1, headDim: 12, window: 9, chunk: 16 },
  { B: 1, T: 18, heads: 2, kvHeads: 1, headDim: 40, window: 6, chunk: 4 },
  { B: 3, T: 17, heads: 2, kvHeads: 2, headDim: 8, window: 40, chunk: 2 },
];

interface Sizes {
  readonly B: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly pool: 'post' | 'pre';
  /** [B T]: the rows hold documents. */
  readonly starts?: Int32Array;
  readonly packing?: Packing;
}

/** One layer's attention, forward and backward, as in the model. */
function attentionBundle(
  kernel: Machine['kernel'],
  layout: Layout,
  { B, heads, kvHeads, headDim: d, pool, starts, packing }: Sizes,
): Bundle {
  const { T, summaries, chunk } = layout;
  const centres = pool === 'pre' ? summaries : 0;
  const W = (heads + 2 * kvHeads) * d;
  const kept: Record<string, KeptBuffer> = {};
  const keep = (name: string, length: number, content?: () => Float32Array | Int32Array): Part => {
    const element = content?.() instanceof Int32Array ? 'i32' : 'f32';
    kept[name] = { element, length, ...(content && { content }) };
    return { buffer: name, at: 0, length };
  };
  const tiled = isTiled(layout);
  let readers = tiled ? layout.readers : new Int32Array(2 * layout.from.length);
  if (!tiled) layout.from.forEach((q, j) => readers.set([q, layout.to[j]!], 2 * j));
  let reads = tiled ? layout.reads : layout.first;
  const apart = { reads: 0, readers: 0 };
  if (starts) {
    const sizes = rowTables(layout);
    reads = new Int32Array(B * sizes.reads);
    readers = new Int32Array(B * sizes.readers);
    for (let b = 0; b < B; b++) {
      const own = starts.subarray(b * T, (b + 1) * T);
      writeReads(layout, own, reads, b);
      writeReaders(layout, own, readers, b);
    }
    apart.reads = sizes.reads;
    apart.readers = tiled ? sizes.readers : sizes.readers / 2;
  }
  const parts = {
    reads: keep('reads', reads.length, () => reads),
    readers: keep('readers', readers.length, () => readers),
    table: keep('table', (T + centres) * d, () =>
      rotationTable(virtualPositions(T, chunk, centres), d, 10_000),
    ),
    positions: keep('positions', B * T, () =>
      Int32Array.from({ length: B * T }, (_, i) => (i % T) - (starts?.[i] ?? 0)),
    ),
    qkv: keep('qkv', B * T * W),
    dqkv: keep('dqkv', B * T * W),
    means: keep('means', Math.max(64, B * summaries * 2 * kvHeads * d)),
    dmeans: keep('dmeans', Math.max(64, B * summaries * 2 * kvHeads * d)),
    dout: keep('dout', B * T * heads * d),
  };
  const u = {
    B,
    T,
    summaries,
    heads,
    kvHeads,
    chunk,
    scale: 1 / Math.sqrt(d),
    bias: chunk > 0 ? Math.log(chunk) : 0,
    apart: apart.reads,
  };
  const places = {
    T,
    summaries,
    heads,
    kvHeads,
    headDim: d,
    chunk: summaries > 0 ? chunk : 1,
    pre: pool === 'pre' ? 1 : 0,
    own: packing === 'restart' ? 1 : 0,
  };
  const share = threadShare(kernel === 'gpu' ? 'gpu' : 'softwareGpu', d);
  const writer = new ProgramWriter();
  const { reads: first, qkv, dqkv, means, dmeans, dout, table, positions } = parts;
  const out = writer.temporary('out', B * T * heads * d);
  const stats = writer.temporary('stats', 2 * B * heads * T);
  const cells = writer.temporary('cells', heads * T * T);
  writer.launch(place, placeThreads(B, places), { qkv, table, positions, means }, places);
  if (tiled) {
    const own = { B, T, heads, kvHeads, scale: u.scale, apart: apart.reads };
    const byQueries = (queries: number) => ({ D4: d / 4, queries });
    const reads = first;
    writer.launch(
      tiledForward,
      queryThreads(u, share.queries),
      { qkv, reads, out, stats },
      own,
      byQueries(share.queries),
    );
    writer.launch(
      tiledGradQuery,
      queryThreads(u, share.gradQueries),
      { qkv, reads, out, dout, stats, dqkv },
      own,
      byQueries(share.gradQueries),
    );
    writer.launch(
      tiledGradKeys,
      keyThreads(u, share.keys),
      { qkv, readers: parts.readers, dout, stats, dqkv },
      { ...own, apart: apart.readers },
      { D4: d / 4, keys: share.keys },
    );
    writer.launch(placeGrad, placeThreads(B, places), { dqkv, table, positions, dmeans }, places);
    writer.launch(
      tiledProbe,
      heads * T * T,
      { qkv, reads, stats, cells },
      { ...own, headDim: d, size: T, factor: 1, every: 1 },
    );
    writer.result('out', out);
    writer.result('cells', cells);
    return { kept, programs: { all: writer.program() } };
  }
  const summed = partsOf(kernel, chunk);
  writer.launch(
    attentionForward,
    queryThreads(u, share.queries),
    { qkv, means, first, out, stats },
    u,
    { D4: d / 4, queries: share.queries, ...summed },
  );
  writer.launch(
    attentionGradQuery,
    queryThreads(u, share.gradQueries),
    { qkv, means, first, out, dout, stats, dqkv },
    u,
    { D4: d / 4, queries: share.gradQueries, ...summed },
  );
  writer.launch(
    attentionGradKeys,
    keyThreads(u, share.keys),
    { qkv, means, readers: parts.readers, dout, stats, dqkv, dmeans },
    { ...u, apart: apart.readers },
    { D4: d / 4, keys: share.keys, ...summed },
  );
  writer.launch(placeGrad, placeThreads(B, places), { dqkv, table, positions, dmeans }, places);
  writer.launch(
    attentionProbe,
    heads * T * T,
    { qkv, means, first, stats, cells },
    { ...u, headDim: d, size: T, factor: 1, every: 1 },
  );
  writer.result('out', out);
  writer.result('cells', cells);
  return { kept, programs: { all: writer.program() } };
}

/** Columns first .. first + count of a matrix with rows of `width`. */
function columns(matrix: Float32Array, width: number, first: number, count: number): Float32Array {
  const rows = matrix.length / width;
  const picked = new Float32Array(rows * count);
  for (let r = 0; r < rows; r++) {
    picked.set(matrix.subarray(r * width + first, r * width + first + count), r * count);
  }
  return picked;
}

async function run(
  machine: Machine,
  layout: Layout,
  sizes: Sizes,
  qkv: Float32Array,
  dout: Float32Array,
) {
  const bundle = attentionBundle(machine.kernel, layout, sizes);
  const session = await machine.open(bundle);
  session.write('qkv', qkv);
  session.write('dout', dout);
  session.run('all');
  const [out, cells, dqkv] = await Promise.all([
    session.read(resultOf(bundle, 'all', 'out'), 'all'),
    session.read(resultOf(bundle, 'all', 'cells'), 'all'),
    session.read({ buffer: 'dqkv', at: 0, length: qkv.length }),
  ]);
  session.dispose();
  return { out, cells, dqkv };
}

/** The output and three gradients of random numbers against the composed reference. Returns the picture's cells. */
async function isComposed(machine: Machine, layout: Layout, sizes: Sizes, words: string) {
  const { B, heads, kvHeads, headDim: d, starts, packing = 'off' } = sizes;
  const { T } = layout;
  const { normal } = random('attention', words, B, T, d);
  const W = (heads + 2 * kvHeads) * d;
  const qkv = Float32Array.from({ length: B * T * W }, normal);
  const dout = Float32Array.from({ length: B * T * heads * d }, normal);
  const spans = [
    [0, heads * d],
    [heads * d, kvHeads * d],
    [(heads + kvHeads) * d, kvHeads * d],
  ] as const;
  const inputs = spans.map(([first, count]) =>
    tf.tensor2d(columns(qkv, W, first, count), [B * T, count]),
  );
  const composed = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    referenceAttention(
      { ...sizes, ropeBase: 10_000, ropeScale: 1 },
      layout,
      B,
      q as tf.Tensor2D,
      k as tf.Tensor2D,
      v as tf.Tensor2D,
      starts && { starts, packing },
    );
  const expected = composed(inputs[0]!, inputs[1]!, inputs[2]!);
  const upstream = tf.tensor2d(dout, [B * T, heads * d]);
  const expectedGradients = tf.grads(composed as (...inputs: tf.Tensor[]) => tf.Tensor)(
    inputs,
    upstream,
  );

  const got = await run(machine, layout, sizes, qkv, dout);
  expect(relativeError(got.out, await expected.data()), 'output').toBeLessThan(TOLERANCE);
  for (const [i, name] of (['query', 'key', 'value'] as const).entries()) {
    const wanted = await expectedGradients[i]!.data();
    const [first, count] = spans[i]!;
    const gradient = columns(got.dqkv, W, first, count);
    // For a query that reads a single token, its query and key have no effect; in floats only almost none.
    const scale = Math.max(...wanted.map(Math.abs));
    if (scale < 1e-5) expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-5);
    else if (T === 1 && name !== 'value') expect(scale).toBeLessThan(1e-5);
    else expect(relativeError(gradient, wanted), name).toBeLessThan(TOLERANCE);
  }
  tf.dispose([...inputs, expected, upstream, ...expectedGradients]);
  return got.cells;
}

const NAMES = [...patterns.all.map(({ id }) => id), ...MASKS];
const layoutNamed = (name: string, params: { window: number; chunk: number }, T: number) =>
  patterns.has(name) ? layoutOf(patternSpec(name, params), T) : tilesOf(maskOf(read(name), T));
const cellsNamed = (name: string, params: { window: number; chunk: number }, T: number) =>
  patterns.has(name) ? maskCells(patternSpec(name, params), T) : cellsOf(maskOf(read(name), T));

/** With `shapes` of the shapes for each pattern, in turn. */
export function describeAttention(machine: () => Machine, shapes = SHAPES.length): void {
  let turn = 0;
  describe.each(NAMES)('fused attention equals the composed one: %s', (id) => {
    describe.each(['post', 'pre'] as const)('keys averaged %s rotation', (pool) => {
      test.each(some(SHAPES, shapes, turn++))(
        'B=$B T=$T H=$heads/$kvHeads d=$headDim W=$window C=$chunk',
        async ({ B, T, heads, kvHeads, headDim: d, window, chunk }) => {
          const layout = layoutNamed(id, { window, chunk }, T);
          await isComposed(machine(), layout, { B, heads, kvHeads, headDim: d, pool }, id);
        },
      );
    });

    test('the picture shows what the kernel used: rows sum to 1, cells are the mask’s', async () => {
      const [T, heads, d] = [21, 2, 8];
      const params = { window: 4, chunk: 3 };
      const { normal } = random('picture', id);
      const sizes = { B: 1, heads, kvHeads: 2, headDim: d, pool: 'post' } as const;
      const { cells } = await run(
        machine(),
        layoutNamed(id, params, T),
        sizes,
        Float32Array.from({ length: T * 48 }, normal),
        new Float32Array(T * 16),
      );
      const { weights, mask } = layerCells(cells, T);
      const expected = cellsNamed(id, params, T);
      expect([...mask]).toEqual([...expected]);
      for (let row = 0; row < heads * T; row++) {
        const sum = weights.subarray(row * T, row * T + T).reduce((a, b) => a + b, 0);
        const own = expected.subarray((row % T) * T, (row % T) * T + T);
        expect(sum).toBeCloseTo(own.some((cell) => cell > 0) ? 1 : 0, 4);
      }
    });
  });
  describePackedAttention(machine, shapes);
}

export function describePackedAttention(machine: () => Machine, shapes = SHAPES.length): void {
  let turn = 0;
  describe.each(NAMES.filter((id) => id !== 'approximate'))(
    'fused attention with documents of its own in every row equals the composed one: %s',
    (id) => {
      describe.each(['masked', 'restart'] as const)('%s', (packing) => {
        test.each(some(SHAPES, shapes, turn++))(
          'B=$B T=$T H=$heads/$kvHeads d=$headDim W=$window',
          async ({ window, chunk, T, ...shape }) => {
            const starts = documentsIn(shape.B, T, `${id} ${packing}`);
            const layout = layoutNamed(id, { window, chunk }, T);
            await isComposed(machine(), layout, { ...shape, pool: 'post', starts, packing }, id);
          },
        );
      });

      test('the picture is that of the first row: cells are its mask’s', async () => {
        const [T, B, heads, d] = [21, 2, 2, 8];
        const layout = layoutNamed(id, { window: 4, chunk: 3 }, T);
        const starts = documentsIn(B, T, `picture ${id}`);
        const { normal } = random('picture', id);
        const sizes = { B, heads, kvHeads: 2, headDim: d, pool: 'post', starts } as const;
        const { cells } = await run(
          machine(),
          layout,
          { ...sizes, packing: 'masked' },
          Float32Array.from({ length: B * T * 48 }, normal),
          new Float32Array(B * T * 16),
        );
        const { weights, mask } = layerCells(cells, T);
        const own = withinDocuments(layout, starts.subarray(0, T));
        const expected = isTiled(own)
          ? cellsInTiles(own)
          : mask.map((_, i) => +(own.first[Math.floor(i / T)]! <= i % T && i % T <= i / T));
        expect([...mask].map((cell) => +(cell === EXACT))).toEqual([...expected]);
        for (let row = 0; row < heads * T; row++) {
          const sum = weights.subarray(row * T, row * T + T).reduce((a, b) => a + b, 0);
          const some = expected.subarray((row % T) * T, (row % T) * T + T).some((cell) => cell > 0);
          expect(sum).toBeCloseTo(some ? 1 : 0, 4);
        }
      });
    },
  );
}

/** Documents of random lengths in each of B rows of T tokens, [B T]. */
function documentsIn(B: number, T: number, seed: string): Int32Array {
  const { below } = random('documents', seed, B, T);
  const starts = new Int32Array(B * T);
  for (let b = 0; b < B; b++) {
    const begins = Array.from({ length: 1 + below(4) }, () => below(T));
    starts.set(startsOf(T, begins), b * T);
  }
  return starts;
}

const DRAWN_SIZES = [
  { B: 2, heads: 2, kvHeads: 1, headDim: 8 },
  { B: 1, heads: 2, kvHeads: 2, headDim: 20 },
  { B: 1, heads: 1, kvHeads: 1, headDim: 40 }, // software adapters give a thread two queries from here on
  { B: 1, heads: 1, kvHeads: 1, headDim: 72 }, // and here one
];

/** Layers of random masks against the composed reference with their cells. */
export function describeAnyMask(
  machine: () => Machine,
  parameters: { readonly numRuns: number; readonly seed?: number },
): void {
  test('layers of any mask equal the composed ones with its cells: output, gradients, picture', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMask(160),
        fc.constantFrom(...DRAWN_SIZES),
        async ({ T, expression }, sizes) => {
          const cells = cellsByRules(expression, T);
          const layout = tilesOf(maskOf(expression, T));
          // The parts of the layout that the reference reads agree with the mask's definition.
          expect(firstDifference(cellsInTiles(layout), cells)).toBe(-1);
          const words = write(expression);
          const drawn = await isComposed(machine(), layout, { ...sizes, pool: 'post' }, words);
          const { weights, mask } = layerCells(drawn, T);
          expect(firstDifference(mask, cells)).toBe(-1);
          for (let row = 0; row < sizes.heads * T; row++) {
            const sum = weights.subarray(row * T, row * T + T).reduce((a, b) => a + b, 0);
            const q = row % T;
            expect(sum).toBeCloseTo(+cells.subarray(q * T, q * T + T).includes(1), 4);
          }
        },
      ),
      parameters,
    );
  });
}
