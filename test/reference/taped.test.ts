/**
 * @file The composed model, trained by the tape, compared with ours: the same maps, the same training, and snapshots of
 * either continue in the other.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { patternSpec } from '../../src/attention/registry';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import { hostMachine } from '../../src/machines/hostMachine';
import { checkMemory, composedMemory } from '../../src/model/memory';
import { initialWeights } from '../../src/model/weights';
import { BLOCKED_CELL, SUMMARY_OFFSET } from '../../src/ops/attention/probe';
import { tapedSelfTest } from '../../src/reference/selfTest';
import { tapes } from '../../src/reference/taped';
import type { ModelSpec } from '../../src/spec/model';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import type { Model, Models } from '../../src/train/model';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { size } from '../support/deep';
import { batchOf, TRUSTED, TRUSTED_BATCH } from '../support/trust';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const ours = zebras(hostMachine());
const open = (models: Models, m: ModelSpec = TRUSTED) =>
  models.open(m, initialWeights(m, 3), { batch: TRUSTED_BATCH });

async function train(model: Model, steps: number): Promise<number[]> {
  const first = model.step + 1;
  for (let step = first; step < first + steps; step++) {
    model.train(batchOf(model.spec, step), 0.005);
  }
  return (await model.reports()).map(({ loss }) => loss);
}

function close(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++) worst = Math.max(worst, Math.abs(got[i]! - expected[i]!));
  expect(worst).toBeLessThan(tolerance);
}

test('it passes its own self-test', () => tapedSelfTest(tapes()));

test('its self-test names what is wrong', async () => {
  const wrong: Models = {
    ...tapes(),
    open: async (...given) => {
      const model = await tapes().open(...given);
      const maps = model.maps.bind(model);
      model.maps = async (tokens) => (await maps(tokens)).map((cells) => cells.fill(0.5));
      return model;
    },
  };
  await expect(tapedSelfTest(wrong)).rejects.toThrow(/^the maps: off by/);
});

describe.each([
  ['global', {}, 18],
  ['local', { window: 5 }, 18],
  ['approximate', { window: 5, chunk: 3 }, 18],
  ['approximate, pooled two by two', { window: 70, chunk: 32 }, 300],
] as const)('maps: %s', (name, params, context) => {
  test.each(['post', 'pre'] as const)(
    'equal those of our probe, keys averaged %s rotation',
    async (pool) => {
      const pattern = patternSpec(name.split(',')[0]!, params);
      const m: ModelSpec = { ...TRUSTED, context, pool, layers: [pattern, pattern] };
      const { tokens } = batchOf(m, 1, 1);
      const both = [await open(tapes(), m), await open(ours, m)];
      expect(both[0]!.pooling.factor).toBe(context > 256 ? 2 : 1);
      const [got, expected] = await Promise.all(both.map((model) => model.maps(tokens)));
      expect(got).toHaveLength(2);
      got!.forEach((cells, l) => {
        close(cells, expected![l]!, 1e-4);
        if (name !== 'global') expect(cells).toContain(BLOCKED_CELL);
        expect(cells.some((cell) => cell >= SUMMARY_OFFSET)).toBe(name.startsWith('approximate'));
      });
      for (const model of both) model.dispose();
    },
  );
});

test('evaluation and logits equal those of our kernels', async () => {
  const both = [await open(tapes()), await open(ours)];
  for (const model of both) await train(model, 3);
  const batch = batchOf(TRUSTED, 9);
  const [rows, expectedRows] = await Promise.all(both.map((model) => model.evaluate(batch)));
  close(rows!, expectedRows!, 1e-4);
  expect(expectedRows!.filter((_, i) => i % 2 === 1)).toContain(1); // some hits, or nothing is tested
  const one = batch.tokens.slice(0, TRUSTED.context);
  const [logits, expected] = await Promise.all(both.map((model) => model.logits(one)));
  close(logits!, expected!, 1e-3);
  for (const model of both) model.dispose();
});

test('accuracy and gradient norm are reported like ours', async () => {
  const both = [await open(tapes()), await open(ours)];
  for (const model of both) {
    for (let step = 1; step <= 5; step++) model.train(batchOf(TRUSTED, step), 0.005);
  }
  const [got, expected] = await Promise.all(both.map((model) => model.reports()));
  got!.forEach(({ step, accuracy, gradNorm }, i) => {
    expect(step).toBe(i + 1);
    expect(accuracy).toBeCloseTo(expected![i]!.accuracy, 5);
    expect(gradNorm).toBeCloseTo(expected![i]!.gradNorm, 4);
  });
  expect(await both[0]!.reports()).toEqual([]);
  for (const model of both) model.dispose();
});

describe.each([
  ['the tape', tapes(), 'our kernels', ours],
  ['our kernels', ours, 'the tape', tapes()],
] as const)('a snapshot of %s', (_, from, __, to) => {
  test('continues in the other with the same losses, moments included', async () => {
    const first = await open(from);
    await train(first, 10);
    const snapshot = await first.snapshot();
    const straight = await train(first, 10);
    const other = await open(to);
    other.restore(snapshot);
    expect(other.step).toBe(10);
    close(await train(other, 10), straight, 1e-4);
    expect(() => other.restore({ ...snapshot, m: new Float32Array(3) })).toThrow(
      /the snapshot's m are 3 numbers; this model has \d+/,
    );
    first.dispose();
    other.dispose();
  });
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
  plan: 'custom',
  stripes: 'GSAS',
};

function trainer(): Promise<Trainer> {
  const source = sources.get(spec.task);
  const { context: T, batch, distance, seed } = spec;
  return Trainer.open(tapes(), spec, source, makeFeed(source, { T, batch, distance, seed }));
}

test('no tensor leaks with everything on, step after step, and none is left after disposal', async () => {
  const nothing = tf.memory().numTensors;
  const run = await trainer();
  const all = async () => {
    await run.next();
    await run.validate();
    await run.frame();
    await run.sample();
    run.restore(await run.snapshot());
  };
  await all();
  const { numTensors, numBytes } = tf.memory();
  const peak = run.bytes;
  while (run.step < size('leakRounds')) await all();
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  expect(run.bytes).toBe(peak);
  run.dispose();
  expect(tf.memory().numTensors).toBe(nothing);
});

test('the ring reports when it is full, like ours', async () => {
  const m = { ...TRUSTED, context: 4, layers: TRUSTED.layers.slice(0, 1) };
  const model = await open(tapes(), m);
  const batch = batchOf(m, 1, 1);
  while (model.room > 0) model.train(batch, 0);
  expect(() => model.train(batch, 0)).toThrow(/the reports of 256 steps have not been read/);
  expect(await model.reports()).toHaveLength(256);
  expect(model.room).toBe(256);
  model.dispose();
});

describe('memory', () => {
  // It failed once in a full run, for a reason that was not found: neither alone nor with busy cores does it again.
  test(
    'as measured is the peak of living tensors; other runs do not count',
    { retry: 1 },
    async () => {
      const alone = await trainer();
      await alone.next();
      const [lasting, beside] = [tf.memory().numBytes, await trainer()];
      await beside.next();
      expect(beside.bytes).toBe(alone.bytes);
      expect(alone.bytes).toBeGreaterThan(lasting);
      for (const run of [alone, beside]) run.dispose();
    },
  );

  test('that grows with the square of the context matches the prediction made before opening', async () => {
    const layers = [patternSpec('global', {}), patternSpec('local', { window: 5 })];
    const contexts = [128, 256, 384];
    const bytes: number[] = [];
    for (const context of contexts) {
      const m = { ...TRUSTED, context, layers };
      const model = await tapes().open(m, initialWeights(m, 3), { batch: 1 });
      model.train(batchOf(m, 1, 1), 0.01);
      await model.reports();
      expect(model.bytes).toBeGreaterThan(composedMemory(m, 1).peak);
      bytes.push(model.bytes);
      model.dispose();
    }
    const bend = (y: readonly number[]) => y[2]! - 2 * y[1]! + y[0]!;
    const said = contexts.map((context) => composedMemory({ ...TRUSTED, context, layers }, 1).peak);
    // The mask of a layer, and the tensors derived from it, have no heads.
    expect(bend(bytes) / bend(said)).toBeGreaterThan(1);
    expect(bend(bytes) / bend(said)).toBeLessThan(1.1);
  });

  test('a model whose matrices do not fit is refused in words, before anything is allocated', () => {
    const limits = { total: 1.5 * 2 ** 30, largestTensor: 2 ** 30 };
    const long = { ...DEFAULTS, context: 2048 };
    expect(() => checkMemory(long, { limits, kernel: 'host' })).not.toThrow();
    expect(() => checkMemory(long, { limits, kernel: 'composed' })).toThrow(
      /needs more than .* GiB, this device allows 1\.50 GiB; .*compute with something else than TensorFlow\.js/,
    );
  });
});
