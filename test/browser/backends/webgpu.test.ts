/**
 * @file Every kernel as WGSL: in Chromium's WebGPU, with the tile sizes for a software adapter and for a graphics card.
 */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { gpuMachine } from '../../../src/machines/gpuMachine';
import { findAdapter, openDevice } from '../../../src/machines/webgpu';
import { initialWeights } from '../../../src/model/weights';
import { SHARED_TILES } from '../../../src/program/tiles';
import { DEFAULTS } from '../../../src/spec/controls';
import { modelSpecOf } from '../../../src/spec/model';
import { kindsIn, kindsToTest } from '../../../src/train/layerKinds';
import { selfTest, tinyLayers } from '../../../src/train/selfTest';
import { zebras } from '../../../src/train/zebra';
import { size } from '../../support/deep';
import { describeAnyMask, describeAttention } from '../../support/attentionTests';
import { describeProducts } from '../../support/productTests';
import { describeFixtures } from '../../support/fixtureTests';

/** Random masks; fast-check reports one that fails. */
const SEED = 20231218;

const faults: string[] = [];
let device: GPUDevice;

beforeAll(async () => {
  await tf.setBackend('cpu'); // for the reference
  const adapter = await findAdapter();
  if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
  ({ device } = await openDevice(adapter, ({ message }) => faults.push(message)));
});

describe.each(['gpu', 'softwareGpu'] as const)('kernels with the tile sizes for %s', (kernel) => {
  const machine = () => gpuMachine(device, kernel);
  test('pass the self-test', () => selfTest(machine()));
  describeFixtures(() => zebras(machine()));
  describeAttention(machine, size('shaders'));
  describeAnyMask(machine, { numRuns: size('masksOnGpu'), seed: SEED });
});
describe('products through workgroup memory', () => {
  const machine = () => gpuMachine(device, 'gpu', SHARED_TILES);
  test('pass the self-test', () => selfTest(machine()));
  describeFixtures(() => zebras(machine()));
});
describeProducts(() => gpuMachine(device, 'gpu'), true);

describe('after the self-test of a software adapter', () => {
  /** A device of its own, and the labels of the pipelines that were compiled on it. */
  async function watched() {
    const adapter = await findAdapter();
    if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
    const { device } = await openDevice(adapter, ({ message }) => faults.push(message));
    const compiled = vi.spyOn(device, 'createComputePipelineAsync');
    return { device, labels: () => compiled.mock.calls.map(([{ label }]) => label) };
  }

  test.each([
    ['the model that the Lab opens with', {}],
    ['approximate layers', { plan: 'approximate', chunk: 8 }],
  ])('%s compiles no shader, and its first step gives a loss', async (_, settings) => {
    const spec = { ...DEFAULTS, ...settings };
    const { device, labels } = await watched();
    const machine = gpuMachine(device, 'softwareGpu');
    await selfTest(machine, tinyLayers(kindsToTest(machine.kernel, kindsIn([spec]))));
    const before = labels();
    expect(before).toHaveLength(new Set(before).size); // each once
    expect(before.length).toBeGreaterThan(20);
    const model = modelSpecOf(spec);
    const zebra = await zebras(machine).open(model, initialWeights(model, 0), { batch: 2 });
    const ids = new Int32Array(2 * model.context).fill(1);
    zebra.train({ tokens: ids, targets: ids, weights: new Float32Array(ids.length).fill(1) }, 0.01);
    const [report] = await zebra.reports();
    expect(report!.loss).toBeGreaterThan(1);
    expect(labels()).toEqual(before);
    zebra.dispose();
  });
});

afterAll(() => {
  expect(faults).toEqual([]);
});
