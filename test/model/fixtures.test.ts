import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import { hostMachine } from '../../src/machines/hostMachine';
import { tapes } from '../../src/reference/taped';
import { zebras } from '../../src/train/zebra';
import { describeFixtures, describeReference } from '../support/fixtureTests';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describeFixtures(() => zebras(hostMachine()));
describe('trained by the tape', () => describeFixtures(() => tapes()));
describeReference();
