/** @file What a short test of a machine predicts for a model, and which of two machines are worth timing. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KernelId } from '../../src/ops/attention/costs';
import type { Machine, Session } from '../../src/machines/machine';
import { LARGE_TILES, SHARED_TILES, SMALL_TILES } from '../../src/program/tiles';
import { trainingFlops } from '../../src/spec/cost';
import { bestTiles, predictStep, timeBoth } from '../../src/train/speed';
import { TRUSTED } from '../support/trust';

let clock = 0; // ms
beforeEach(() => {
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => vi.restoreAllMocks());

/** A machine on which each program takes the same time, by how often it was opened; and how often it was. */
function machineOf(kernel: KernelId, ...ms: readonly number[]) {
  const opened = { times: 0, left: 0 };
  const machine: Machine = {
    kernel,
    open: async () => {
      const each = ms[opened.times++ % ms.length]!;
      opened.left++;
      return {
        run: () => void (clock += each),
        settled: async () => {},
        dispose: () => void opened.left--,
      } as unknown as Session;
    },
  };
  return { machine, opened };
}

describe('a step is predicted', () => {
  const FAST = { products: Infinity, attention: Infinity, launch: 0 };

  test('from its launches alone if computing is free: 13, and 23 per layer', () => {
    const launches = 13 + 23 * TRUSTED.layers.length;
    expect(predictStep({ ...FAST, launch: 0.5 }, TRUSTED, 3, 'simd')).toBe(0.5 * launches);
  });

  test('from all FLOPs of the kernels, at the speed of each kind, in proportion to the batch', () => {
    const at = (products: number, attention: number, batch = 3) =>
      predictStep({ ...FAST, products, attention }, TRUSTED, batch, 'simd');
    const done = trainingFlops(TRUSTED, 'simd').done * 3 * TRUSTED.context;
    expect(at(1, 1)).toBeCloseTo(done, 3);
    expect(at(1, Infinity) + at(Infinity, 1)).toBeCloseTo(done, 3);
    expect(at(2, 4)).toBeCloseTo(at(1, Infinity) / 2 + at(Infinity, 1) / 4, 3);
    expect(at(1, 1, 6)).toBeCloseTo(2 * done, 3);
  });
});

describe('the choice between two backends on one processor', () => {
  const both = async (wasm: number, little: number, large: number) => {
    const machines = [
      machineOf('simd', wasm),
      machineOf('gpu', little),
      machineOf('softwareGpu', large),
    ] as const;
    const [one, two, three] = machines.map(({ machine }) => machine);
    const speeds = await timeBoth(one!, two!, three!, TRUSTED, 3);
    expect(machines.map(({ opened }) => opened.left)).toEqual([0, 0, 0]);
    return { speeds, timed: machines.map(({ opened }) => opened.times) };
  };

  test('the second is not compiled if its small shaders are far too slow', async () => {
    const { speeds, timed } = await both(1, 100, 1);
    expect(timed).toEqual([1, 1, 0]);
    expect(speeds.gpu.launch).toBeGreaterThan(speeds.wasm.launch);
  });

  test('it is timed with the shaders it would use if that may change the choice', async () => {
    const { speeds, timed } = await both(10, 10, 5);
    expect(timed).toEqual([1, 1, 1]);
    expect(speeds.gpu.products).toBeGreaterThan(speeds.wasm.products);
  });
});

test.each([
  [[1, 2, 3], SMALL_TILES],
  [[2, 1, 3], SHARED_TILES],
  [[3, 2, 1], LARGE_TILES],
])('of tiles whose products take %j ms, the fastest are used', async (ms, tiles) => {
  const { machine, opened } = machineOf('gpu', ...ms);
  expect(await bestTiles(machine)).toBe(tiles);
  expect(opened).toEqual({ times: 3, left: 0 });
});
