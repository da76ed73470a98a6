/**
 * @file A comparison as a file: its settings, its machine, every number it produced, and some pictures.
 * No weights. Reading is strict: a file is accepted as a whole or refused in one sentence.
 */
import type { KernelId } from '../spec/cost';
import { check } from '../core/check';
import {
  anything,
  called,
  column,
  list,
  number,
  object,
  oneOf,
  isWhole,
  only,
  optional,
  part,
  parseJson,
  Place,
  record,
  text,
  refine,
  whole,
  words,
  type Schema,
  type TypeOf,
} from '../core/schema';
import { formatBytes } from '../core/units';
import { scores } from '../data/readScores';
import { checkRun } from '../spec/check';
import { settings, SETTINGS } from '../spec/settings';
import {
  MIN_RUNS,
  LONGEST_NAME,
  MAX_RUNS,
  OWN,
  specsOf,
  tidyName,
  type Comparison,
  type Entry,
} from './comparison';
import { sliceColumns, withSlices } from './fileSlices';
import type {
  EvaluationRecord,
  History,
  RepeatRecord,
  StepRecord,
  ValidationRecord,
} from './history';
import { LETTERS, lettersOf, LONGEST_PICTURE, type Pictures } from './pictures';

const FORMAT = 'zebra-lab-comparison';
const VERSION = 2;
/** The maximum number of steps: more than a page can train in a day. */
const LARGEST = 64 * 2 ** 20; // characters
const MAX_STEPS = 1_000_000;

/** Same ids as KernelId. */
const KERNELS = Object.keys({
  gpu: 0,
  softwareGpu: 0,
  simd: 0,
  host: 0,
  composed: 0,
} satisfies Record<KernelId, 0>) as readonly KernelId[];
const short = text({ longest: 200, empty: true });
const machine = object(
  {
    name: short, // webgpu, wasm, cpu
    device: short,
    kernel: oneOf(KERNELS), // what "FLOPs done" counts
  },
  'ignored',
);
type Machine = TypeOf<typeof machine>;

export interface Saved {
  readonly comparison: Comparison;
  readonly machine: Machine;
  readonly program: string; // version of Zebra Lab
  readonly made: string; // YYYY-MM-DD
  readonly histories: readonly History[]; // one per run
  /** The same runs from other seeds. */
  readonly repeats: readonly RepeatRecord[];
  readonly pictures?: Pictures;
  /** The user's own text, if the runs train on it. */
  readonly text?: string;
}

const STEP_COLUMNS = ['loss', 'accuracy', 'gradNorm', 'rate', 'ms'] as const;
const VALIDATION_COLUMNS = ['step', 'loss', 'accuracy', 'tokens'] as const;

export function writeFile(saved: Saved): string {
  const { comparison, machine, program, made, histories, repeats, pictures, text } = saved;
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    program,
    made,
    machine,
    ...(text !== undefined && { text }),
    shared: comparison.shared,
    runs: comparison.runs.map(({ name, own }, i) => {
      const { steps, validations, peak, evaluation } = histories[i]!;
      return {
        ...(name && { name }),
        own,
        ...(peak !== undefined && { peak }),
        steps: {
          ...columns(steps, STEP_COLUMNS),
          batch: steps.map(({ batch }) => batch),
        },
        validations: writeValidations(validations),
        ...(evaluation && { evaluation: writeEvaluation(evaluation) }),
      };
    }),
    repeats: repeats.map(({ validations, evaluation, ...repeat }) => ({
      ...repeat,
      validations: writeValidations(validations),
      evaluation: writeEvaluation(evaluation),
    })),
    ...(pictures && { pictures }),
  });
}

const DISTANCE_COLUMNS = ['distance', 'right', 'questions'] as const;
const writeEvaluation = ({ step, positions, distances, slices }: EvaluationRecord) => ({
  step,
  positions,
  distances: columns(distances, DISTANCE_COLUMNS),
  ...(slices && slices.length > 0 && { slices }),
});
const writeValidations = (validations: readonly ValidationRecord[]) => {
  const slices = sliceColumns(validations);
  return { ...columns(validations, VALIDATION_COLUMNS), ...(slices.length > 0 && { slices }) };
};

const columns = <K extends string>(rows: readonly Record<K, number>[], names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));

/** Throws InputError, and nothing else, for anything that is not such a file. */
export function readFile(json: string): Saved {
  check(
    json.length <= LARGEST,
    `the file is larger than ${formatBytes(LARGEST)}; a comparison saved by this page is smaller`,
  );
  const value = parseJson(
    json,
    'the file is not complete JSON; open a file written by Save and copied in full',
  );
  return file(value, new Place('the file', undefined, '', ''));
}

