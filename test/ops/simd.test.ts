/** @file The SIMD kernels, compiled, against the plain loops of the same kernels. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { intervalsOf } from '../../src/attention/layout';
import { fromRule } from '../../src/attention/mask';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { tilesOf } from '../../src/attention/tiles';
import { random, type Random } from '../../src/core/random';
import { instantiate, kernelsOf, TILES } from '../../src/machines/instance';
import { adamw, settle, squares } from '../../src/ops/adamw/kernel';
import { attentionGradKeys, attentionGradQuery } from '../../src/ops/attention/backward';
import { attentionForward } from '../../src/ops/attention/forward';
import { attentionProbe } from '../../src/ops/attention/probe';
import { tiledGradKeys, tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import { tiledProbe } from '../../src/ops/attention/tiled/probe';
import { crossEntropy } from '../../src/ops/crossEntropy/kernel';
import { embed, embedGrad } from '../../src/ops/embed/kernel';
import { place, placeGrad, placeThreads } from '../../src/ops/place/kernel';
import { rotationTable, virtualPositions } from '../../src/ops/place/angles';
import { productAdd, productNN, productNT, productTN } from '../../src/ops/product/kernel';
import { productSwiglu, productSwigluGrad } from '../../src/ops/product/swiglu';
import { rmsNorm, rmsNormGradGain, rmsNormGradX, sumBlocks } from '../../src/ops/rmsNorm/kernel';
import { accessOf, type Kernel } from '../../src/program/kernel';
import { MASKS } from '../support/masks';
import {
  distance,
  empty,
  GUARD,
  HEADS,
  integers,
  modules,
  normals,
  runHost,
  runSimd,
  same,
  type Case,
  type Numbers,
  type Values,
} from '../support/simd';
import { tiledCases } from '../support/tiledCases';

interface Subject {
  readonly kernel: Kernel;
  /** Largest difference relative to the largest value. */
  readonly within: number;
  readonly cases: readonly Case[];
}

const PLAIN = 1e-5;
const WITH_EXP = 1e-4;

// ------------------------------------------------------------------------------------------- the cases

/** [rows, inner, columns] */
const SHAPES = [
  [1, 4, 4],
  [1, 64, 8],
  [2, 12, 20],
  [3, 8, 12],
  [5, 64, 192],
  [37, 128, 36],
  [64, 700, 28],
  [130, 344, 64],
  [515, 64, 100],
] as const;

function productCases(
  buffersOf: (
    shape: { readonly rows: number; readonly inner: number; readonly columns: number },
    from: Random,
  ) => Record<string, Values>,
  constants: Numbers,
  shapes: readonly (readonly [number, number, number])[] = SHAPES,
): Case[] {
  return shapes.map(([rows, inner, columns]) => {
    const shape = { rows, inner, columns };
    const label = `${rows} × ${inner} × ${columns}`;
    return { label, buffers: buffersOf(shape, random(label)), uniforms: shape, constants };
  });
}

const TILE = { tall: 8, wide: 2 };
const GATED = SHAPES.map(([rows, inner, columns]) => [rows, inner, 2 * columns] as const);
const TALL = [
  [4, 1, 4],
  [8, 3, 12],
  [64, 255, 20],
  [64, 256, 192],
  [36, 257, 64],
  [132, 514, 28],
  [12, 1030, 704],
] as const;

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

/** [rows, width] of norms and embeddings. */
const ROWS = [
  [1, 4],
  [3, 64],
  [127, 12],
  [128, 20],
  [129, 100],
  [300, 352],
] as const;

const rowCases = (
  buffersOf: (rows: number, width: number, from: Random) => Record<string, Values>,
  uniforms: Numbers = {},
): Case[] =>
  ROWS.map(([rows, width]) => {
    const label = `${rows} × ${width} ${JSON.stringify(uniforms)}`;
    return {
      label,
      buffers: buffersOf(rows, width, random(label)),
      uniforms: { rows, width, ...uniforms },
    };
  });

const keepCases = (cases: (keep: 0 | 1) => Case[]): Case[] => [...cases(0), ...cases(1)];

function crossEntropyCases(): Case[] {
  const shapes = [
    [1, 1, 4, 1],
    [5, 7, 8, 1],
    [33, 64, 64, 1],
    [17, 97, 100, 20], // logits far apart
    [9, 30, 64, 1],
  ] as const;
  return shapes.map(([rows, V, stride, size]) => {
    const from = random('crossEntropy', rows, V);
    const logits = normals(rows * stride, from, size);
    logits[0] = logits[V - 1] = 9; // two equal maxima: the first is the choice
    const targets = integers(rows, from, V);
    targets[0] = rows % 2 ? V - 1 : 0;
    const weights = Float32Array.from({ length: rows }, () => from.below(3) / 2);
    weights[0] = 1;
    return {
      label: `${rows} rows, V ${V} of ${stride}`,
      buffers: { logits, targets, weights, report: empty(2 * rows) },
      uniforms: { rows, V, stride, share: 1 / (rows + 1) },
    };
  });
}

