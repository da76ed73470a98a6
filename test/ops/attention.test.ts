import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { describeAttention } from '../support/attentionTests';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describeAttention();
