/**
 * @file Perplexity by length: positions grouped into buckets that double, x/2 + 1 … x tokens read.
 *
 * Bucket x of a curve says how well a token is predicted after reading between x/2 + 1 and x tokens of the
 * sequence, the latest included. The first bucket holds everything up to its end.
 */
import { check } from '../core/check';

/** Losses by position: entry t is the loss of the token predicted after reading t + 1 tokens. */
export interface PositionLosses {
  readonly losses: ArrayLike<number>; // nats, summed over the scored tokens
  readonly counts: ArrayLike<number>; // scored tokens
}

export interface Bucket {
  readonly from: number; // tokens read, at least
  readonly to: number; // tokens read, at most
  readonly tokens: number; // scored tokens behind the number
  readonly loss: number; // nats per token; perplexity is its exponential
}

/** Up to this many tokens read are one bucket, if the context is long enough. */
const FIRST = 128;
/** Minimum number of buckets, for a short context. */
const LEAST = 4;

/** End of a context's first bucket: 128 tokens, or less if that would leave fewer than four buckets. */
export const firstBucket = (T: number): number =>
  Math.max(1, Math.min(FIRST, Math.floor(T / 2 ** (LEAST - 1))));

/** The ends of the buckets, the longest last. */
export function bucketEnds(T: number, first = firstBucket(T)): readonly number[] {
  check(
    Number.isSafeInteger(T) && T >= 1,
    `the context is ${T}; it should be a whole number of tokens, 1 or more`,
  );
  const ends: number[] = [];
  let x = T;
  while (x > first) {
    ends.unshift(x);
    x = Math.floor(x / 2);
  }
  return [x, ...ends];
}

export function bucketsOf(
  { losses, counts }: PositionLosses,
  first = firstBucket(losses.length),
): readonly Bucket[] {
  check(
    losses.length === counts.length,
    `there are losses of ${losses.length} positions and counts of ${counts.length}; there should be as many`,
  );
  let from = 1;
  return bucketEnds(losses.length, first).map((to) => {
    let [loss, tokens] = [0, 0];
    for (let read = from; read <= to; read++) {
      loss += losses[read - 1]!;
      tokens += counts[read - 1]!;
    }
    const bucket = { from, to, tokens, loss: loss / tokens };
    from = to + 1;
    return bucket;
  });
}

/** Nats per token over all positions. */
export function meanLoss({ losses, counts }: PositionLosses): number {
  const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);
  return sum(losses) / sum(counts);
}

export const perplexity = (loss: number): number => Math.exp(loss);

/** How far the perplexity is above that of global attention, bucket by bucket, for the same buckets. */
export function gapToGlobal(plan: readonly Bucket[], global: readonly Bucket[]): readonly number[] {
  check(
    plan.length === global.length && plan.every(({ to }, i) => to === global[i]!.to),
    'the two runs have different buckets; only runs of the same context can be compared',
  );
  return plan.map(({ loss }, i) => perplexity(loss) - perplexity(global[i]!.loss));
}
