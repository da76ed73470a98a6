/** @file TensorFlow.js on WebGL: every operation of the reference and of its gradients, against PyTorch's numbers. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { tapes } from '../../../src/reference/taped';
import { startTfjs } from '../../../src/reference/tfjs';
import type { Models } from '../../../src/train/model';
import { pretendWebglCard } from '../../support/cards';
import { describeFixtures, describeReference } from '../../support/fixtureTests';

let models: Models;
const faults: string[] = [];

beforeAll(async () => {
  pretendWebglCard();
  const started = await startTfjs({ onFault: ({ message }) => faults.push(message) });
  expect(started.device).toBe('WebGL, a card');
  ({ models } = started);
});

afterAll(() => {
  vi.restoreAllMocks();
  expect(faults).toEqual([]);
});

test('what trains is the composed model', () => expect(models.kernel).toBe(tapes().kernel));

describeFixtures(() => models);
describeReference();
