/** @file WebAssembly as the page uses it: every kernel from src/ops/simd.as.ts. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../../../src/machines/backend';
import type { Machine } from '../../../src/machines/machine';
import simdKernels from '../../../src/ops/simd.wasm?url';
import { selfTest } from '../../../src/train/selfTest';
import { describeAttention } from '../../support/attentionTests';
import { zebras } from '../../../src/train/zebra';
import { describeFixtures } from '../../support/fixtureTests';
import { describeProducts } from '../../support/productTests';

let machine: Machine;

beforeAll(async () => {
  await tf.setBackend('cpu'); // for the reference
  const backend = await chooseBackend({ wanted: 'wasm', selfTest, onFault: () => {}, simdKernels });
  ({ machine } = backend);
  expect(backend.device).toBe('WebAssembly with SIMD');
});

test('the kernels really are WebAssembly', () => expect(machine.kernel).toBe('simd'));

describeFixtures(() => zebras(machine));
describeAttention(() => machine);
describeProducts(() => machine);
