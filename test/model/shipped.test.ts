import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { preparedCorpus } from '../../src/data/prepared';
import { sources } from '../../src/data/registry';
import { meanLoss } from '../../src/figures/buckets';
import { hostMachine } from '../../src/machines/hostMachine';
import { CARD_VERSION, readCard, SMALL_EVALUATION, type Card } from '../../src/model/files/card';
import { readCheckpoint } from '../../src/model/files/checkpoint';
import { snapshotFrom } from '../../src/train/keep';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';

const files = readdirSync('models');
const cards = files
  .filter((name) => name.endsWith('.json'))
  .map((name) => readCard(JSON.parse(readFileSync(`models/${name}`, 'utf8')) as Card));
const kernels = new WebAssembly.Module(readFileSync('src/ops/simd.wasm'));

/** As scripts/record/surroundings.ts opens it, with the shipped weights. */
async function opened({ id, spec }: Card): Promise<Trainer> {
  const checkpoint = readCheckpoint(readFileSync(`models/${id}.zip`));
  expect(checkpoint.spec).toEqual(spec);
  const source = sources.get(spec.task);
  const corpus =
    source.kind === 'corpus' &&
    preparedCorpus(
      source,
      JSON.parse(readFileSync(`public/${source.file}.json`, 'utf8')),
      readFileSync(`public/${source.file}.txt`, 'utf8'),
    );
  const feed = makeFeed(source, {
    T: spec.context,
    batch: spec.batch,
    distance: spec.distance,
    seed: spec.seed,
    ...(corpus && { corpus }),
  });
  const trainer = await Trainer.open(zebras(hostMachine(kernels)), spec, source, feed);
  trainer.restore(snapshotFrom(checkpoint, spec));
  return trainer;
}

test('every file in models/ is a model, its card, or the table of all', () => {
  const expected = [...cards.flatMap(({ id }) => [`${id}.json`, `${id}.zip`]), 'README.md'];
  expect(files.sort()).toEqual(expected.sort());
  for (const { id } of cards)
    expect(readFileSync('models/README.md', 'utf8')).toContain(`\`${id}\``);
});

test('there are four plans on a text at 512 tokens or more, and four on marker', () => {
  const plans = (task: string) =>
    cards
      .filter(({ spec }) => spec.task === task && (task === 'marker' || spec.context >= 512))
      .map(({ spec }) => spec.plan)
      .sort();
  const four = ['approximate', 'global', 'grouped', 'local'];
  expect(plans('moby-dick')).toEqual(four);
  expect(plans('marker')).toEqual(four);
});

describe.each(cards.map((card) => [card.id, card] as const))('%s', (id, card) => {
  test('is 2 MB at most and says how it was made', () => {
    expect(readFileSync(`models/${id}.zip`).length).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(card.version).toBe(CARD_VERSION);
    expect(card.steps).toBe(card.spec.steps);
    expect(card.heldOut.tokens).toBeGreaterThan(500);
    for (const said of [card.title, card.why, card.data, card.machine, card.made])
      expect(said.length).toBeGreaterThan(5);
  });

  test('reaches its stated loss', async () => {
    const trainer = await opened(card);
    const { positions } = await trainer.evaluateHeldOut(SMALL_EVALUATION);
    trainer.dispose();
    expect(positions.counts.reduce((a, b) => a + b, 0)).toBe(card.small.tokens);
    expect(Math.abs(meanLoss(positions) - card.small.loss)).toBeLessThan(1e-3);
  });
});

test('the marker models that see far enough know the answer, and the local one guesses', () => {
  const accuracy = (plan: string) => cards.find(({ id }) => id === `marker-40-${plan}`)!.accuracy;
  for (const plan of ['global', 'grouped', 'approximate'])
    expect(accuracy(plan)).toBeGreaterThan(0.95);
  expect(accuracy('local')).toBeLessThan(0.2);
});
