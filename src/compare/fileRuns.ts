/** @file The results of runs in the file of a comparison, written and read: steps, validations, evaluation. */
import {
  anything,
  column,
  list,
  number,
  object,
  isWhole,
  optional,
  part,
  record,
  refine,
  whole,
  type Schema,
} from '../core/schema';
import { Place } from '../core/place';
import { scores } from '../data/readScores';
import { sliceColumns, withSlices } from './fileSlices';
import type {
  EvaluationRecord,
  History,
  RepeatRecord,
  StepRecord,
  ValidationRecord,
} from './history';

const MAX_STEPS = 1_000_000;

const STEP_COLUMNS = ['loss', 'accuracy', 'gradNorm', 'rate', 'ms'] as const;
const VALIDATION_COLUMNS = ['step', 'loss', 'accuracy', 'tokens'] as const;

const DISTANCE_COLUMNS = ['distance', 'right', 'questions'] as const;

export const writeSteps = (steps: readonly StepRecord[]) => ({
  ...columns(steps, STEP_COLUMNS),
  batch: steps.map(({ batch }) => batch),
});
export const writeEvaluation = ({ step, positions, distances, slices }: EvaluationRecord) => ({
  step,
  positions,
  distances: columns(distances, DISTANCE_COLUMNS),
  ...(slices && slices.length > 0 && { slices }),
});
export const writeValidations = (validations: readonly ValidationRecord[]) => {
  const slices = sliceColumns(validations);
  return { ...columns(validations, VALIDATION_COLUMNS), ...(slices.length > 0 && { slices }) };
};

const columns = <K extends string>(rows: readonly Record<K, number>[], names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));

export const history = (context: number): Schema<History> =>
  refine(
    object(
      {
        steps: part('the steps', steps),
        validations: anything,
        peak: optional(part('the memory', number({ min: 0 }, 'a number of bytes'))),
        evaluation: optional(part('the evaluation', evaluation(context))),
      },
      'ignored',
    ),
    (run, place) => ({ ...run, validations: validations(run, run.steps.length, place) }),
  );

export const repeat = (runs: number, context: number): Schema<RepeatRecord> =>
  refine(
    object(
      {
        run: refine(part('the run', whole()), (run, place) => {
          place.check(run < runs, `${place.what} is ${run}; there are ${runs}, counted from 0`);
          return run;
        }),
        seed: part('the seed', whole()),
        validations: anything,
        evaluation: part('the evaluation', evaluation(context)),
      },
      'ignored',
    ),
    (one, place) => ({ ...one, validations: validations(one, one.evaluation.step, place) }),
  );

/** Columns of `length` numbers each, read as rows. */
const rows =
  <K extends string>(
    names: readonly K[],
    length: number,
    say = (name: string, of: string) => `${name} of ${of}`,
  ): Schema<readonly Record<K, number>[]> =>
  (value, place) => {
    const given = record(value, place);
    const read = names.map((name) => {
      const at = place.field(name).called(say(name, place.inside));
      return column(length)(given[name], at);
    });
    const row = (i: number) => Object.fromEntries(names.map((name, n) => [name, read[n]![i]!]));
    return Array.from({ length }, (_, i) => row(i) as Record<K, number>);
  };

const steps: Schema<readonly StepRecord[]> = (value, place) => {
  const batch = place.field('batch').called(`the batches of ${place.inside}`);
  const signs = list(anything)(record(value, place)['batch'], batch);
  const { length } = signs;
  place.check(
    length <= MAX_STEPS,
    `${place.inside} has ${length} steps; ${MAX_STEPS} at most can be read`,
  );
  batch.check(
    signs.every((sign) => typeof sign === 'string' && /^[0-9a-f]{8}$/.test(sign)),
    `${batch.what} should be signs of eight hexadecimal digits`,
  );
  return rows(STEP_COLUMNS, length)(value, place).map((row, i) => ({
    step: i + 1,
    ...row,
    batch: signs[i] as string,
  }));
};

/** The validations of a run or a repeat that was trained for `last` steps; `whole` is its place. */
const validations = (
  { validations: value }: { readonly validations: unknown },
  last: number,
  whole: Place,
): readonly ValidationRecord[] =>
  part('the validations', (value, place) => {
    const given = record(value, place);
    const { length } = list(anything)(given['step'], place);
    const say = (name: string, of: string) => `validation ${name} of ${of}`;
    const all = rows(VALIDATION_COLUMNS, length, say)(given, place);
    place.check(
      all.every(
        ({ step }, i) => isWhole(step) && step <= last && (i === 0 || step > all[i - 1]!.step),
      ),
      `${place.what} should be at steps from 0 to ${last}, each later than the one before`,
    );
    const { slices } = given;
    return slices === undefined ? all : withSlices(all, slices, place.field('slices'));
  })(value, whole.field('validations'));

const evaluation = (context: number): Schema<EvaluationRecord> =>
  refine(
    object(
      {
        step: part('the step of the evaluation', whole()),
        positions: part(
          'the positions',
          object(
            {
              losses: part('the losses by position', column(context)),
              counts: part('the counts by position', column(context)),
            },
            'ignored',
          ),
        ),
        distances: part('the distances', distances(context)),
        slices: optional(anything),
      },
      'ignored',
    ),
    ({ slices, ...all }, place) => {
      if (slices === undefined) return all;
      const tokens = all.positions.counts.reduce((a, b) => a + b, 0);
      return { ...all, slices: scores(tokens)(slices, place.field('slices').ownedBy(place.what)) };
    },
  );

const distances =
  (context: number): Schema<EvaluationRecord['distances']> =>
  (value, place) => {
    const { length } = list(anything)(record(value, place)['distance'], place);
    place.check(
      length <= context,
      `${place.inside} was asked at ${length} distances; its context is ${context}`,
    );
    const points = rows(DISTANCE_COLUMNS, length)(value, place);
    points.forEach((point, i) => {
      for (const name of DISTANCE_COLUMNS) {
        const at = place.field(name).item(i, (n) => `${name} ${n} of ${place.inside}`);
        whole({ min: name === 'questions' ? 1 : 0 })(point[name], at);
      }
    });
    place.check(
      points.every(
        ({ distance, right, questions }, i) =>
          right <= questions && (i === 0 || distance > points[i - 1]!.distance),
      ),
      `${place.what} should rise, with no more right answers than questions`,
    );
    return points;
  };
