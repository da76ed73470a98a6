import { expect, test } from 'vitest';
import { keyTicks, queryTicks } from '../../src/app/masks/maskTicks';

test('every cell has its number if cells are large', () => {
  expect(queryTicks(0, 4, 40)).toEqual([0, 1, 2, 3]);
});

test('numbers are multiples of the smallest step that leaves 34 pixels between them', () => {
  expect(queryTicks(0, 16, 10)).toEqual([0, 4, 8, 12]);
  expect(queryTicks(0, 16, 8)).toEqual([0, 8]);
});

test('the first number is inside the view', () => {
  expect(queryTicks(5, 16, 10)).toEqual([8, 12]);
  expect(queryTicks(13, 16, 10)).toEqual([]);
});

test('cells too small for any step have numbers 8,192 tokens apart', () => {
  expect(queryTicks(0, 20_000, 0.001)).toEqual([0, 8192, 16384]);
});

test('keys with long numbers are farther apart than queries', () => {
  const apart = (ticks: readonly { key: number }[]) => ticks[1]!.key - ticks[0]!.key;
  const keys = keyTicks(0, 16_384, 35 / 1024, 560);
  expect(queryTicks(0, 16_384, 35 / 1024)[1]).toBe(1024);
  expect(apart(keys)).toBe(2048);
});

test('a number is at the middle of its column, and shifted inwards at the right edge', () => {
  const ticks = keyTicks(0, 10, 40, 400);
  expect(ticks[0]).toEqual({ key: 0, x: 20 });
  expect(keyTicks(1022, 1025, 40, 110)[1]!.x).toBeCloseTo(110 - 2 * 6.8 - 1);
});
