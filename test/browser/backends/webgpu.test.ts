/**
 * @file Every kernel as WGSL: in Chromium's WebGPU, with the tile sizes for a software adapter and for a graphics card.
 */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gpuMachine } from '../../../src/machines/gpuMachine';
import { findAdapter, openDevice } from '../../../src/machines/webgpu';
import { SHARED_TILES } from '../../../src/program/tiles';
import { selfTest } from '../../../src/train/selfTest';
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

afterAll(() => {
  expect(faults).toEqual([]);
});
