import { expect, test } from 'vitest';
import { beyondWords, longestWords } from '../../src/app/planner/fitWords';

const FIT = { room: 1, longest: 40_000, most: 10_000_000, causal: true, made: undefined };

test('the longest context is what memory holds', () => {
  expect(longestWords(FIT)).toBe('40,000');
  expect(longestWords({ ...FIT, longest: FIT.most })).toBe('over 10.0 M');
});

test('it is not longer than what the model was made for, and the words say so', () => {
  const fit = { ...FIT, made: 32_768 };
  expect(longestWords(fit)).toBe('32,768');
  expect(beyondWords(fit)).toBe('; the model’s own limit (memory would hold 40,000)');
});

test('a model made for more than memory holds gets no more words', () => {
  const fit = { ...FIT, made: 131_072 };
  expect(longestWords(fit)).toBe('40,000');
  expect(beyondWords(fit)).toBe('');
  expect(beyondWords(FIT)).toBe('');
});

test('without room there is no context, and without a cache there is no longest', () => {
  expect(longestWords({ ...FIT, room: 0 })).toBe('none');
  expect(longestWords({ ...FIT, causal: false })).toBe('any: it keeps no cache');
  expect(beyondWords({ ...FIT, causal: false, made: 512 })).toBe('; made for 512');
});
