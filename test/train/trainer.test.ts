import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import { trainingMemory } from '../../src/spec/memory';
import { DEFAULTS, type RunSpec } from '../../src/spec/run';
import { FLOOR, rateAt } from '../../src/train/schedule';
import { Diverged, Trainer } from '../../src/train/trainer';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  window: 4,
  chunk: 4,
  width: 16,
  heads: 2,
  batch: 2,
};

function trainer(change: Partial<RunSpec> = {}): Trainer {
  const own = { ...spec, ...change };
  const source = sources.get(own.task);
  const feed = makeFeed(source, {
    T: own.context,
    batch: own.batch,
    distance: own.distance,
    seed: own.seed,
  });
  return new Trainer(own, source, feed);
}

const losses = async (run: Trainer, steps: number) => {
  const list: number[] = [];
  for await (const { loss } of run.run()) {
    list.push(loss);
    if (list.length === steps) break;
  }
  return list;
};

test('the same seed gives the same losses, another seed others', async () => {
  const [a, b, c] = [trainer(), trainer(), trainer({ seed: 2 })];
  const [first, second, third] = [await losses(a, 3), await losses(b, 3), await losses(c, 3)];
  expect(first).toEqual(second);
  expect(third).not.toEqual(first);
});

test('looking changes nothing: drawing, validating and sampling leave the losses as they were', async () => {
  const [plain, watched] = [trainer(), trainer()];
  const expected = await losses(plain, 3);
  const got: number[] = [];
  for (let i = 0; i < 3; i++) {
    await watched.frame();
    got.push((await watched.next()).loss);
    await watched.validate();
    await watched.sample();
  }
  expect(got).toEqual(expected);
});

test('nothing leaks: 20 steps with everything on leave no tensor behind', async () => {
  const run = trainer({ plan: 'custom', stripes: 'GSAS' });
  const all = async () => {
    await run.next();
    await run.validate();
    await run.frame();
    await run.sample();
  };
  await all();
  const before = tf.memory();
  for (let i = 0; i < 20; i++) await all();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
});

test('a disposed run leaves nothing', async () => {
  const before = tf.memory().numTensors;
  const run = trainer();
  await run.next();
  run.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a loss that is no number stops training and says at which step', async () => {
  const run = trainer();
  await run.next();
  const name = 'model.norm.weight';
  const poisoned = run.model.weights.get(name)!;
  run.model.weights.set(name, tf.fill(poisoned.shape, NaN));
  await expect(run.next()).rejects.toThrow(Diverged);
  await expect(run.next()).rejects.toThrow(
    /The loss became NaN at step 3, so training stopped\. Press Reset/,
  );
});

describe('memory: what is measured is what was predicted', () => {
  test.each<Partial<RunSpec>>([
    {},
    { plan: 'global', layers: 1 },
    { plan: 'approximate', layers: 6, chunk: 2, window: 3 },
    { plan: 'local', heads: 4, share: 2, width: 32 },
    { batch: 8, context: 40, distance: 20 },
    { width: 64, heads: 4, batch: 1 },
    { tied: 0, layers: 2 },
  ])('%o', async (change) => {
    const run = trainer(change);
    await run.next();
    const predicted = trainingMemory(run.modelSpec, run.spec.batch).peak;
    expect(Math.abs(run.peakBytes / predicted - 1)).toBeLessThan(0.01); // 10 % is promised
    run.dispose();
  });
});

describe('the learning rate', () => {
  const schedule = { rate: 1, warmup: 10, steps: 100 };
  test('warms up in a line', () => expect(rateAt(5, schedule)).toBe(0.5));
  test('is at its peak after the warm-up', () => expect(rateAt(10, schedule)).toBe(1));
  test('is half way down in the middle', () =>
    expect(rateAt(55, schedule)).toBeCloseTo(FLOOR + (1 - FLOOR) / 2, 12));
  test('ends, and stays, at its floor', () => {
    expect(rateAt(100, schedule)).toBeCloseTo(FLOOR, 12);
    expect(rateAt(5000, schedule)).toBeCloseTo(FLOOR, 12);
  });
  test('without a warm-up starts at its peak', () =>
    expect(rateAt(1, { ...schedule, warmup: 0 })).toBeCloseTo(1, 3));
});
