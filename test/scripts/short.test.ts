import { expect, test } from 'vitest';
import { short } from '../../scripts/record/short';

test('numbers in a recorded comparison have five digits, however deeply nested, and counts keep all of theirs', () => {
  expect(
    short({
      step: 123456,
      loss: 1.23456789,
      slices: [{ id: 'far-copy', loss: 0.000123456789, tokens: 654321 }],
      batch: '0000ffff',
      none: null,
    }),
  ).toEqual({
    step: 123456,
    loss: 1.2346,
    slices: [{ id: 'far-copy', loss: 0.00012346, tokens: 654321 }],
    batch: '0000ffff',
    none: null,
  });
});
