/** @file A number as typed into the planner: kept, answered, and used if possible. */
import { expect, test } from 'vitest';
import { LENGTH, MEMORY } from '../../src/masks/planner/asked';
import { nearestTo } from '../../src/masks/planner/typedNumber';

const of = (text: string) => nearestTo(text, { min: 1, max: 4096 }, 7);

test('an allowed number is used without a message', () => {
  expect(of('4,096')).toEqual({ used: 4096, says: undefined });
  expect(of(' 1k ')).toEqual({ used: 1024, says: undefined });
});
test.each([
  ['9999', 4096],
  ['0', 1],
  ['-3', 1],
  ['2.6', 3],
  ['1e9', 4096],
])('%s is answered with the nearest, %i', (text, used) => {
  const answer = of(text);
  expect(answer.used).toBe(used);
  expect(answer.says).toBe(`It should be a whole number from 1 to 4096; ${used} is used.`);
});
test.each(['', 'many', '12 or so', '１２'])(
  '%j is not a number, and the old value stays',
  (text) => {
    expect(of(text).used).toBe(7);
    expect(of(text).says).toMatch(/from 1 to 4096; it is still 7\.$/);
  },
);
test('a fraction of a GiB is accepted, and one below the minimum is answered', () => {
  expect(nearestTo('79.6', { ...MEMORY, fraction: true }, 80).says).toBeUndefined();
  expect(nearestTo('0.2', { ...MEMORY, fraction: true }, 80)).toEqual({
    used: 1,
    says: 'It should be a number from 1 to 100000; 1 is used.',
  });
});
test('16m tokens are the most that can be priced, and one more is refused', () => {
  expect(nearestTo('16m', LENGTH, 1).says).toBeUndefined();
  expect(nearestTo('16777217', LENGTH, 1).used).toBe(2 ** 24);
});
