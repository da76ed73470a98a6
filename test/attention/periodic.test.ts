/** @file Facts about a long text derived from a short one, against every row of the long one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { maskFacts } from '../../src/attention/facts';
import { coneThrough, reach, reaches } from '../../src/attention/reach';
import { patternSpec } from '../../src/attention/registry';
import { anyExpression } from '../support/expressions';

test('the queries that read nothing and the first that reads the future are found for a long text', () => {
  fc.assert(
    fc.property(anyExpression(5), fc.integer({ min: 1, max: 300 }), (expression, T) => {
      const { row } = maskOf(expression, T);
      const rows = Array.from({ length: T }, (_, q) => [...row(q)]);
      const { future, empty } = maskFacts(patternSpec(write(expression), {}), T);
      const none = rows.flatMap((runs, q) => (runs.length === 0 ? [q] : []));
      expect(
        none.filter((q) => q - 1 !== none[none.indexOf(q) - 1]),
        'the starts of their stretches',
      ).toEqual(empty.filter((_, i) => i % 2 === 0));
      expect(empty.reduce((sum, end, i) => sum + (i % 2 === 1 ? end - empty[i - 1]! : 0), 0)).toBe(
        none.length,
      );
      const pairs = rows.flatMap((runs, q) =>
        runs.flatMap((from, i) => {
          const end = runs[i + 1]!;
          return i % 2 === 0 && end > q + 1 ? [{ query: q, key: Math.max(q + 1, from) }] : [];
        }),
      );
      expect(future).toEqual(pairs[0]);
    }),
    { numRuns: 500 },
  );
});

test('a stack reaches as far as its cone, at any length', () => {
  fc.assert(
    fc.property(
      fc.array(anyExpression(4), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      (expressions, T) => {
        const plan = expressions.map((one) => patternSpec(write(one), {}));
        const masks = expressions.map((one) => maskOf(one, T));
        const cone = coneThrough(masks, T, T - 1)[0]!;
        expect(reach(plan, T), expressions.map(write).join(' ; ')).toBe(
          cone.reduce((sum, bit) => sum + bit, 0),
        );
      },
    ),
    { numRuns: 400 },
  );
});

test.each([
  'causal & dilated(2)',
  'causal & !dilated(3)',
  'dilated(2)',
  'causal & (!dilated(3) | sink(4))',
])('%s over 16,384 tokens is examined without its millions of runs', (text) => {
  const T = 16_384;
  const layer = patternSpec(text, {});
  const { row } = maskOf(read(text), T);
  const began = performance.now();
  const { future } = maskFacts(layer, T);
  const reached = reach([layer, layer, layer, layer], T);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(future === undefined).toBe(/causal/.test(text));
  const last = row(T - 1);
  const lastReads = last.reduce((sum, end, i) => sum + (i % 2 === 1 ? end - last[i - 1]! : 0), 0);
  expect(reached).toBeGreaterThanOrEqual(lastReads);
});

test('each layer of a stack reaches what all layers up to it reach', () => {
  fc.assert(
    fc.property(
      fc.array(anyExpression(3), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      (expressions, T) => {
        const plan = expressions.map((one) => patternSpec(write(one), {}));
        expect(reaches([...plan, ...plan], T)).toEqual(
          [...plan, ...plan].map((_, last) => reach([...plan, ...plan].slice(0, last + 1), T)),
        );
      },
    ),
    { numRuns: 100 },
  );
});
