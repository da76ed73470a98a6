/** @file The initial order of an exercise: the same for a whole class, and solved by no single guess. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exerciseOf } from '../../src/lessons/exercises';
import { kinds } from '../../src/lessons/kinds';
import { DEFAULTS } from '../../src/spec/controls';
import { exercises } from './all';

const beginOf = (text: readonly string[]): readonly number[] =>
  (
    exerciseOf(
      { id: 'a', kind: 'order', ask: 'Which first?', because: 'So.', hints: ['a', 'b', 'c'], text },
      'the exercise',
      DEFAULTS,
      kinds,
    ).of as { begin: readonly number[] }
  ).begin;

const texts = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 3, maxLength: 8 });

test('every item is in it once, neither in the right order nor in its mirror image', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const begin = beginOf(text);
      const right = text.map((_, i) => i);
      expect(begin.toSorted((a, b) => a - b)).toEqual(right);
      expect(begin).not.toEqual(right);
      expect(begin).not.toEqual(right.toReversed());
    }),
  );
});

test('orders that were already neither keep the order that readers know', () => {
  const begins = exercises.flatMap(({ name, exercise: { kind, of } }) =>
    kind === 'order' ? [[name, (of as { begin: readonly number[] }).begin.join('')] as const] : [],
  );
  expect(Object.fromEntries(begins)).toMatchObject({
    '01-what-attention-costs: one-token': '2103',
    '03-reach: hand-on': '2013',
    '06-which-layer: two-hops': '0321',
    '08-who-pays: holds': '102',
    '10-longer-contexts: order-perplexity': '0312',
  });
  for (const [name, begin] of begins) expect(begin, name).not.toMatch(/^(4?3)?210$/);
});
