/**
 * @file The slices in a comparison's file. Slices were added to the format later: any part of a file may lack them, and
 * older programs can read a file that has them.
 */
import { anything, list, object } from '../core/schema';
import type { Place } from '../core/place';
import { scores, slicesOf } from '../data/readScores';
import type { ValidationRecord } from './history';

const COLUMNS = ['loss', 'accuracy', 'tokens'] as const;

/** One slice over all validations of a run; null if a validation did not score it. */
type SliceColumns = { readonly id: string } & Readonly<
  Record<(typeof COLUMNS)[number], readonly (number | null)[]>
>;

export function sliceColumns(validations: readonly ValidationRecord[]): readonly SliceColumns[] {
  const ids = new Set(validations.flatMap(({ slices = [] }) => slices.map(({ id }) => id)));
  return [...ids].map((id) => {
    const scores = validations.map(({ slices }) => slices?.find((one) => one.id === id));
    const column = (name: (typeof COLUMNS)[number]) => scores.map((score) => score?.[name] ?? null);
    return { id, loss: column('loss'), accuracy: column('accuracy'), tokens: column('tokens') };
  });
}

/** The validations with their slices, out of what sliceColumns wrote. `place` is the place of the slices. */
export function withSlices(
  validations: readonly ValidationRecord[],
  value: unknown,
  place: Place,
): readonly ValidationRecord[] {
  const { length } = validations;
  const cells = list(anything, { min: length, max: length });
  const columns = slicesOf(
    object({ id: anything, loss: cells, accuracy: cells, tokens: cells }, 'ignored'),
  )(value, place);
  return validations.map((validation, i) => {
    const rows = columns
      .map(({ id, ...of }) => ({
        id,
        loss: of.loss[i],
        accuracy: of.accuracy[i],
        tokens: of.tokens[i],
      }))
      .filter((row) => COLUMNS.some((name) => row[name] !== null))
      .map((row) => Object.fromEntries(Object.entries(row).filter(([, one]) => one !== null)));
    if (rows.length === 0) return validation;
    const at = place.ownedBy(`validation ${i + 1} of ${place.owner}`);
    return { ...validation, slices: scores(validation.tokens)(rows, at) };
  });
}
