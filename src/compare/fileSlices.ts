/**
 * @file The slices in a comparison's file. They are younger than the format: a file may have none, anywhere, and one that
 * has some is read by programs from before.
 */
import { Fields } from '../core/fields';
import { listOfSlices, readScores } from '../data/readScores';
import type { SliceScore } from '../data/slice';
import type { ValidationRecord } from './history';

const COLUMNS = ['loss', 'accuracy', 'tokens'] as const;

/** One slice over all validations of a run; null where one of them did not score it. */
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

/** The validations with their slices, out of what sliceColumns wrote; as they are where it wrote nothing. */
export function withSlices(
  validations: readonly ValidationRecord[],
  value: unknown,
  where: string,
): readonly ValidationRecord[] {
  if (value === undefined) return validations;
  const { length } = validations;
  const columns = listOfSlices(value, where).map((one, i) => {
    const fields = new Fields(one, `slice ${i + 1} of ${where}`);
    const [loss, accuracy, tokens] = COLUMNS.map((name) =>
      fields.list(name, { min: length, max: length }),
    );
    return { id: fields.get('id'), loss: loss!, accuracy: accuracy!, tokens: tokens! };
  });
  return validations.map((validation, i) => {
    const rows = columns
      .map(({ id, loss, accuracy, tokens }) => ({
        id,
        loss: loss[i],
        accuracy: accuracy[i],
        tokens: tokens[i],
      }))
      .filter((row) => COLUMNS.some((name) => row[name] !== null));
    if (rows.length === 0) return validation;
    const slices = readScores(rows, validation.tokens, `validation ${i + 1} of ${where}`);
    return { ...validation, slices };
  });
}

/** Slices of `tokens` tokens, one object each; undefined where there are none. */
export function readSlices(
  value: unknown,
  tokens: number,
  where: string,
): readonly SliceScore[] | undefined {
  return value === undefined ? undefined : readScores(value, tokens, where);
}