const COUNTS = [64, 256, 320, 1024, 4096 + 64];
const blocksOf = (rows: number) => Math.ceil(rows / 128);

const subject = <K>(kernel: K, within: number, cases: readonly Case[]): Subject => ({
  kernel: kernel as unknown as Kernel,
  within,
  cases,
});

const subjects: readonly Subject[] = [
  subject(
    productNN,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productAdd,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        base: normals(rows * columns, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productSwiglu,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        both: empty(rows * columns),
        gated: empty((rows * columns) / 2),
      }),
      TILE,
      GATED,
    ),
  ),
  subject(
    productNT,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(columns * inner, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productSwigluGrad,
    WITH_EXP,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(columns * inner, from),
        both: normals(2 * rows * columns, from, 3),
        dboth: empty(2 * rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productTN,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(inner * rows, from),
        b: normals(inner * columns, from),
        y: empty(rows * columns),
      }),
      { high: 2, wide: 2 },
      TALL,
    ),
  ),

  subject(place, PLAIN, placeCases({ qkv: 'qkv', means: 'means' }, empty)),
  subject(placeGrad, PLAIN, placeCases({ qkv: 'dqkv', means: 'dmeans' }, normals)),

  subject(
    rmsNorm,
    PLAIN,
    rowCases(
      (rows, width, from) => ({
        x: normals(rows * width, from),
        gain: normals(width, from),
        y: empty(rows * width),
        scale: empty(rows),
      }),
      { eps: 1e-5 },
    ),
  ),
  subject(
    rmsNormGradX,
    PLAIN,
    keepCases((keep) =>
      rowCases(
        (rows, width, from) => ({
          x: normals(rows * width, from),
          gain: normals(width, from),
          scale: normals(rows, from),
          dy: normals(rows * width, from),
          dx: keep ? normals(rows * width, from) : empty(rows * width),
        }),
        { keep },
      ),
    ),
  ),
  subject(
    rmsNormGradGain,
    PLAIN,
    rowCases((rows, width, from) => ({
      x: normals(rows * width, from),
      scale: normals(rows, from),
      dy: normals(rows * width, from),
      partial: empty(blocksOf(rows) * width),
    })),
  ),
  subject(
    sumBlocks,
    PLAIN,
    (
      [
        [1, 1, 4, 4],
        [5, 9, 64, 4672],
        [3, 2, 100, 104],
      ] as const
    ).map(([norms, blocks, width, stride]) => ({
      label: `${norms} × ${blocks} × ${width}, stride ${stride}`,
      buffers: {
        partial: normals(norms * blocks * width, random('sumBlocks', width)),
        sums: normals((norms - 1) * stride + width, random('sums', width)),
      },
      uniforms: { norms, blocks, width, stride },
    })),
  ),

  subject(
    embed,
    PLAIN,
    rowCases((rows, width, from) => ({
      ids: integers(rows, from, 11),
      table: normals(11 * width, from),
      x: empty(rows * width),
    })),
  ),
  subject(
    embedGrad,
    PLAIN,
    keepCases((keep) =>
      rowCases(
        (rows, width, from) => ({
          ids: integers(rows, from, 11),
          dx: normals(rows * width, from),
          dtable: keep ? normals(11 * width, from) : empty(11 * width),
        }),
        { V: 11, keep },
      ),
    ),
  ),
  subject(crossEntropy, PLAIN, crossEntropyCases()),

  subject(
    squares,
    PLAIN,
    COUNTS.map((count) => ({
      label: `${count}`,
      buffers: {
        gradient: normals(count, random('squares', count)),
        partial: empty(Math.ceil(count / 256)),
      },
      uniforms: { count },
    })),
  ),
  subject(
    settle,
    PLAIN,
    [1, 6, 701].map((count) => {
      const from = random('settle', count);
      return {
        label: `${count}`,
        buffers: {
          partial: normals(count, from).map(Math.abs),
          report: normals(2 * (count + 2), from).map(Math.abs),
          ring: normals(4 * 8, from, 1e-3),
        },
        uniforms: { count, rows: count + 2, slot: count % 8, share: 1 / count },
      };
    }),
  ),
  subject(
    adamw,
    PLAIN,
    COUNTS.flatMap((count) =>
      [0.5, 1e6].map((clip) => {
        const from = random('adamw', count);
        return {
          label: `${count}, clip ${clip}`,
          buffers: {
            gradient: normals(count, from),
            ring: Float32Array.from({ length: 16 }, () => 1 + from.next()),
            w: normals(count, from),
            m: normals(count, from, 0.1),
            v: normals(count, from, 0.1).map(Math.abs),
          },
          uniforms: {
            ...{ count, slot: 3, rate: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, shrink: 0.999 },
            ...{ correct1: 0.19, correct2: 0.0975, clip },
          },
        };
      }),
    ),
  ),

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

// --------------------------------------------------------------------------------------------- the tests

beforeAll(() => void modules());

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

