import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { hostMachine } from '../../src/gpu/hostMachine';
import { describeFixtures, describeReference } from '../support/fixtureTests';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describeFixtures(() => hostMachine());
describeReference();
