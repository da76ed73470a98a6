/** @file Why a cell of a mask is open or blocked, in the words the lessons have taught, never in code. */
import { describe, expect, test } from 'vitest';
import { read } from '../../src/attention/parse';
import { sayBecause } from '../../src/lessons/because';
import { kinds } from '../../src/lessons/kinds';
import { exercises } from './all';

test.each([
  ['causal', 6, 6, 'a token reads itself and everything before it'],
  ['causal', 6, 7, 'key 7 comes later'],
  ['causal & window(3)', 6, 6, 'a token reads its window of 3'],
  ['causal & window(3)', 6, 2, 'key 2 is outside the window of 3'],
  ['causal & window(3)', 6, 7, 'key 7 comes later'],
  ['causal & (window(3) | sink(1))', 6, 0, 'a token reads its window of 3 and the first token'],
  ['causal & (window(3) | sink(1))', 6, 2, 'key 2 is outside the window of 3 and the first token'],
  ['causal & documents(4)', 6, 2, 'key 2 is outside the query’s own document'],
])('%s, query %i, key %i: %s', (mask, query, key, words) => {
  expect(sayBecause(read(mask), query, key, 9)).toBe(words);
});

describe.each(
  exercises
    .filter(({ exercise }) => ['paint', 'bug'].includes(exercise.kind))
    .map((one) => [one.name, one] as const),
)('%s', (_, { exercise }) => {
  test('describes errors without the names of terms in code', () => {
    const kind = kinds.get(exercise.kind);
    const world = { specs: [], results: [] };
    for (const { answer } of kind.wrong(exercise.of, world)) {
      const { says } = kind.check(exercise.of, answer, world);
      expect(says).toContain('because');
      expect(says).not.toMatch(/causal|\w\(\d|since/);
    }
  });
});
