/** @file The stripes of the home page: what a recording has of one run, and what is drawn between its moments. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accuracyAt, aliveOf, weightsAt } from '../../src/app/home/alive';
import { comparisonOf, starts } from '../../src/compare/starts';

const { shared, runs } = comparisonOf(starts.get('needle'));
const grouped = { shared, runs: runs.filter(({ own }) => own.plan === 'grouped') };
const text = readFileSync('public/recorded/races/needle.json', 'utf8');
const alive = aliveOf(text, grouped);

test('is of the run that was asked for: four layers, from the first step to the last', () => {
  expect(alive.tokens).toHaveLength(48);
  expect(alive.moments[0]!.step).toBe(0);
  expect(alive.moments.at(-1)!.step).toBe(alive.steps);
  for (const { layers } of alive.moments) expect(layers).toHaveLength(4);
  // The local layers read their window of six and nothing before it.
  const [, local] = alive.moments.at(-1)!.layers;
  expect([...local!].findIndex((weight) => weight > 0)).toBe(42);
});

test('at its moments the weights are theirs, between them in between', () => {
  const [a, b] = [alive.moments[1]!, alive.moments[2]!];
  expect(weightsAt(alive, a.step)).toEqual(a.layers);
  const middle = weightsAt(alive, (a.step + b.step) / 2)[0]!;
  const wanted = a.layers[0]!.map((weight, key) => (weight + b.layers[0]![key]!) / 2);
  middle.forEach((weight, key) => expect(weight).toBeCloseTo(wanted[key]!, 6));
  expect(weightsAt(alive, 1e9)).toEqual(alive.moments.at(-1)!.layers);
});

test('the accuracy is the last that was measured, and none before the first', () => {
  expect(accuracyAt(alive, 0)).toBeUndefined();
  expect(accuracyAt(alive, alive.steps)).toBe(1);
});

test('a run that was not recorded is refused', () => {
  const other = { ...grouped, shared: { ...shared, seed: 2 } };
  expect(() => aliveOf(text, other)).toThrow('no pictures of this run');
});
