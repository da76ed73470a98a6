/** @file The scores of slices as somebody else wrote them: in a comparison's file, in a recording. One check for both. */
import { check } from '../core/check';
import { Fields } from '../core/fields';
import type { SliceScore } from './slice';

/** More than there are, in this version and in those to come. */
const MOST_SLICES = 32;
const LONGEST_ID = 40; // characters
const LARGEST_LOSS = 1e9; // nats per token; the loss of guessing is below 5

/**
 * One score of each slice of `tokens` tokens. Throws InputError where one is not a score, has more tokens than there
 * are in all, or is there twice; `exact`: or holds anything else, which a later version may add. `where` names the
 * whole: 'slice 2 of `where`'.
 */
export function readScores(
  value: unknown,
  tokens: number,
  where: string,
  { least = 1, exact = false }: { readonly least?: 0 | 1; readonly exact?: boolean } = {},
): readonly SliceScore[] {
  const rows = listOfSlices(value, where, least);
  const scores = rows.map((row, i) => {
    const fields = new Fields(row, `slice ${i + 1} of ${where}`);
    const id = fields.string('id');
    check(
      id.length <= LONGEST_ID,
      `the id of slice ${i + 1} of ${where} has ${id.length} characters; ${LONGEST_ID} at most can be read`,
    );
    const score = {
      id,
      loss: fields.number('loss', { min: 0, max: LARGEST_LOSS }),
      accuracy: fields.number('accuracy', { min: 0, max: 1 }),
      tokens: fields.whole('tokens', { min: 0, max: tokens }),
    };
    if (exact) fields.end();
    return score;
  });
  check(
    new Set(scores.map(({ id }) => id)).size === scores.length,
    `${where} has a slice twice; each should be there once`,
  );
  return scores;
}

export function listOfSlices(value: unknown, where: string, least = 1): readonly unknown[] {
  return new Fields({ slices: value }, where).list('slices', { min: least, max: MOST_SLICES });
}
