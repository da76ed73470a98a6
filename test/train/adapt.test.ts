import { describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import { hostMachine } from '../../src/machines/hostMachine';
import type { AdaptLook } from '../../src/workers/train/jobs';
import { readCheckpoint, writeCheckpoint } from '../../src/model/files/checkpoint';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { adapt, type Variant } from '../../src/train/adapt';
import { checkFits, checkpointFrom, snapshotFrom } from '../../src/train/keep';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { modules } from '../support/simd';

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 8,
  context: 16,
  width: 16,
  heads: 2,
  layers: 2,
  window: 4,
  chunk: 4,
  batch: 2,
  warmup: 2,
};
const models = zebras(hostMachine(modules().module));
const ROOM = { total: 1e9, largestTensor: 1e9 };
const feed = (own: RunSpec) =>
  Promise.resolve(
    makeFeed(sources.get(own.task), {
      T: own.context,
      batch: own.batch,
      distance: own.distance,
      seed: own.seed,
    }),
  );
const open = async (own = spec) =>
  Trainer.open(models, own, sources.get(own.task), await feed(own));

/** A run of 12 steps, kept. */
async function kept() {
  const trainer = await open();
  while (trainer.step < 12) await trainer.next();
  const file = writeCheckpoint(checkpointFrom(spec, await trainer.snapshot()));
  return { trainer, file, checkpoint: readCheckpoint(file) };
}

describe('a run that was kept', () => {
  test('continues at the same step with exactly the losses it would have had', async () => {
    const { trainer, checkpoint } = await kept();
    const other = await open();
    other.restore(snapshotFrom(checkpoint, spec));
    expect(other.step).toBe(12);
    expect(await other.validate()).toEqual(await trainer.validate());
    for (let i = 0; i < 5; i++) {
      const [{ ms: _, ...one }, { ms: __, ...two }] = [await trainer.next(), await other.next()];
      expect(two).toEqual(one);
    }
  });

  test('continues on another machine, but with no other setting changed', async () => {
    const { checkpoint } = await kept();
    expect(() => snapshotFrom(checkpoint, { ...spec, backend: 'wasm' })).not.toThrow();
    expect(() => snapshotFrom(checkpoint, { ...spec, rate: 0.01 })).toThrow(
      "the checkpoint's learning rate is 0.003, the run's 0.01",
    );
  });
});

describe('a model that is adapted', () => {
  const longer: RunSpec = { ...spec, plan: 'local', context: 32, ropeScale: 2 };

  async function looks(variants: readonly Variant[], cancelled = () => false, byPosition = true) {
    const { checkpoint } = await kept();
    const found: AdaptLook[] = [];
    const options = { model: checkpoint, variants, lookAt: [0, 2], byPosition, feed };
    for await (const event of adapt(models, ROOM, options, cancelled))
      if (event.kind === 'look') found.push(event.look);
    return { found, checkpoint };
  }

  test('is evaluated before, during and after, next to one from scratch, and comes back as a checkpoint', async () => {
    const { found } = await looks([
      { spec: longer, from: 'model', steps: 6 },
      { spec: longer, from: 'scratch', steps: 6 },
    ]);
    expect(found.map(({ index, step }) => [index, step])).toEqual(
      [0, 1].flatMap((index) => [0, 2, 6].map((step) => [index, step])),
    );
    expect(found.every(({ positions }) => positions?.losses.length === 32)).toBe(true);
    const adapted = readCheckpoint(found[2]!.file!);
    expect(adapted.spec).toEqual(longer);
    expect(adapted.step).toBe(6);
    expect(found.filter(({ file }) => file).length).toBe(2);
  });

  test('is evaluated by position only on request: the other numbers are the same', async () => {
    const once: readonly Variant[] = [{ spec: longer, from: 'model', steps: 2 }];
    const [whole, plain] = [await looks(once), await looks(once, () => false, false)];
    expect(plain.found.map(({ positions }) => positions)).toEqual([undefined, undefined]);
    const losses = ({ found }: typeof whole) => found.map(({ loss, accuracy }) => [loss, accuracy]);
    expect(losses(plain)).toEqual(losses(whole));
  });

  test('begins with the given weights: unchanged settings have the same loss', async () => {
    const { found, checkpoint } = await looks([{ spec, from: 'model', steps: 0 }]);
    const trainer = await open();
    trainer.restore(snapshotFrom(checkpoint, spec));
    expect(found[0]!.loss).toBe((await trainer.validate()).loss);
    const scratch = await looks([{ spec, from: 'scratch', steps: 0 }]);
    expect(scratch.found[0]!.loss).not.toBe(found[0]!.loss);
  });

  test('is evaluated again at its own length after tuning on longer texts, with its final weights', async () => {
    const short = { ...spec, ropeScale: 2 };
    const { found } = await looks([
      { spec: short, from: 'model', steps: 0 },
      { spec: longer, from: 'model', steps: 6 },
      { spec: { ...short, plan: 'local' }, from: 'before', steps: 0 },
    ]);
    const [before, after] = [found[0]!, found.at(-1)!];
    expect([before.index, after.index]).toEqual([0, 2]);
    expect(after.loss).not.toBe(before.loss);
    const tuned = readCheckpoint(found.findLast(({ file }) => file)!.file!);
    const own = { ...short, plan: 'local' };
    const trainer = await open(own);
    trainer.restore(snapshotFrom({ ...tuned, spec: own, step: 0 }, own));
    expect(await trainer.validate()).toMatchObject({ loss: after.loss, accuracy: after.accuracy });
  });

  test('with other sizes is refused before training, and stops when cancelled', async () => {
    const { checkpoint } = await kept();
    expect(() => checkFits(checkpoint, { ...spec, width: 32 })).toThrow('other sizes');
    expect(() => checkFits(checkpoint, { ...spec, task: 'marker' })).toThrow('embed_tokens');
    expect(() => checkFits(checkpoint, { ...spec, layers: 1 })).toThrow('other sizes');
    expect(() => checkFits(checkpoint, longer)).not.toThrow();
    const { found } = await looks([{ spec: longer, from: 'model', steps: 6 }], () => true);
    expect(found).toEqual([]);
  });
});
