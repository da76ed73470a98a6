/**
 * @file A comparison as a file: what was asked, on which machine, every number that came of it, and some pictures.
 * No weights. Reading is strict: a file is taken whole or refused in one sentence.
 */
import type { KernelId } from '../attention/kernels';
import { check, InputError } from '../core/check';
import { shown } from '../core/fields';
import { formatBytes } from '../core/units';
import { checkRun } from '../spec/check';
import { DEFAULTS, withAdded, type RunSpec } from '../spec/run';
import {
  LEAST_RUNS,
  LONGEST_NAME,
  MOST_RUNS,
  OWN,
  specsOf,
  tidyName,
  type Comparison,
  type Entry,
  type Own,
} from './comparison';
import { readSlices, sliceColumns, withSlices } from './fileSlices';
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
/** Longer than any comparison a page can train in a day. */
const LARGEST = 64 * 2 ** 20; // characters
const MOST_STEPS = 1_000_000;

interface Machine {
  readonly name: string; // webgpu, wasm, cpu
  readonly device: string;
  readonly kernel: KernelId; // what 'FLOPs done' counts
}

export interface Saved {
  readonly comparison: Comparison;
  readonly machine: Machine;
  readonly program: string; // version of Zebra Lab
  readonly made: string; // YYYY-MM-DD
  readonly histories: readonly History[]; // one per run
  /** The same runs from other seeds. */
  readonly repeats: readonly RepeatRecord[];
  readonly pictures?: Pictures;
  /** The person's own text, where that is what they train on. */
  readonly text?: string;
}

/** As KernelId lists them. */
const KERNELS: readonly string[] = ['gpu', 'softwareGpu', 'simd', 'host'] satisfies KernelId[];
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

/** Throws InputError, and nothing else, for whatever is not such a file. */
export function readFile(text: string): Saved {
  check(
    text.length <= LARGEST,
    `the file is larger than ${formatBytes(LARGEST)}; a comparison saved by this page is smaller`,
  );
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(
      'the file is not complete JSON; open a file written by Save and copied in full',
    );
  }
  const file = record(data, 'the file');
  check(
    file['format'] === FORMAT,
    `the file is not a comparison: its format should be '${FORMAT}'; open a file written by Save`,
  );
  check(
    file['version'] === VERSION,
    `the file is of version ${shown(file['version'])}; this page reads version ${VERSION}`,
  );
  const shared = settings<RunSpec>(file['shared'], DEFAULTS, 'shared');
  checkRun({ ...shared, plan: 'global' }); // before anything is made as long as it says
  const runs = list(file['runs'], 'runs');
  check(
    runs.length >= LEAST_RUNS && runs.length <= MOST_RUNS,
    `the file has ${runs.length} runs; it should have ${LEAST_RUNS} to ${MOST_RUNS}`,
  );
  const entries = runs.map((run, i) => entryOf(run, `run ${i + 1}`));
  const comparison = { shared, runs: entries };
  for (const spec of specsOf(comparison)) checkRun(spec);
  const histories = runs.map((run, i) => historyOf(run, `run ${i + 1}`, shared.context));
  const { pictures, text: own } = file;
  check(
    own === undefined || typeof own === 'string',
    `the text is ${shown(own)}; it should be the text itself, or left out`,
  );
  return {
    comparison,
    machine: machineOf(file['machine']),
    program: words(file['program'], 'the program'),
    made: words(file['made'], 'the day it was made'),
    histories,
    repeats: list(file['repeats'], 'repeats').map((value, i) =>
      repeatOf(value, `repeat ${i + 1}`, runs.length, shared.context),
    ),
    ...(pictures !== undefined && { pictures: picturesOf(pictures, comparison) }),
    ...(own !== undefined && { text: own }),
  };
}

function words(value: unknown, what: string): string {
  check(
    typeof value === 'string' && value !== '' && value.length <= 200,
    `${what} is ${shown(value)}; it should be a few words`,
  );
  return value;
}

function repeatOf(value: unknown, where: string, runs: number, context: number): RepeatRecord {
  const repeat = record(value, where);
  const run = whole(repeat['run'], 0, `the run of ${where}`);
  check(run < runs, `the run of ${where} is ${run}; there are ${runs}, counted from 0`);
  const evaluation = evaluationOf(repeat['evaluation'], where, context);
  return {
    run,
    seed: whole(repeat['seed'], 0, `the seed of ${where}`),
    validations: validationsOf(repeat['validations'], where, evaluation.step),
    evaluation,
  };
}

