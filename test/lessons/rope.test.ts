/** @file Rotary positions as pictures: rotations, the angles that training saw, and where angles are new. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  angleAt,
  meanCos,
  pairsOf,
  sayPair,
  sayUnseen,
  somePairs,
  TRAINED,
  TURN,
  turnOf,
} from '../../src/lessons/pictures/rope';

test('pair 0 turns by one radian per token; the last barely moves', () => {
  expect(turnOf(0, 16, TRAINED)).toBeCloseTo(TURN);
  // base^(2i/d) = 10,000^(14/16) = 10^3.5
  expect(turnOf(7, 16, TRAINED)).toBeCloseTo(TURN * 10 ** 3.5);
  expect(angleAt(3, turnOf(0, 16, TRAINED))).toBeCloseTo(3);
});

test('interpolation by s makes position s p equal to position p before', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 64 }), fc.nat(7), (p, scale, pair) => {
      const [before, after] = [turnOf(pair, 16, TRAINED), turnOf(pair, 16, { ...TRAINED, scale })];
      expect(after).toBeCloseTo(scale * before, 6);
      expect((scale * p) / after).toBeCloseTo(p / before, 9);
    }),
  );
});

describe('the angles seen in training', () => {
  const of = { context: 128, end: 512 };

  test('include all angles of the training context, for any head', () => {
    for (const d of [4, 16, 64])
      expect(
        pairsOf(d, TRAINED, { context: 128, end: 128 }).flatMap(({ unseen }) => unseen),
      ).toEqual([]);
  });

  test('include every angle for a pair that went round; a slow one meets new ones right after', () => {
    const pairs = pairsOf(16, TRAINED, of);
    expect(pairs.map(({ seen }) => seen === 1)).toEqual([
      ...Array<boolean>(3).fill(true),
      ...Array<boolean>(5).fill(false),
    ]);
    for (const { unseen } of pairs.slice(3)) expect(unseen[0]![0]).toBeCloseTo(128);
  });

  test('cover everything with interpolation by the growth of the context, or with a large enough base', () => {
    const news = (now: typeof TRAINED) =>
      pairsOf(16, now, { context: 128, end: 512 }).filter(({ unseen }) => unseen.length > 0).length;
    expect(news(TRAINED)).toBe(5);
    expect(news({ ...TRAINED, scale: 4 })).toBe(0);
    // NTK-aware: 10,000 · 4^(16/14) slows the slowest by 4 and the fast ones less.
    expect(news({ ...TRAINED, base: 10_000 * 4 ** (16 / 14) })).toBeLessThan(5);
  });

  test('exclude the angles of every stretch marked as new, and of no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1_000_000 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 8, max: 256 }),
        (base, scale, context) => {
          const wrong: number[] = [];
          const of = { context, end: 4 * context };
          for (const { turn, seen, unseen } of pairsOf(16, { base, scale }, of)) {
            for (let p = 0; p <= of.end; p++) {
              const part = (p / turn) % 1;
              // On a border rounding decides.
              if ([0, 1, seen].some((border) => Math.abs(part - border) < 1e-6)) continue;
              const inside = unseen.some(([from, to]) => p > from && p < to + 1e-9);
              if (inside !== part > seen) wrong.push(p);
            }
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('a pixel shows the mean over its positions', () => {
  expect(meanCos(5, 5, 20)).toBeCloseTo(Math.cos(angleAt(5, 20)));
  expect(meanCos(0, 20, 20)).toBeCloseTo(0); // a whole turn
  const sum = Array.from({ length: 1000 }, (_, i) => Math.cos(angleAt(3 + i / 1000, 7))).reduce(
    (a, b) => a + b,
  );
  expect(meanCos(3, 4, 7)).toBeCloseTo(sum / 1000, 2);
});

test('of many pairs some are shown, including the first and the last', () => {
  const pairs = pairsOf(128, TRAINED, { context: 64, end: 64 });
  const shown = somePairs(pairs, 16);
  expect(shown).toHaveLength(16);
  expect([shown[0]!.pair, shown.at(-1)!.pair]).toEqual([0, 63]);
  expect(somePairs(pairs.slice(0, 8), 16)).toHaveLength(8);
});

test('the picture is described in words', () => {
  const pairs = pairsOf(16, TRAINED, { context: 128, end: 512 });
  expect(sayPair(pairs[4]!)).toBe(
    'Pair 4 turns once in 628 tokens; in training it saw 20 % of a turn.',
  );
  expect(sayPair(pairs[0]!)).toBe(
    'Pair 0 turns once in 6.3 tokens; in training it saw every angle.',
  );
  expect(sayUnseen(pairs, 512)).toBe(
    'Up to position 512, 5 of 8 pairs reach angles that they never saw in training, the first at position 128.',
  );
  expect(sayUnseen(pairsOf(16, { ...TRAINED, scale: 4 }, { context: 128, end: 512 }), 512)).toBe(
    'Up to position 512 no pair reaches an angle that it did not see in training.',
  );
});
