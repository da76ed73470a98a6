/** @file Reads buckets of positions from a recorded file. */
import { number, object, refine, whole, type Schema } from '../core/schema';
import type { Place } from '../core/place';
import type { Bucket } from './buckets';

interface Limits {
  readonly reach?: number; // tokens read
  readonly tokens?: number;
  readonly loss?: number;
}

export const bucket = ({
  reach = Infinity,
  tokens = Infinity,
  loss = Infinity,
}: Limits = {}): Schema<Bucket> =>
  refine(
    object({
      from: whole({ min: 1, max: reach }),
      to: whole({ max: reach }),
      tokens: whole({ min: 1, max: tokens }),
      loss: number({ min: 0, max: loss }),
    }),
    (bucket, place) => {
      whole({ min: bucket.from, max: reach })(bucket.to, place.field('to'));
      return bucket;
    },
  );

/** Checks that the buckets follow one another, from the first token of the context to the last. */
export function checkBuckets(buckets: readonly Bucket[], context: number, place: Place): void {
  let read = 0;
  for (const { from, to } of buckets) {
    place.check(
      from === read + 1,
      `${place.what}: a bucket begins at ${from}; the one before it ends at ${read}`,
    );
    read = to;
  }
  place.check(
    read === context,
    `${place.what}: the buckets end at ${read}; the context is ${context}`,
  );
}
