import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { hostMachine } from '../../src/gpu/hostMachine';
import { describeAttention } from '../support/attentionTests';
import { describeProducts } from '../support/productTests';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describeAttention(() => hostMachine());
describeProducts(() => hostMachine());
