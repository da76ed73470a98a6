import { expect, test } from 'vitest';
import { besideOf, drawnOf, fullHeight, KEY, nameOf } from '../../src/app/charts/plotRoom';
import type { Series } from '../../src/figures/chart';

const series = (label: string, short?: string, points = 2) =>
  ({
    id: label,
    label,
    ...(short !== undefined && { short }),
    look: 'global',
    points: Array.from({ length: points }, (_, x) => ({ x, y: x, low: x, high: x })),
  }) as unknown as Series;

test('a curve is called by its short name if it has one', () => {
  expect(nameOf(series('Global layers', 'Global'))).toBe('Global');
  expect(nameOf(series('Global layers'))).toBe('Global layers');
});

test('a curve without points is not drawn', () => {
  expect(drawnOf([series('A'), series('B', undefined, 0)]).map(({ id }) => id)).toEqual(['A']);
});

test('long names have a fixed width beside the curves, if the plot is wide enough', () => {
  expect(besideOf([series('Global')], '', 600)).toBe(138);
  expect(besideOf([series('Global')], '', 479)).toBeUndefined();
});

test('short names take what the longest needs, the level’s too', () => {
  const some = [series('a', 'four'), series('b', 'sixsix')];
  expect(besideOf(some, '', 600)).toBe(Math.ceil(6 * 7.4) + 14);
  expect(besideOf(some, 'guessing', 600)).toBe(Math.ceil(8 * 7.4) + 14);
});

test('if short names left the curves too little room, they go below', () => {
  const some = [series('a', 'sixteen letters!')];
  const needed = Math.ceil(16 * 7.4) + 14;
  expect(besideOf(some, '', 46 + needed + 168)).toBe(needed);
  expect(besideOf(some, '', 46 + needed + 167)).toBeUndefined();
});

test('names below add a row each, the level’s included', () => {
  const chart = { series: [series('A'), series('B'), series('C', undefined, 0)] };
  expect(fullHeight(chart, 600, 300)).toBe(300);
  expect(fullHeight(chart, 300, 300)).toBe(300 + 2 * KEY + 4);
  expect(fullHeight({ ...chart, level: { label: 'guessing', y: 1 } }, 300, 300)).toBe(
    300 + 3 * KEY + 4,
  );
});