// ------------------------------------------------------------------------------------------------------ the format

const head = object(
  {
    format: only(
      FORMAT,
      () =>
        `the file is not a comparison: its format should be '${FORMAT}'; open a file written by Save`,
    ),
    version: only(
      VERSION,
      (shown) => `the file is of version ${shown}; this page reads version ${VERSION}`,
    ),
    shared: refine(called('shared', settings(SETTINGS)), (shared) => {
      checkRun({ ...shared, plan: 'global' }); // checked before anything of the claimed length is allocated
      return shared;
    }),
    runs: called('runs', list(anything)),
  },
  'ignored',
);

const file: Schema<Saved> = (value, place) => {
  const { shared, runs } = head(value, place);
  check(
    runs.length >= MIN_RUNS && runs.length <= MAX_RUNS,
    `the file has ${runs.length} runs; it should have ${MIN_RUNS} to ${MAX_RUNS}`,
  );
  const each = <T>(entry: Schema<T>) => list(entry, { each: (n) => `run ${n}` });
  const at = place.field('runs');
  const comparison = { shared, runs: each(entry)(runs, at) };
  for (const spec of specsOf(comparison)) checkRun(spec);
  const { context } = shared;
  const rest = object(
    {
      machine: called('the machine', machine),
      program: called('the program', words),
      made: called('the day it was made', words),
      repeats: called(
        'repeats',
        list(repeat(runs.length, context), { each: (n) => `repeat ${n}` }),
      ),
      pictures: optional(called('the pictures', pictures(comparison))),
      text: optional(called('the text', ownText)),
    },
    'ignored',
  );
  return { comparison, histories: each(history(context))(runs, at), ...rest(value, place) };
};

const ownText = text({ longest: LARGEST, empty: true, should: 'the text itself, or left out' });

const entry: Schema<Entry> = object(
  {
    name: optional((value, place) => {
      place.check(
        typeof value === 'string' && tidyName(value) === value,
        `the ${place.what} should be a line of ${LONGEST_NAME} characters at most`,
      );
      return value as string;
    }),
    own: called((of) => of, settings(OWN)),
  },
  'ignored',
);

const history = (context: number): Schema<History> =>
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

const repeat = (runs: number, context: number): Schema<RepeatRecord> =>
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

function pictures({ shared, runs }: Comparison): Schema<Pictures> {
  const { context, layers, heads } = shared;
  const letters = lettersOf(context, layers * heads);
  const moment = refine(
    object({ step: part('the step', whole()), runs: part('the runs', list(anything)) }, 'ignored'),
    ({ step, runs: maps }, place) => {
      const isMap = (map: unknown): map is string | null =>
        map === null || (typeof map === 'string' && map.length === letters && LETTERS.test(map));
      const fits = maps.length === runs.length && maps.every(isMap);
      place.check(
        fits,
        `${place.what} should have ${runs.length} runs of ${letters} letters, or null`,
      );
      return { step, runs: maps.filter(isMap) };
    },
  );
  const read = object(
    {
      tokens: part('the tokens', labels(context)),
      begins: optional(part('the documents', begins(context))),
      moments: called('the pictures', list(moment, { each: (n) => `picture ${n}` })),
    },
    'ignored',
  );
  return (value, place) => {
    place.check(
      context <= LONGEST_PICTURE,
      `the file has pictures of ${context} tokens; they are kept for ${LONGEST_PICTURE} at most`,
    );
    const all = read(value, place);
    all.moments.forEach(({ step }, i) => {
      const before = i === 0 ? -1 : all.moments[i - 1]!.step;
      place
        .field('moments')
        .item(i)
        .check(
          step > before,
          `picture ${i + 1} is of step ${step}; it should be later than ${before}`,
        );
    });
    return all;
  };
}

const labels =
  (context: number): Schema<readonly string[]> =>
  (value, place) => {
    const all = list(anything)(value, place);
    const isLabel = (one: unknown): one is string => typeof one === 'string' && one.length <= 8;
    place.check(
      all.length === context && all.every(isLabel),
      `${place.what} should be ${context} short labels`,
    );
    return all.filter(isLabel);
  };

/** Tokens at which documents begin, except the first document. */
const begins = (context: number): Schema<readonly number[]> =>
  refine(
    list(whole({ min: 1 }), { each: () => 'where a document of the pictures begins' }),
    (all, place) => {
      place.check(
        all.every((at, i) => at < context && (i === 0 || at > all[i - 1]!)),
        `documents of the pictures should begin at tokens below ${context}, in order`,
      );
      return all;
    },
  );
