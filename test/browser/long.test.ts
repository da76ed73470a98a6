/**
 * @file Long contexts: 4,096 and 16,384 tokens within the predicted memory; and many steps with the same result on every
 * backend.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { patternSpec } from '../../src/attention/registry';
import { chooseBackend } from '../../src/machines/backend';
import { gpuMachine } from '../../src/machines/gpuMachine';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine } from '../../src/machines/machine';
import { findAdapter, openDevice } from '../../src/machines/webgpu';
import { trainingMemory } from '../../src/model/memory';
import { initialWeights } from '../../src/model/weights';
import simdKernels from '../../src/ops/simd.wasm?url';
import type { ModelSpec } from '../../src/spec/model';
import { layerCells } from '../../src/train/frame';
import { selfTest } from '../../src/train/selfTest';
import { Zebra } from '../../src/train/zebra';
import { DEEP, size as sizeOf } from '../support/deep';
import { batchOf, TRUSTED, TRUSTED_BATCH } from '../support/trust';

let wasm: Machine;
let webgpu: Machine;

beforeAll(async () => {
  const choice = { wanted: 'wasm', selfTest, onFault: () => {}, simdKernels } as const;
  ({ machine: wasm } = await chooseBackend(choice));
  const adapter = await findAdapter();
  if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
  const { device } = await openDevice(adapter, ({ message }) => {
    throw new Error(message);
  });
  webgpu = gpuMachine(device, 'softwareGpu');
});

const modelOf = (context: number, letters: readonly string[]): ModelSpec => ({
  ...TRUSTED,
  context,
  width: 32,
  heads: 2,
  kvHeads: 2,
  headDim: 16,
  hidden: 64,
  layers: letters.map((id) => patternSpec(id, { window: 64, chunk: 64 })),
});

describe.each([4096, 16_384])('a context of %d tokens', (T) => {
  const plans: [string, string[]][] = [
    ['local', ['local', 'local']],
    ['approximate', ['approximate', 'local']],
  ];
  if (T <= 4096) plans.push(['grouped', ['global', 'local']]);
  else if (DEEP) plans.push(['grouped', ['local', 'global']]); // 16,384² pairs are expensive
  test.each(plans)('%s trains within its predicted memory and is drawn', async (_, letters) => {
    const spec = modelOf(T, letters);
    const model = await Zebra.open(wasm, spec, initialWeights(spec, 1), { batch: 1 });
    expect(model.session.bytes / trainingMemory(spec, 1, 'simd').peak).toBeCloseTo(1, 2);
    const batch = batchOf(spec, 1, 1);
    model.train(batch, 0.01);
    model.train(batch, 0.01);
    const [first, second] = await model.reports();
    expect(first!.loss).toBeCloseTo(Math.log(spec.vocabulary), 0);
    expect(second!.loss).toBeLessThan(first!.loss);
    const { size } = model.pooling;
    expect(size).toBe(256);
    for (const cells of await model.maps(batch.tokens)) {
      const { weights, mask } = layerCells(cells, size);
      for (let row = 0; row < size; row++) {
        expect(mask[row * size + row]).toBe(1);
        if (row + 1 < size) expect(mask[row * size + row + 1]).toBe(0);
        expect(weights[row * size + row]).toBeGreaterThan(0);
      }
    }
    model.dispose();
  });
});

const STEPS = sizeOf('stepsEverywhere');

describe(`${STEPS} steps`, () => {
  const losses = async (machine: Machine, steps = STEPS) => {
    const model = await Zebra.open(machine, TRUSTED, initialWeights(TRUSTED, 3), {
      batch: TRUSTED_BATCH,
    });
    for (let step = 1; step <= steps; step++) model.train(batchOf(TRUSTED, step), 0.005);
    const reports = await model.reports();
    model.dispose();
    return reports.map(({ loss }) => loss);
  };

  test("give the loops' loss curve on WebGPU and in WebAssembly, and the same bits when repeated", async () => {
    // test/train/trust.test.ts shows that the loops give the curve of the tape.
    const expected = await losses(hostMachine());
    for (const machine of [wasm, webgpu]) {
      const got = await losses(machine);
      // float32 sums in another order; a GPU may compute exp and sqrt differently.
      expect(got).toHaveLength(STEPS);
      for (let i = 0; i < STEPS; i++) expect(Math.abs(got[i]! - expected[i]!)).toBeLessThan(1e-3);
      const again = Math.ceil(STEPS / 2);
      expect(await losses(machine, again)).toEqual(got.slice(0, again));
    }
  });
});