function evaluationOf(value: unknown, where: string, context: number): EvaluationRecord {
  const evaluation = record(value, `the evaluation of ${where}`);
  const positions = record(evaluation['positions'], `the positions of ${where}`);
  const distances = record(evaluation['distances'], `the distances of ${where}`);
  const asked = list(distances['distance'], `the distances of ${where}`).length;
  check(asked <= context, `${where} was asked at ${asked} distances; its context is ${context}`);
  const of = Object.fromEntries(
    DISTANCE_COLUMNS.map((name) => [name, numbers(distances[name], asked, `${name} of ${where}`)]),
  );
  const points = of['distance']!.map((distance, i) => ({
    distance: whole(distance, 0, `distance ${i + 1} of ${where}`),
    right: whole(of['right']![i], 0, `right ${i + 1} of ${where}`),
    questions: whole(of['questions']![i], 1, `questions ${i + 1} of ${where}`),
  }));
  check(
    points.every(
      ({ distance, right, questions }, i) =>
        right <= questions && (i === 0 || distance > points[i - 1]!.distance),
    ),
    `the distances of ${where} should rise, with no more right answers than questions`,
  );
  const counts = numbers(positions['counts'], context, `the counts by position of ${where}`);
  const slices = readSlices(
    evaluation['slices'],
    counts.reduce((a, b) => a + b, 0),
    `the evaluation of ${where}`,
  );
  return {
    step: whole(evaluation['step'], 0, `the step of the evaluation of ${where}`),
    positions: {
      losses: numbers(positions['losses'], context, `the losses by position of ${where}`),
      counts,
    },
    distances: points,
    ...(slices && { slices }),
  };
}

function whole(value: unknown, least: number, what: string): number {
  check(
    Number.isSafeInteger(value) && (value as number) >= least,
    `${what} is ${shown(value)}; it should be a whole number, ${least} or more`,
  );
  return value as number;
}

function picturesOf(value: unknown, comparison: Comparison): Pictures {
  const { tokens, moments, begins } = record(value, 'the pictures');
  const { context, layers, heads } = comparison.shared;
  check(
    context <= LONGEST_PICTURE,
    `the file has pictures of ${context} tokens; they are kept for ${LONGEST_PICTURE} at most`,
  );
  const labels = list(tokens, 'the tokens of the pictures');
  check(
    labels.length === context &&
      labels.every((label) => typeof label === 'string' && label.length <= 8),
    `the tokens of the pictures should be ${context} short labels`,
  );
  const borders =
    begins === undefined
      ? undefined
      : list(begins, 'the documents of the pictures').map((at) =>
          whole(at, 1, 'where a document of the pictures begins'),
        );
  check(
    borders === undefined ||
      borders.every((at, i) => at < context && (i === 0 || at > borders[i - 1]!)),
    `documents of the pictures should begin at tokens below ${context}, in order`,
  );
  const letters = lettersOf(context, layers * heads);
  let before = -1;
  return {
    tokens: labels as string[],
    ...(borders && { begins: borders }),
    moments: list(moments, 'the pictures').map((entry, i) => {
      const moment = record(entry, `picture ${i + 1}`);
      const step = whole(moment['step'], 0, `the step of picture ${i + 1}`);
      check(
        step > before,
        `picture ${i + 1} is of step ${step}; it should be later than ${before}`,
      );
      before = step;
      const runs = list(moment['runs'], `the runs of picture ${i + 1}`);
      check(
        runs.length === comparison.runs.length &&
          runs.every(
            (run) =>
              run === null ||
              (typeof run === 'string' && run.length === letters && LETTERS.test(run)),
          ),
        `picture ${i + 1} should have ${comparison.runs.length} runs of ${letters} letters, or null`,
      );
      return { step, runs: runs as (string | null)[] };
    }),
  };
}

function entryOf(value: unknown, where: string): Entry {
  const run = record(value, where);
  const own = settings<Own>(
    run['own'],
    Object.fromEntries(OWN.map((name) => [name, DEFAULTS[name]])) as unknown as Own,
    where,
  );
  const { name } = run;
  if (name === undefined) return { own };
  check(
    typeof name === 'string' && tidyName(name) === name,
    `the name of ${where} should be a line of ${LONGEST_NAME} characters at most`,
  );
  return { name, own };
}

