/** @file The rest of the tokens, against adding them up one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { apart, restOf, type Score } from '../../src/data/rest';

/** Tokens as they are scored one by one: nats, right or wrong, in the slice or not. */
const tokens = fc.array(
  fc.record({
    loss: fc.double({ min: 0, max: 20, noNaN: true }),
    hit: fc.boolean(),
    in: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);
const scoreOf = (of: readonly { loss: number; hit: boolean }[]): Score => {
  const mean = (values: readonly number[]) =>
    of.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / of.length;
  return {
    loss: mean(of.map(({ loss }) => loss)),
    accuracy: mean(of.map(({ hit }) => +hit)),
    tokens: of.length,
  };
};

describe('the rest', () => {
  test('is what the tokens outside of the slice come to', () => {
    fc.assert(
      fc.property(tokens, (all) => {
        const rest = restOf(scoreOf(all), scoreOf(all.filter((token) => token.in)));
        const expected = scoreOf(all.filter((token) => !token.in));
        expect(rest.tokens).toBe(expected.tokens);
        expect(rest.loss).toBeCloseTo(expected.loss, 9);
        expect(rest.accuracy).toBeCloseTo(expected.accuracy, 9);
      }),
    );
  });

  test('of numbers that were rounded is never below 0, nor right more than always', () => {
    fc.assert(
      fc.property(tokens, (all) => {
        const rounded = (score: Score): Score => ({
          loss: Number(score.loss.toPrecision(2)),
          accuracy: Number(score.accuracy.toPrecision(2)),
          tokens: score.tokens,
        });
        const rest = restOf(
          rounded(scoreOf(all)),
          rounded(scoreOf(all.filter((token) => token.in))),
        );
        expect(rest.loss).toBeGreaterThanOrEqual(0);
        expect(rest.accuracy).toBeGreaterThanOrEqual(0);
        expect(rest.accuracy).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('is everything where the slice is empty, and nothing where it is everything', () => {
    const whole = { loss: 2, accuracy: 0.25, tokens: 8 };
    expect(restOf(whole, { loss: 0, accuracy: 0, tokens: 0 })).toEqual(whole);
    expect(restOf(whole, whole)).toEqual({ loss: 0, accuracy: 0, tokens: 0 });
  });

  test('has an accuracy only where the whole and the slice say theirs', () => {
    const slice = { loss: 1, accuracy: 1, tokens: 1 };
    expect(restOf({ loss: 2, tokens: 3 }, slice)).toEqual({ loss: 2.5, tokens: 2 });
  });

  test('of a slice with more tokens than there are is refused', () => {
    const of = (count: number) => ({ loss: 1, accuracy: 0, tokens: count });
    expect(() => restOf(of(3), of(4))).toThrow(InputError);
    expect(() => restOf(of(3), of(4))).toThrow('the slice has 4 tokens; there are 3 in all');
  });
});

test('a slice stands beside its rest, and nothing where it was not scored', () => {
  const whole = { loss: 2, accuracy: 0.5, tokens: 4 };
  const slice = { id: 'second-saying', loss: 1, accuracy: 1, tokens: 2 };
  expect(apart({ ...whole, slices: [slice] }, 'second-saying')).toEqual({
    slice,
    rest: { loss: 3, accuracy: 0, tokens: 2 },
  });
  expect(apart({ ...whole, slices: [slice] }, 'far-copy')).toBeUndefined();
  expect(apart(whole, 'second-saying')).toBeUndefined();
});
