import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/core/fingerprint';

const numbers = fc.array(fc.integer({ min: 0, max: 255 })).map((list) => Int32Array.from(list));

test('a fingerprint is eight hexadecimal digits, the same for the same numbers', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(fingerprint(a, b)).toMatch(/^[0-9a-f]{8}$/);
      expect(fingerprint(a.slice(), b.slice())).toBe(fingerprint(a, b));
    }),
  );
});

test('a fingerprint changes if one number changes or moves to the next list', () => {
  const of = (...lists: number[][]) => fingerprint(...lists.map((list) => Int32Array.from(list)));
  const base = Array.from({ length: 512 }, (_, i) => i % 96);
  const others = base.map((value, i) => of(base.with(i, value + 1)));
  expect(new Set([of(base), ...others]).size).toBe(513);
  expect(of([1, 2], [3])).not.toBe(of([1], [2, 3]));
});
