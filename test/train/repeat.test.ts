import { describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import { hostMachine } from '../../src/machines/hostMachine';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { repeat, type Repeated } from '../../src/train/repeat';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { modules } from '../support/simd';

const models = zebras(hostMachine(modules().module)); // the numbers are the same; the loops take longer

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
const feed = (own: RunSpec) =>
  Promise.resolve(
    makeFeed(sources.get(own.task), {
      T: own.context,
      batch: own.batch,
      distance: own.distance,
      seed: own.seed,
    }),
  );
const ROOM = { total: 1e9, largestTensor: 1e9 };

async function all(specs: readonly RunSpec[], steps: number, cancelled = () => false) {
  const events: Repeated[] = [];
  const options = { specs, steps, validateAt: [1, 5], feed };
  for await (const event of repeat(models, ROOM, options, cancelled)) events.push(event);
  return events;
}

describe('runs trained again from other seeds', () => {
  test('reach exactly the numbers of a run with that seed', async () => {
    const specs = [2, 3].map((seed) => ({ ...spec, seed }));
    const events = await all(specs, 12);
    const runs = events.flatMap((event) => (event.kind === 'run' ? [event.run] : []));
    expect(runs.map(({ index }) => index)).toEqual([0, 1]);
    for (const { index, validations, evaluation } of runs) {
      const own = specs[index]!;
      const trainer = await Trainer.open(models, own, sources.get(own.task), await feed(own));
      const expected = [];
      for (let step = 1; step <= 12; step++) {
        await trainer.next();
        if (step === 1 || step === 5) expected.push(await trainer.validate());
      }
      expect(validations).toEqual(expected);
      expect(evaluation).toEqual(await trainer.evaluation());
      trainer.dispose();
    }
    expect(runs[0]!.evaluation).not.toEqual(runs[1]!.evaluation);
  });

  test('report their progress, and end at once when cancelled', async () => {
    const specs = [2, 3].map((seed) => ({ ...spec, seed }));
    const done = (await all(specs, 12)).map((event) => event.done);
    expect(done).toEqual([5, 10, 12, 12, 17, 22, 24, 24]);
    let looks = 0;
    const some = await all(specs, 12, () => ++looks > 20);
    expect(some.filter(({ kind }) => kind === 'run')).toHaveLength(1);
    expect(some.at(-1)!.done).toBeLessThan(24);
  });

  test('refuse an invalid number of steps', async () => {
    await expect(all([spec], 0)).rejects.toThrow(
      'steps is 0; it should be a whole number, 1 or more',
    );
  });
});
