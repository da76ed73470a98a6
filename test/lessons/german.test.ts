/** @file Numbers that readers of a German page type into exercises, and those that the page shows them. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { formatInteger, plain } from '../../src/core/numbers';
import number from '../../src/lessons/exercises/number';
import { quantities } from '../../src/lessons/quantities';
import { ofRun } from '../../src/lessons/quantity';
import { nearestTo } from '../../src/masks/planner/typedNumber';
import { DEFAULTS } from '../../src/spec/controls';

vi.mock('../../src/core/language', async (original) => {
  const { LANGUAGES } = await import('../../src/core/languages');
  const german = LANGUAGES.find(({ tag }) => tag === 'de');
  return { ...(await original<object>()), LANGUAGE: german };
});

const exercise = (quantity: string, T: number) => ({
  quantity,
  of: ofRun({ ...DEFAULTS, context: T }, T),
  within: 0,
});
const check = (quantity: string, T: number, answer: string) =>
  number.check(exercise(quantity, T), answer, {} as never);

test('a whole number may be grouped as in German, or not', () => {
  const pairs = quantities.get('all-pairs').value(exercise('all-pairs', 128).of);
  expect(formatInteger(pairs)).toContain('.');
  for (const typed of [formatInteger(pairs), plain(pairs), formatInteger(pairs).replace('.', ' ')])
    expect(check('all-pairs', 128, typed)).toMatchObject({ right: true });
});

test('an answer that is shown is right, and a number that was typed is repeated in German', () => {
  const of = exercise('all-pairs', 128);
  expect(check('all-pairs', 128, number.solve(of).answer as string)).toMatchObject({ right: true });
  const wrong = check('all-pairs', 128, '1234,5');
  expect(wrong.says).toContain('1.234,5');
  expect(check('all-pairs', 128, '1234.5').says).toBe(wrong.says);
});

test('a field reads what it shows', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (value) => {
      const allowed = { min: 0, max: 1e6, fraction: true };
      expect(nearestTo(plain(value), allowed, 0)).toEqual({ used: value, says: undefined });
    }),
  );
  expect(nearestTo('0', { min: 0.5, max: 4, fraction: true }, 1).says).toContain('0,5');
});
