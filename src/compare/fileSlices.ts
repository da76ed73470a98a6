/**
 * @file The slices in a comparison's file. They are younger than the format: a file may have none, anywhere, and one that
 * has some is read by programs from before.
 */
import { check } from '../core/check';
import { Fields } from '../core/fields';
import type { SliceScore } from '../data/slice';
import type { ValidationRecord } from './history';

/** More than there are, in this version and in those to come. */
const MOST_SLICES = 32;
const LONGEST_ID = 40; // characters
const LARGEST_LOSS = 1e9; // nats per token; the loss of guessing is below 5
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
  const columns = listOf(value, where).map((one, i) => {
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
    const slices = scoresOf(rows, validation.tokens, `validation ${i + 1} of ${where}`);
    return slices.length > 0 ? { ...validation, slices } : validation;
  });
}

/** Slices of `tokens` tokens, one object each; undefined where there are none. */
export function readSlices(
  value: unknown,
  tokens: number,
  where: string,
): readonly SliceScore[] | undefined {
  const slices = value === undefined ? [] : scoresOf(listOf(value, where), tokens, where);
  return slices.length > 0 ? slices : undefined;
}

function scoresOf(rows: readonly unknown[], tokens: number, where: string): SliceScore[] {
  const scores = rows.map((row, i) => {
    const fields = new Fields(row, `slice ${i + 1} of ${where}`);
    const id = fields.string('id');
    check(
      id.length <= LONGEST_ID,
      `the id of slice ${i + 1} of ${where} has ${id.length} characters; ${LONGEST_ID} at most can be read`,
    );
    return {
      id,
      loss: fields.number('loss', { min: 0, max: LARGEST_LOSS }),
      accuracy: fields.number('accuracy', { min: 0, max: 1 }),
      tokens: fields.whole('tokens', { min: 0, max: tokens }),
    };
  });
  check(
    new Set(scores.map(({ id }) => id)).size === scores.length,
    `${where} has a slice twice; each should be there once`,
  );
  return scores;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  return new Fields({ slices: value }, where).list('slices', { min: 1, max: MOST_SLICES });
}