/** The kernels with plain loops of every file: its folder, and their names. */
const ofLoops = Object.entries(
  import.meta.glob<Record<string, unknown>>(
    ['../../src/ops/*/*.ts', '../../src/ops/*/*/*.ts', '!**/*.as.ts'],
    { eager: true },
  ),
).flatMap(([path, file]) =>
  Object.values(file)
    .filter((found): found is Kernel => typeof (found as Kernel | undefined)?.host === 'function')
    .map(({ name }) => ({ name, folder: folderOf(path) })),
);

test('every kernel has a SIMD version, and every SIMD version tested here has a kernel', () => {
  const { module, ofThreads } = modules();
  const exported = kernelsOf(module);
  expect(kernelsOf(ofThreads)).toEqual(exported);
  expect([...exported].sort()).toEqual(ofLoops.map(({ name }) => name).sort());
  expect(subjects.map(({ kernel }) => kernel.name).sort()).toEqual([...exported].sort());
});

test('the SIMD version of a kernel is in the folder of its loops', () => {
  const sources = Object.entries(
    import.meta.glob<string>('../../src/ops/**/*.as.ts', {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  );
  const folders = (name: string) =>
    sources
      .filter(([, text]) => text.includes(`export function ${name}(`))
      .map(([path]) => folderOf(path));
  expect(ofLoops.map(({ name }) => ({ name, folders: folders(name) }))).toEqual(
    ofLoops.map(({ name, folder }) => ({ name, folders: [folder] })),
  );
});

test('a module imports only its memory and the address of its tiles', () => {
  for (const built of Object.values(modules())) {
    expect(WebAssembly.Module.imports(built)).toEqual([
      { module: 'env', name: 'tile', kind: 'global' },
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  }
});

test('a module uses only the memory below the tiles', () => {
  const { module, ofThreads } = modules();
  for (const [built, shared] of [
    [module, false],
    [ofThreads, true],
  ] as const) {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared });
    const words = new Uint32Array(memory.buffer).fill(GUARD);
    instantiate(built, memory);
    expect(words.subarray(TILES / 4).every((word) => word === GUARD)).toBe(true);
  }
});

describe.each(subjects)('$kernel.name gives the same as its loops', ({ kernel, within, cases }) => {
  test.each(cases)('$label', (given) => {
    const expected = runHost(kernel, given);
    const { results, strays } = runSimd(kernel, given);
    expect(strays, 'words changed outside the buffers').toBe(0);
    for (const [name, spec] of Object.entries(kernel.buffers)) {
      if (accessOf(spec) === 'read') expect(same(results[name]!, given.buffers[name]!)).toBe(true);
      else expect(distance(results[name]!, expected[name]!), name).toBeLessThan(within);
    }
  });
});

describe.each(subjects.filter(({ kernel }) => kernel.work))(
  '$kernel.name gives the same bits in parts',
  ({ kernel, cases }) => {
    test.each(cases)('$label', (given) => {
      const whole = runSimd(kernel, given).results;
      for (const parts of [2, 3, 5, 16]) {
        const { results, strays } = runSimd(kernel, given, parts);
        expect(strays, `words changed outside the buffers, ${parts} parts`).toBe(0);
        for (const name of Object.keys(kernel.buffers)) {
          expect(same(results[name]!, whole[name]!), `${name}, ${parts} parts`).toBe(true);
        }
      }
    });
  },
);

test('any cells give the same as the loops, and the same bits in three parts', () => {
  const cells = fc.integer({ min: 1, max: 45 }).chain((T) =>
    fc.record({
      T: fc.constant(T),
      // Cells are squares of equal values: single cells are pure noise; with 16, some tiles are full and some rows read
      // nothing.
      square: fc.constantFrom(1, 3, 8, 16),
      noise: fc.infiniteStream(fc.boolean()),
      heads: fc.constantFrom(...HEADS.slice(0, 3)),
    }),
  );
  fc.assert(
    fc.property(cells, ({ T, square, noise, heads }) => {
      const side = Math.ceil(T / square);
      const drawn = [...noise.take(side * side)];
      const mask = fromRule(
        T,
        T,
        (q, k) => drawn[Math.floor(q / square) * side + Math.floor(k / square)]!,
      );
      const { forward, gradQuery, gradKeys, probes } = tiledCases('drawn', tilesOf(mask), heads);
      for (const [kernel, given] of [
        [tiledForward, forward],
        [tiledGradQuery, gradQuery],
        [tiledGradKeys, gradKeys],
        ...probes.map((probe) => [tiledProbe, probe] as const),
      ] as unknown as [Kernel, Case][]) {
        const expected = runHost(kernel, given);
        const { results, strays } = runSimd(kernel, given);
        const inParts = runSimd(kernel, given, 3);
        expect([strays, inParts.strays]).toEqual([0, 0]);
        for (const name of Object.keys(kernel.buffers)) {
          expect(distance(results[name]!, expected[name]!), name).toBeLessThan(WITH_EXP);
          expect(same(results[name]!, inParts.results[name]!), name).toBe(true);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a loss that is NaN stays NaN', () => {
  const given = crossEntropyCases()[1]!;
  const { logits } = given.buffers;
  logits![3] = NaN;
  const { results } = runSimd(crossEntropy as unknown as Kernel, given);
  expect(results['report']![0]).toBeNaN();
});
