import { describe, expect, test, vi } from 'vitest';
import { reachCone } from '../../src/attention/reach';
import { makeFeed } from '../../src/data/batches';
import { encode } from '../../src/data/characters';
import { sources } from '../../src/data/registry';
import type { Batch } from '../../src/data/source';
import { failureOf } from '../../src/engine/failures';
import { hostMachine } from '../../src/machines/hostMachine';
import { trainingMemory } from '../../src/model/memory';
import { layersOf, localReach, type RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { FLOOR, rateAt } from '../../src/train/schedule';
import { Diverged, Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { modules } from '../support/simd';

const models = zebras(hostMachine(modules().module)); // the plain loops take fifteen times as long

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

function trainer(change: Partial<RunSpec> = {}, on = models): Promise<Trainer> {
  const own = { ...spec, ...change };
  const source = sources.get(own.task);
  const feed = makeFeed(source, {
    T: own.context,
    batch: own.batch,
    distance: own.distance,
    seed: own.seed,
  });
  return Trainer.open(on, own, source, feed);
}

const losses = async (run: Trainer, steps: number) => {
  const list: number[] = [];
  while (list.length < steps) list.push((await run.next()).loss);
  return list;
};

test('the same seed gives the same losses, another seed others', async () => {
  const [a, b, c] = [await trainer(), await trainer(), await trainer({ seed: 2 })];
  const [first, second, third] = [await losses(a, 3), await losses(b, 3), await losses(c, 3)];
  expect(first).toEqual(second);
  expect(third).not.toEqual(first);
});

test('drawing, validating and sampling leave the losses unchanged', async () => {
  const [plain, watched] = [await trainer(), await trainer()];
  const expected = await losses(plain, 3);
  const got: number[] = [];
  for (let i = 0; i < 3; i++) {
    await watched.frame();
    got.push((await watched.next()).loss);
    await watched.validate();
    await watched.evaluation();
    await watched.sample();
  }
  expect(got).toEqual(expected);
});

test.each(['global', 'local', 'approximate', 'grouped'])(
  'in a %s model a changed token moves the outputs that can depend on it through all layers, and no other',
  async (plan) => {
    const run = await trainer({ plan, layers: 3 });
    const T = spec.context;
    const layers = layersOf(run.spec);
    for (const changed of [0, 9, T - 1]) {
      const expected = Array.from({ length: T }, (_, t) => t).filter(
        (t) => reachCone(layers, T, t)[0]![changed],
      );
      expect(await run.probe(changed)).toEqual(expected);
    }
    await expect(run.probe(T)).rejects.toThrow('the tokens are 0 to 23');
    run.dispose();
  },
);

test('losses by position add up to the loss of every row of every held-out batch', async () => {
  const run = await trainer();
  await run.next();
  const {
    positions: { losses: sums, counts },
  } = await run.evaluateHeldOut(192);
  const T = spec.context;
  const [loss, count] = [new Float64Array(T), new Float64Array(T)];
  for (const batch of run.feed.heldOut(192)) {
    for (let sequence = 0; sequence < spec.batch; sequence++) {
      // Brute force: from the logits of each sequence alone.
      const tokens = batch.tokens.slice(sequence * T, (sequence + 1) * T);
      const V = run.modelSpec.vocabulary;
      const logits = await run.model.logits(tokens);
      for (let t = 0; t < T; t++) {
        const weight = batch.weights[sequence * T + t]!;
        const row = [...logits.subarray(t * V, (t + 1) * V)];
        const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        loss[t]! += weight * (total - row[batch.targets[sequence * T + t]!]!);
        count[t]! += weight;
      }
    }
  }
  expect(counts).toEqual([...count]);
  for (let t = 0; t < T; t++) expect(sums[t]).toBeCloseTo(loss[t]!, 3);
});

test.each([
  { ms: 1, batches: 341, say: '16,384 tokens where that is quick' },
  { ms: 500, batches: 40, say: 'what 20 seconds allow where a batch takes half a second' },
  { ms: 30_000, batches: 4, say: 'what validation reads, where even that takes long' },
])('a closer look reads $say', async ({ ms, batches }) => {
  const run = await trainer();
  const spy = vi.spyOn(run.feed, 'heldOut');
  const evaluate = run.model.evaluate.bind(run.model);
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  vi.spyOn(run.model, 'evaluate').mockImplementation((batch) => {
    clock += ms;
    return evaluate(batch);
  });
  const { positions } = await run.evaluation();
  vi.restoreAllMocks();
  const read = spy.mock.results[0]!.value as readonly Batch[];
  expect(read).toHaveLength(batches);
  const questions = read.flatMap(({ weights }) => [...weights]).filter((weight) => weight > 0);
  expect(positions.counts.reduce((a, b) => a + b, 0)).toBe(questions.length);
});

describe('slices', () => {
  const said = 'call me ishmael, and the whale and the sea and the ship; '.repeat(40);
  const corpus = {
    title: 'text',
    licence: '',
    origin: '',
    documents: [
      { title: 'a', start: 0, end: 1200, split: 'train' as const },
      { title: 'b', start: 1200, end: said.length, split: 'validation' as const },
    ],
    ids: encode(said),
  };
  const own: RunSpec = { ...spec, task: 'said-twice', context: 256, layers: 2, batch: 4 };
  const source = sources.get(own.task);
  const read = () => {
    const { context: T, batch, distance, seed } = own;
    const feed = makeFeed(source, { T, batch, distance, seed, corpus, reach: localReach(own) });
    return Trainer.open(models, own, source, feed);
  };

  test('a slice and the rest add up to the whole, in loss and in accuracy', async () => {
    const run = await read();
    for (let step = 0; step < 3; step++) await run.next();
    const seen = await run.validate();
    expect(seen.slices.map(({ id }) => id)).toEqual(['second-saying', 'far-copy']);
    for (const { id, loss, accuracy, tokens } of seen.slices) {
      // Brute force: the sum over the rows of each batch that the slice marks.
      let [sum, hits, count] = [0, 0, 0];
      for (const batch of run.feed.validation) {
        const rows = await run.model.evaluate(batch);
        batch.slices!.get(id)!.forEach((inside, row) => {
          if (!inside) return;
          sum += rows[2 * row]!;
          hits += rows[2 * row + 1]!;
          count++;
        });
      }
      expect(tokens).toBe(count);
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(seen.tokens);
      expect(loss).toBeCloseTo(sum / count, 5);
      expect(accuracy).toBeCloseTo(hits / count, 5);
    }
    run.dispose();
  });

  test('exist for the closer look too, and not for a task', async () => {
    const run = await read();
    expect((await run.evaluation()).slices.map(({ id }) => id)).toEqual([
      'second-saying',
      'far-copy',
    ]);
    run.dispose();
    const task = await trainer();
    expect((await task.validate()).slices).toEqual([]);
    task.dispose();
  });
});

test('accuracy by distance counts every question once, at the true distance of its answer', async () => {
  const run = await trainer();
  const points = await run.accuracyByDistance([10, 18], 2);
  const expected = new Map<number, number>();
  for (const batch of [10, 18].flatMap((distance) => run.feed.asked(distance, 2))) {
    for (let at = 0; at < batch.tokens.length; at += spec.context) {
      const needle = batch.tokens.subarray(at, at + spec.context).findIndex((id) => id < 8);
      for (let row = 20; row < 24; row++) {
        expected.set(row - needle, (expected.get(row - needle) ?? 0) + 1);
      }
    }
  }
  expect(new Map(points.map(({ distance, questions }) => [distance, questions]))).toEqual(expected);
  for (const { right, questions } of points) expect(right).toBeLessThanOrEqual(questions);
});

test('steps may be submitted ahead of their reports: the same losses, in order', async () => {
  const [one, ahead] = [await trainer(), await trainer()];
  const expected = await losses(one, 6);
  for (let i = 0; i < 6; i++) await ahead.advance();
  const reports = await ahead.reports();
  expect(reports.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(reports.map(({ loss }) => loss)).toEqual(expected);
  expect(await ahead.reports()).toEqual([]);
});

test('the ring reports when it is full, before a loss is overwritten', async () => {
  const run = await trainer({ context: 16, distance: 6, layers: 1, batch: 1, width: 8, heads: 1 });
  while (run.room > 0) await run.advance();
  await expect(run.advance()).rejects.toThrow('the losses of 256 steps wait in the ring');
  expect(await run.reports()).toHaveLength(256);
  await run.advance();
  expect((await run.reports()).map(({ step }) => step)).toEqual([257]);
});

test('a run continues from its snapshot as if nothing had happened, also on another machine', async () => {
  const straight = await losses(await trainer(), 8);
  const run = await trainer();
  await losses(run, 3);
  const snapshot = await run.snapshot();
  await losses(run, 2); // later steps do not matter
  const other = await trainer({ seed: 1 });
  other.restore(snapshot);
  expect(other.step).toBe(3);
  expect(await losses(other, 5)).toEqual(straight.slice(3));
  await expect(trainer({ width: 32 }).then((wide) => wide.restore(snapshot))).rejects.toThrow(
    /the snapshot's weights are \d+ numbers; this model has \d+/,
  );
});

test('nothing leaks: 1,000 steps with everything on allocate nothing, and the heap stays the same', async () => {
  const run = await trainer({ plan: 'custom', stripes: 'GSAS' });
  const bytes = run.bytes;
  const all = async () => {
    await run.next();
    if (run.step % 10 > 0) return;
    await run.validate();
    await run.frame();
    await run.sample();
    await run.snapshot();
  };
  const heap = () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  };
  while (run.step < 100) await all();
  const before = heap();
  while (run.step < 1100) await all();
  expect(run.bytes).toBe(bytes);
  // Without gc() exposed, uncollected garbage counts too.
  expect(heap() - before).toBeLessThan(globalThis.gc ? 1e6 : 64e6);
});

test('a loss that is not a number stops training and says at which step', async () => {
  const run = await trainer();
  await run.next();
  const snapshot = await run.snapshot();
  run.restore({ ...snapshot, weights: snapshot.weights.map(() => NaN) });
  await expect(run.next()).rejects.toThrow(Diverged);
  await expect(run.next()).rejects.toMatchObject({ loss: NaN, step: 3, rate: run.spec.rate });
});

test('a gradient norm that is not finite stops training too, and is named instead of the loss', async () => {
  const run = await trainer();
  const reports = run.model.reports.bind(run.model);
  run.model.reports = async () =>
    (await reports()).map((report) => ({ ...report, gradNorm: Infinity }));
  await run.advance();
  const cause: unknown = await run.reports().catch((error: unknown) => error);
  expect(cause).toBeInstanceOf(Diverged);
  expect(String(cause)).toBe('Diverged: the gradient norm became Infinity at step 1');
  expect(failureOf(cause)).toMatchObject({ kind: 'diverged', gradNorm: Infinity, step: 1 });
});

describe('measured memory equals predicted memory', () => {
  test.each<Partial<RunSpec>>([
    {},
    { plan: 'global', layers: 1 },
    { plan: 'approximate', layers: 6, chunk: 2, window: 3 },
    { plan: 'local', heads: 4, share: 2, width: 32 },
    { batch: 8, context: 40, distance: 20 },
    { width: 64, heads: 4, batch: 1 },
    { tied: 0, layers: 2 },
  ])('%o', async (change) => {
    const run = await trainer(change, zebras(hostMachine()));
    const predicted = trainingMemory(run.modelSpec, run.spec.batch, 'host').peak;
    expect(run.bytes).toBe(predicted);
    run.dispose();
  });
});

describe('the learning rate', () => {
  const schedule = { rate: 1, warmup: 10, steps: 100 };
  test('warms up linearly', () => expect(rateAt(5, schedule)).toBe(0.5));
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
