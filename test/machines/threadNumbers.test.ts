/**
 * @file The numbers of WebAssembly with one, two and three threads: the tests of kernels that every machine passes, and
 * the same bits after 500 steps of training, after adaptation, in what is written, and with four runs taking turns.
 */
import * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { corpusOfText } from '../../src/data/ownText';
import { sources } from '../../src/data/registry';
import type { Crew } from '../../src/machines/crew';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine } from '../../src/machines/machine';
import { readCheckpoint, writeCheckpoint } from '../../src/model/files/checkpoint';
import { DEFAULTS } from '../../src/spec/controls';
import { localReach, type RunSpec } from '../../src/spec/run';
import { adapt } from '../../src/train/adapt';
import { checkpointFrom } from '../../src/train/keep';
import type { Models } from '../../src/train/model';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import {
  describeAnyMask,
  describeAttention,
  describePackedAttention,
} from '../support/attentionTests';
import { nodeCrew } from '../support/crew';
import { draws } from '../support/draws';
import { describeFixtures } from '../support/fixtureTests';
import { describeProducts } from '../support/productTests';
import { modules } from '../support/simd';

const SIZES = [1, 2, 3];
const crews: Crew[] = [];

beforeAll(async () => {
  await tf.setBackend('cpu'); // for the reference
  crews.push(...SIZES.map((size) => nodeCrew(size)));
  for (const crew of crews) await crew.begun(60_000);
});
afterAll(() => {
  for (const crew of crews) crew.stop();
});

/** Shares every launch, however small; with `worth` 0 the other threads go first. */
const machineOf = (size: number, worth: number): Machine =>
  hostMachine(modules().module, crews[SIZES.indexOf(size)], worth);

describe.each(SIZES)('with %d threads', (size) => {
  const machine = () => machineOf(size, 0);
  describeFixtures(() => zebras(machine()));
  describeProducts(machine);
  describeAttention(machine, 2);
  describePackedAttention(machine, 1);
  describeAnyMask(machine, draws(12));
});

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 8,
  context: 16,
  width: 8,
  heads: 2,
  layers: 2,
  window: 4,
  chunk: 4,
  batch: 2,
};
const corpus = corpusOfText('call me ishmael, and the whale and the sea and the ship; '.repeat(60));

function feedOf(own: RunSpec) {
  const source = sources.get(own.task);
  const { context: T, batch, distance, seed } = own;
  const text = source.kind === 'corpus' && { corpus, reach: localReach(own) };
  return makeFeed(source, { T, batch, distance, seed, ...text });
}
const open = (models: Models, own: RunSpec) =>
  Trainer.open(models, own, sources.get(own.task), feedOf(own));

/** Of the weights and of both moments of AdamW. */
async function bitsOf(trainer: Trainer): Promise<string> {
  const { weights, m, v } = await trainer.snapshot();
  const hash = createHash('sha256');
  for (const { buffer } of [weights, m, v]) hash.update(new Uint8Array(buffer));
  return hash.digest('hex');
}

async function train(trainer: Trainer, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await trainer.advance();
    if (trainer.room === 0) await trainer.reports();
  }
  await trainer.reports();
}

/** The result of `work` is the same with any number of threads. */
async function agrees<T>(work: (models: Models) => Promise<T>): Promise<T> {
  const [one, ...more] = SIZES;
  const expected = await work(zebras(machineOf(one!, 1)));
  for (const size of more)
    expect(await work(zebras(machineOf(size, 1))), `${size} threads`).toEqual(expected);
  return expected;
}

describe('one, two and three threads give the same bits', () => {
  test.each(['global', 'local', 'approximate', 'grouped'])(
    'after 500 steps of a %s model',
    async (plan) => {
      await agrees(async (models) => {
        const trainer = await open(models, { ...spec, plan });
        await train(trainer, 500);
        const bits = await bitsOf(trainer);
        trainer.dispose();
        return bits;
      });
    },
  );

  test('after adaptation to twice the context', async () => {
    const [last] = (
      await agrees(async (models) => {
        const trainer = await open(models, spec);
        await train(trainer, 20);
        const snapshot = await trainer.snapshot();
        trainer.dispose();
        const model = readCheckpoint(writeCheckpoint(checkpointFrom(spec, snapshot)));
        const longer = { ...spec, plan: 'local', context: 32, ropeScale: 2 };
        const variants = [{ spec: longer, from: 'model', steps: 30 }] as const;
        const feed = (own: RunSpec) => Promise.resolve(feedOf(own));
        const options = { model, variants, lookAt: [0, 10], byPosition: true, feed };
        const room = { total: 1e9, largestTensor: 1e9 };
        const looks = [];
        for await (const event of adapt(models, room, options, () => false))
          if (event.kind === 'look') looks.push(event.look);
        return looks;
      })
    ).slice(-1);
    expect(last).toMatchObject({ step: 30 });
    expect(last!.file!.length).toBeGreaterThan(1000);
  });

  test('in what is written after training', async () => {
    const own: RunSpec = { ...spec, task: 'said-twice', context: 128, batch: 4 };
    const { text } = await agrees(async (models) => {
      const trainer = await open(models, own);
      await train(trainer, 30);
      const sample = await trainer.sample();
      trainer.dispose();
      return sample;
    });
    expect(text.length).toBeGreaterThan(20);
  });

  test('with four runs that take turns', async () => {
    const bits = await agrees(async (models) => {
      const plans = ['global', 'local', 'approximate', 'grouped'];
      const trainers = [];
      for (const plan of plans) trainers.push(await open(models, { ...spec, plan }));
      for (let step = 0; step < 30; step++) for (const trainer of trainers) await trainer.next();
      const all = await Promise.all(trainers.map(bitsOf));
      for (const trainer of trainers) trainer.dispose();
      return all;
    });
    expect(new Set(bits).size).toBe(4);
  });
});
