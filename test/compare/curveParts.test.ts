import { expect, test } from 'vitest';
import { curveParts, usualPart } from '../../src/app/compare/curveParts';
import type { ValidationRecord } from '../../src/compare/history';
import { sources } from '../../src/data/registry';
import { headlineOf } from '../../src/data/slices';

const corpora = sources.all.filter((source) => source.kind === 'corpus');
const text = corpora.find((source) => headlineOf(source)?.back)!;
const headline = headlineOf(text)!;
const task = sources.all.find((source) => source.kind === 'task')!;
const validation = (slices: ValidationRecord['slices'] = undefined): ValidationRecord => ({
  step: 1,
  loss: 2,
  accuracy: 0.5,
  tokens: 100,
  ...(slices && { slices }),
});
const ids = (...given: Parameters<typeof curveParts>) => curveParts(...given).map(({ id }) => id);

test('of a task the curves show training or validation', () => {
  expect(ids(task, [])).toEqual(['training', 'validation']);
});

test('of a text also each slice, and the rest beside the first of them', () => {
  expect(ids(text, []).slice(0, 4)).toEqual([
    'training',
    'validation',
    headline.id,
    `not ${headline.id}`,
  ]);
});

test('a slice that no run was scored on is not offered', () => {
  expect(ids(text, [validation()])).toEqual(['training', 'validation']);
  const scored = validation([{ id: headline.id, loss: 1, accuracy: 0.8, tokens: 20 }]);
  expect(ids(text, [validation(), scored])).toContain(headline.id);
});

test('a slice and its rest are taken out of a validation', () => {
  const scored = validation([{ id: headline.id, loss: 1, accuracy: 0.8, tokens: 20 }]);
  const [, , slice, rest] = curveParts(text, [scored]);
  expect(slice!.held!(scored)).toMatchObject({ loss: 1, tokens: 20 });
  expect(rest!.held!(scored)).toMatchObject({ loss: 2.25, tokens: 80 });
});

test('the slice is shown at first if a run’s local layers do not reach what helps with it', () => {
  const back = headline.back!(text);
  expect(usualPart(text, () => [back, back - 1])).toBe(headline.id);
  expect(usualPart(text, () => [back])).toBe('training');
  expect(usualPart(task, () => [1])).toBe('training');
});
