/**
 * @file The picture on the home page: what it takes from a recording, what it draws between recorded moments, what it
 * says.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  measuredAt,
  PLAY_MS,
  REST_MS,
  stepAt,
  unpackAlive,
  weightsAt,
} from '../../src/app/home/alive';
import { homeFacts, homeRecording, RECORDING, type HomeFacts } from '../../src/app/home/facts';
import { aliveOf } from '../../src/app/home/recorded';
import { sayAlive } from '../../src/app/home/sayAlive';
import { comparisonOf, starts } from '../../src/compare/starts';

const { shared, runs } = comparisonOf(starts.get('needle'));
const shown = {
  shared,
  runs: ['local', 'grouped'].map((plan) => runs.find(({ own }) => own.plan === plan)!),
};
const text = readFileSync(`public/${RECORDING}`, 'utf8');
const all = aliveOf(text, shown);
const [local, alive] = [all[0]!, all[1]!];

test('the picture has two runs of four layers, from the first step to the last', () => {
  expect(all).toHaveLength(2);
  for (const run of all) {
    expect(run.tokens).toHaveLength(48);
    expect(run.moments[0]!.step).toBe(0);
    expect(run.moments.at(-1)!.step).toBe(run.steps);
    for (const { layers } of run.moments) expect(layers).toHaveLength(4);
  }
  // A local layer reads its window of six and nothing before it; the first layer of the grouped run reads far back.
  const first = (weights: Float32Array) => [...weights].findIndex((weight) => weight > 0);
  expect(local.moments.at(-1)!.layers.map(first)).toEqual([42, 42, 42, 42]);
  const grouped = alive.moments.at(-1)!.layers.map(first);
  expect([grouped[1], grouped[3]]).toEqual([42, 42]);
  expect(grouped[0]).toBeLessThan(20);
});

test('the built page has the same weights and measurements', () => {
  expect(homeRecording(text).runs.slice(0, 2).map(unpackAlive)).toEqual(all);
});

test('the facts are those of a local and a grouped run of 48 tokens', () => {
  const facts: HomeFacts = homeFacts();
  expect(facts.local).toMatchObject({ context: 48, reach: 21 });
  expect(facts.grouped).toMatchObject({ context: 48, reach: 48 });
  expect(facts.grouped.patterns).toEqual(['global', 'local', 'global', 'local']);
});

test('both runs answer the same question', () => {
  expect(local.tokens).toEqual(alive.tokens);
  expect(alive.tokens.filter((token) => /^\d$/.test(token))).toHaveLength(1);
});

test('weights are those of a recorded moment, and are interpolated between moments', () => {
  const [a, b] = [alive.moments[1]!, alive.moments[2]!];
  expect(weightsAt(alive, a.step)).toEqual(a.layers);
  const middle = weightsAt(alive, (a.step + b.step) / 2)[0]!;
  const wanted = a.layers[0]!.map((weight, key) => (weight + b.layers[0]![key]!) / 2);
  middle.forEach((weight, key) => expect(weight).toBeCloseTo(wanted[key]!, 6));
  expect(weightsAt(alive, 1e9)).toEqual(alive.moments.at(-1)!.layers);
});

test('the accuracy is the last one measured, with its step, and missing before the first', () => {
  expect(measuredAt(alive, 0)).toBeUndefined();
  expect(measuredAt(alive, alive.steps)).toMatchObject({ step: 300, accuracy: 1 });
  expect(measuredAt(local, 299)!.step).toBe(275);
  expect(measuredAt(local, local.steps)!.accuracy).toBeLessThan(0.2);
});

test('the animation plays to the last step, rests, and repeats', () => {
  expect(
    [0, PLAY_MS, PLAY_MS + REST_MS - 1, PLAY_MS + REST_MS].map((ms) => stepAt(ms, 300)),
  ).toEqual([0, 300, 300, 0]);
  const time = fc.double({ min: 0, max: PLAY_MS + REST_MS - 1, noNaN: true });
  fc.assert(
    fc.property(time, time, fc.integer({ min: 1, max: 5000 }), (a, b, steps) => {
      const [early, late] = [stepAt(Math.min(a, b), steps), stepAt(Math.max(a, b), steps)];
      expect(early).toBeLessThanOrEqual(late);
      expect(late).toBeLessThanOrEqual(steps);
    }),
  );
});

test('a run that was not recorded is refused', () => {
  const other = { ...shown, shared: { ...shared, seed: 2 } };
  expect(() => aliveOf(text, other)).toThrow('no pictures of this run');
});

test('the sentence follows the numbers and does not praise a run that is behind', () => {
  const price = { own: 5, share: 0.5, written: '5', percent: '50 %' };
  const said = (right: number, standing: 'level' | 'behind' | 'guessing') => ({ right, standing });
  expect(
    sayAlive(
      { global: said(1, 'level'), grouped: said(1, 'level'), local: said(0.09, 'guessing') },
      price,
      1 / 8,
      300,
    ),
  ).toBe(
    'After 300 training steps, zebra stripes answer as well as global layers alone (both 100 % right); local layers alone do no better than guessing (9 %; chance is 13 %). On texts of 16,384 tokens the stripes need 50 % of the attention FLOPs of global layers alone.',
  );
  expect(
    sayAlive(
      { global: said(1, 'level'), grouped: said(0.5, 'behind'), local: said(0.4, 'behind') },
      price,
      1 / 8,
      300,
    ),
  ).toBe(
    'After 300 training steps, zebra stripes answer 50 % right, global layers alone 100 %; local layers alone answer 40 % right. On texts of 16,384 tokens the stripes need 50 % of the attention FLOPs of global layers alone.',
  );
});
