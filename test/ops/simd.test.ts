/** @file The SIMD kernels, compiled, against the plain loops of the same kernels. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromRule } from '../../src/attention/mask';
import { tilesOf } from '../../src/attention/tiles';
import { instantiate, kernelsOf, TILES } from '../../src/machines/instance';
import { tiledGradKeys, tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import { tiledProbe } from '../../src/ops/attention/tiled/probe';
import { crossEntropy } from '../../src/ops/crossEntropy/kernel';
import { DECODE_KERNELS } from '../../src/ops/decode/kernels';
import { accessOf, type Kernel } from '../../src/program/kernel';
import {
  distance,
  GUARD,
  HEADS,
  modules,
  runHost,
  runSimd,
  same,
  type Case,
} from '../support/simd';
import { tiledCases } from '../support/tiledCases';
import { attention } from './simdCases/attention';
import { products } from './simdCases/products';
import { crossEntropyCases, rows } from './simdCases/rows';
import { WITH_EXP } from './simdCases/subject';

const subjects = [...products, ...attention, ...rows];

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
  expect(kernelsOf(ofThreads)).toEqual(kernelsOf(module));
  // Those of the decoder are tested against its loops, in test/model/decode/wasm.test.ts.
  const ofDecoder = new Set<string>(DECODE_KERNELS);
  expect(kernelsOf(module)).toEqual(expect.arrayContaining([...ofDecoder]));
  const exported = kernelsOf(module).filter((name) => !ofDecoder.has(name));
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
