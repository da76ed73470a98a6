/** @file The score of the tokens outside a slice, against adding them up one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { apart, restOf, type Score } from '../../src/data/rest';

/** Single scored tokens: nats, right or wrong, in the slice or not. */
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
  test('is the score of the tokens outside the slice', () => {
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

  test('from rounded numbers is never below 0, and its accuracy never above 1', () => {
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

  test('is everything if the slice is empty, and empty if the slice is everything', () => {
    const whole = { loss: 2, accuracy: 0.25, tokens: 8 };
    expect(restOf(whole, { loss: 0, accuracy: 0, tokens: 0 })).toEqual(whole);
    expect(restOf(whole, whole)).toEqual({ loss: 0, accuracy: 0, tokens: 0 });
  });

  test('has an accuracy only if the whole and the slice have one', () => {
    const slice = { loss: 1, accuracy: 1, tokens: 1 };
    expect(restOf({ loss: 2, tokens: 3 }, slice)).toEqual({ loss: 2.5, tokens: 2 });
  });

  test('of a slice with more tokens than the whole is refused', () => {
    const of = (count: number) => ({ loss: 1, accuracy: 0, tokens: count });
    expect(() => restOf(of(3), of(4))).toThrow(InputError);
    expect(() => restOf(of(3), of(4))).toThrow('the slice has 4 tokens; there are 3 in all');
  });
});

test('a slice comes with its rest, and without a score there is neither', () => {
  const whole = { loss: 2, accuracy: 0.5, tokens: 4 };
  const slice = { id: 'second-saying', loss: 1, accuracy: 1, tokens: 2 };
  expect(apart({ ...whole, slices: [slice] }, 'second-saying')).toEqual({
    slice,
    rest: { loss: 3, accuracy: 0, tokens: 2 },
  });
  expect(apart({ ...whole, slices: [slice] }, 'far-copy')).toBeUndefined();
  expect(apart(whole, 'second-saying')).toBeUndefined();
});
