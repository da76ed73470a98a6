import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bucketEnds,
  bucketsOf,
  firstBucket,
  gapToGlobal,
  meanLoss,
  perplexity,
} from '../../src/figures/buckets';
import { cliffOf, gathered } from '../../src/figures/distance';
import { plans } from '../../src/attention/plans';

test('buckets double in size, and the first holds everything up to 128 tokens if there are enough', () => {
  expect(bucketEnds(2048)).toEqual([128, 256, 512, 1024, 2048]);
  expect(bucketEnds(512)).toEqual([64, 128, 256, 512]);
  expect(bucketEnds(128)).toEqual([16, 32, 64, 128]);
  expect(bucketEnds(48)).toEqual([6, 12, 24, 48]);
  expect(bucketEnds(1)).toEqual([1]);
  expect(firstBucket(16_384)).toBe(128);
});

test('every position counts in one bucket, and the sums equal brute force', () => {
  const losses = fc.array(
    fc.record({ loss: fc.float({ min: 0, max: 9, noNaN: true }), n: fc.nat(5) }),
    {
      minLength: 1,
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(losses, fc.integer({ min: 1, max: 64 }), (positions, first) => {
      const given = {
        losses: positions.map(({ loss }) => loss),
        counts: positions.map(({ n }) => n),
      };
      const buckets = bucketsOf(given, first);
      expect(buckets[0]!.from).toBe(1);
      expect(buckets.at(-1)!.to).toBe(positions.length);
      for (const [i, { from, to, tokens, loss }] of buckets.entries()) {
        if (i > 0) expect(from).toBe(Math.floor(to / 2) + 1);
        const inside = positions.filter((_, t) => t + 1 >= from && t + 1 <= to);
        expect(tokens).toBe(inside.reduce((sum, { n }) => sum + n, 0));
        const sum = inside.reduce((total, position) => total + position.loss, 0);
        if (tokens > 0) expect(loss).toBeCloseTo(sum / tokens, 6);
      }
    }),
  );
});

test('the mean over all positions weighs buckets by their tokens', () => {
  const given = { losses: [4, 3, 2, 2, 1, 1, 1, 1], counts: [2, 2, 1, 1, 1, 1, 1, 1] };
  const weighted = bucketsOf(given, 2).reduce((sum, { loss, tokens }) => sum + loss * tokens, 0);
  expect(meanLoss(given)).toBeCloseTo(weighted / 10, 12);
  expect(meanLoss(given)).toBeCloseTo(1.5, 12);
});

test('the gap compares perplexities bucket by bucket, and only equal buckets', () => {
  const bucket = (from: number, to: number, loss: number) => ({ from, to, loss, tokens: 1 });
  const global = [bucket(1, 2, 1), bucket(3, 4, 0.5)];
  const other = [bucket(1, 2, 1.5), bucket(3, 4, 0.5)];
  expect(gapToGlobal(other, global)).toEqual([perplexity(1.5) - perplexity(1), 0]);
  expect(() => gapToGlobal([bucket(1, 4, 1)], global)).toThrow('different buckets');
});

test('the cliff is at the end of the stack’s reach', () => {
  const settings = {
    layers: 4,
    window: 6,
    chunk: 6,
    groupSize: 2,
    place: 'first',
    stripes: '',
  } as const;
  expect(cliffOf(plans.get('local').expand(settings), 48)).toBe(21); // 1 + 4 (6 - 1): itself and 20 before
  expect(cliffOf(plans.get('local').expand(settings), 21)).toBeUndefined();
  expect(cliffOf(plans.get('grouped').expand(settings), 48)).toBeUndefined();
  expect(cliffOf(plans.get('approximate').expand(settings), 48)).toBeUndefined();
});

test('neighbouring distances are grouped without losing a question', () => {
  const points = [1, 2, 3, 7].map((distance) => ({ distance, right: distance, questions: 10 }));
  expect(gathered(points, 3)).toEqual([
    { distance: 2, right: 6, questions: 30 },
    { distance: 7, right: 7, questions: 10 },
  ]);
});
