/** @file The SIMD kernels with documents in each row, against the composed reference. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll } from 'vitest';
import { hostMachine } from '../../src/machines/hostMachine';
import { describePackedAttention } from '../support/attentionTests';
import { modules } from '../support/simd';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describePackedAttention(() => hostMachine(modules().module));
