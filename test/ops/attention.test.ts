import * as tf from '@tensorflow/tfjs';
import { beforeAll } from 'vitest';
import { hostMachine } from '../../src/machines/hostMachine';
import { describeAttention } from '../support/attentionTests';
import { describeProducts } from '../support/productTests';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describeAttention(() => hostMachine());
describeProducts(() => hostMachine());
