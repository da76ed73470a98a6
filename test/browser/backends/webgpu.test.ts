import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../../../src/gpu/backend';
import { describeAttention } from '../../support/attentionTests';
import { describeMatMul } from '../../support/matMulTests';
import { describeFixtures, describeReference } from '../../support/fixtureTests';

const faults: string[] = [];

beforeAll(async () => {
  const backend = await chooseBackend({
    wanted: 'webgpu',
    selfTest: async () => {},
    onFault: (message) => faults.push(message),
  });
  expect(backend.name).toBe('webgpu');
});

test('the numbers really come from WebGPU', () => {
  expect(tf.getBackend()).toBe('webgpu');
});

describeFixtures();
describeAttention();
describeMatMul();
describeReference();

afterAll(() => {
  expect(faults).toEqual([]);
});
