/** @file Counts as users type them. */
import { expect, test } from 'vitest';
import { countOf } from '../../src/core/units';

test.each([
  ['131072', 131_072],
  [' 1,000 ', 1000],
  ['128k', 131_072],
  ['1M', 1_048_576],
  ['1.5K', 1536],
  ['1e6', 1_000_000],
  ['0', 0],
] as const)('%s is a count', (typed, n) => {
  expect(countOf(typed)).toBe(n);
});

test.each(['', '-5', '2.5', 'abc', '1kk', '1e', 'k', '1e999'])("'%s' is not a count", (typed) => {
  expect(countOf(typed)).toBeUndefined();
});
