/** @file Pairs of long texts, derived from short ones, against a count of every row. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { maskOf, terms, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { pairsOf } from '../../src/attention/mask';
import { pairsOver } from '../../src/attention/pairs';
import { anyExpression } from '../support/expressions';

test('the pairs of a mask equal the sum over its rows, at any length', () => {
  fc.assert(
    fc.property(anyExpression(6), fc.integer({ min: 1, max: 400 }), (expression, T) => {
      expect(pairsOver(expression, T), write(expression)).toBe(pairsOf(maskOf(expression, T)));
    }),
    { numRuns: 400 },
  );
});

test.each([
  'causal & dilated(3)',
  '!causal & dilated(4) | sink(2)',
  'causal & !padding(2, 3) & (chunk(8) | global(5))',
  'documents(9, 17) & !ahead(3)',
  'exact(5, 3) | summaries(5, 3)',
])('%s is counted from few rows', (text) => {
  const T = 1021;
  const expression = read(text);
  const asked = new Set<string>();
  const spies = terms.all.map((term) => {
    const { row } = term;
    return vi.spyOn(term, 'row').mockImplementation((position, keys, numbers) => {
      asked.add(`${position} of ${keys}`);
      return row(position, keys, numbers);
    });
  });
  const pairs = pairsOver(expression, T);
  spies.forEach((spy) => spy.mockRestore());
  expect(asked.size).toBeGreaterThan(0);
  expect(asked.size).toBeLessThan(T / 2);
  expect(pairs).toBe(pairsOf(maskOf(expression, T)));
});