/** Every setting, of its kind, and none besides; what values may be is checkRun's to say. */
function settings<T extends object>(value: unknown, like: T, where: string): T {
  const known = Object.keys(like);
  const given = record(withAdded(value, known), `the settings of ${where}`);
  for (const name of known) {
    const type = typeof like[name as keyof T];
    check(
      typeof given[name] === type && Object.hasOwn(given, name),
      `${name} of ${where} is ${shown(given[name])}; it should be a ${type}`,
    );
  }
  const extra = Object.keys(given).find((name) => !known.includes(name));
  check(extra === undefined, `${shown(extra)} of ${where} is not a setting of this version`);
  return Object.fromEntries(known.map((name) => [name, given[name]])) as T;
}

function machineOf(value: unknown): Machine {
  const { name, device, kernel } = record(value, 'machine');
  const short = (text: unknown): text is string => typeof text === 'string' && text.length <= 200;
  check(short(name) && short(device), 'the machine should have a name and a device, in words');
  check(
    typeof kernel === 'string' && KERNELS.includes(kernel),
    `the kernel of the machine is ${shown(kernel)}; it should be one of ${KERNELS.join(', ')}`,
  );
  return { name, device, kernel: kernel as KernelId };
}

function historyOf(value: unknown, where: string, context: number): History {
  const run = record(value, where);
  const steps = record(run['steps'], `the steps of ${where}`);
  const batch = list(steps['batch'], `the batches of ${where}`);
  const { length } = batch;
  check(length <= MOST_STEPS, `${where} has ${length} steps; ${MOST_STEPS} at most can be read`);
  check(
    batch.every((sign) => typeof sign === 'string' && /^[0-9a-f]{8}$/.test(sign)),
    `the batches of ${where} should be signs of eight hexadecimal digits`,
  );
  const of = Object.fromEntries(
    STEP_COLUMNS.map((name) => [name, numbers(steps[name], length, `${name} of ${where}`)]),
  );
  const { peak, evaluation } = run;
  check(
    peak === undefined || (typeof peak === 'number' && peak >= 0),
    `the memory of ${where} is ${shown(peak)}; it should be a number of bytes`,
  );
  return {
    steps: batch.map(
      (sign, i) =>
        ({ step: i + 1, ...row(of, STEP_COLUMNS, i), batch: sign }) as unknown as StepRecord,
    ),
    validations: validationsOf(run['validations'], where, length),
    ...(peak !== undefined && { peak }),
    ...(evaluation !== undefined && { evaluation: evaluationOf(evaluation, where, context) }),
  };
}

const row = (columns: Record<string, readonly number[]>, names: readonly string[], i: number) =>
  Object.fromEntries(names.map((name) => [name, columns[name]![i]!]));

function validationsOf(value: unknown, where: string, last: number): readonly ValidationRecord[] {
  const validations = record(value, `the validations of ${where}`);
  const held = list(validations['step'], `the validations of ${where}`).length;
  const valid = Object.fromEntries(
    VALIDATION_COLUMNS.map((name) => [
      name,
      numbers(validations[name], held, `validation ${name} of ${where}`),
    ]),
  );
  const at = valid['step']!;
  check(
    at.every(
      (step, i) =>
        Number.isInteger(step) && step >= 0 && step <= last && (i === 0 || step > at[i - 1]!),
    ),
    `the validations of ${where} should stand at steps from 0 to ${last}, each later than the one before`,
  );
  const all = at.map((_, i) => row(valid, VALIDATION_COLUMNS, i) as unknown as ValidationRecord);
  return withSlices(all, validations['slices'], where);
}

function record(value: unknown, what: string): Record<string, unknown> {
  check(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${what} is ${shown(value)}; it should be an object`,
  );
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  check(Array.isArray(value), `${what} is ${shown(value)}; it should be a list`);
  return value;
}

/** Finite numbers, none below 0, as many as there should be. */
function numbers(value: unknown, length: number, what: string): readonly number[] {
  const all = list(value, what);
  check(all.length === length, `${what} has ${all.length} numbers; it should have ${length}`);
  check(
    all.every((one) => typeof one === 'number' && Number.isFinite(one) && one >= 0),
    `${what} should be finite numbers from 0`,
  );
  return all as readonly number[];
}
