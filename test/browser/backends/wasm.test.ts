import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../../../src/gpu/backend';
import { describeAttention } from '../../support/attentionTests';
import { describeMatMul } from '../../support/matMulTests';
import { describeFixtures } from '../../support/fixtureTests';

beforeAll(async () => {
  await chooseBackend({ wanted: 'wasm', selfTest: async () => {}, onFault: () => {} });
});

test('the numbers really come from WebAssembly', () => {
  expect(tf.getBackend()).toBe('wasm');
});

describeFixtures();
describeAttention();
describeMatMul();
