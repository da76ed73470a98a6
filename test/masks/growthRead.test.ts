import { expect, test } from 'vitest';
import { powers, readAt, valueAt } from '../../src/app/planner/growthRead';
import type { Line } from '../../src/masks/planner/curves';

const line = (id: string, ys: readonly number[], look: Line['look'] = 'first') =>
  ({ id, label: id, look, points: ys.map((y, i) => ({ x: 2 ** i, y })) }) as Line;
const identity = (value: number) => value;

test('ticks are powers inside the range, both ends included', () => {
  expect(powers([1, 16], 2, 10)).toEqual([1, 2, 4, 8, 16]);
  expect(powers([5, 2000], 10, 10)).toEqual([10, 100, 1000]);
});

test('a wide range has ticks at every second or third power', () => {
  expect(powers([1, 2 ** 12], 2, 6)).toEqual([1, 4, 16, 64, 256, 1024, 4096]);
  expect(powers([2, 2 ** 12], 2, 4)).toEqual([8, 64, 512, 4096]);
});

test('a range between two powers has no tick', () => {
  expect(powers([17, 31], 2, 5)).toEqual([]);
});

test('a value is that of the nearest point', () => {
  expect(valueAt(line('a', [10, 20, 30]), 2)).toBe(20);
  expect(valueAt(line('a', [10, 20, 30]), 3.5)).toBe(30);
  expect(valueAt(line('a', [10, 20, 30]), 99)).toBe(30);
});

test('lines to compare with, and lines that are at zero, have no value written', () => {
  const lines = [line('a', [50, 60]), line('b', [0, 0]), line('c', [80, 90], 'reference')];
  expect(readAt(lines, 1, identity, [0, 100]).map(({ id, value }) => [id, value])).toEqual([
    ['a', 50],
  ]);
});

test('labels lie above their points, inside the chart and apart', () => {
  const at = readAt([line('a', [50]), line('b', [52])], 1, identity, [0, 100]);
  expect(Math.abs(at[0]!.label - at[1]!.label)).toBeGreaterThanOrEqual(15);
  expect(readAt([line('a', [2])], 1, identity, [0, 100])[0]!.label).toBe(4);
  expect(readAt([line('a', [50])], 1, identity, [0, 100])[0]!.label).toBe(41);
});
