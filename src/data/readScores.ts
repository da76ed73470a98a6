/** @file Reads the scores of slices from outside: from a comparison's file or a recording. One schema for both. */
import { list, number, object, text, refine, whole, type Schema } from '../core/schema';
import type { SliceScore } from './slice';

/** Maximum number of slices in a file: more than exist in this version, or are likely in a later one. */
const MAX_SLICES = 32;
const LONGEST_ID = 40; // characters
const LARGEST_LOSS = 1e9; // nats per token; the loss of guessing is below 5

const sliceId: Schema<string> = refine(text(), (id, place) => {
  place.check(
    id.length <= LONGEST_ID,
    `the ${place.what} has ${id.length} characters; ${LONGEST_ID} at most can be read`,
  );
  return id;
});

const loss = number({ min: 0, max: LARGEST_LOSS });
const accuracy = number({ min: 0, max: 1 });

/** A list with an entry for each slice; messages call an entry 'slice 2 of' and the list's owner. */
export const slicesOf = <T>(entry: Schema<T>, min: 0 | 1 = 1): Schema<readonly T[]> =>
  list(entry, { min, max: MAX_SLICES, each: (n, of) => `slice ${n} of ${of}` });

/**
 * The scores of the slices of `tokens` tokens: none has more tokens than there are in all, and none appears twice. With
 * `exact`, a slice may be empty, and unknown fields are refused, which a later version may have added.
 */
export const scores = (
  tokens: number,
  { exact = false }: { readonly exact?: boolean } = {},
): Schema<readonly SliceScore[]> =>
  refine(
    slicesOf(
      object(
        { id: sliceId, loss, accuracy, tokens: whole({ max: tokens }) },
        exact ? 'refused' : 'ignored',
      ),
      exact ? 0 : 1,
    ),
    (all, place) => {
      const once = new Set(all.map(({ id }) => id)).size === all.length;
      place.check(once, `${place.owner} has a slice twice; each should be there once`);
      return all;
    },
  );
