/**
 * @file A comparison as a file: its settings, its machine, every number it produced, and some attention maps.
 * No weights. Reading is strict: a file is accepted as a whole or refused in one sentence.
 */
import type { KernelId } from '../spec/cost';
import { check } from '../core/check';
import {
  anything,
  called,
  list,
  object,
  oneOf,
  only,
  optional,
  parseJson,
  text,
  refine,
  words,
  type Schema,
  type TypeOf,
} from '../core/schema';
import { Place } from '../core/place';
import { formatBytes } from '../core/units';
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
import type { History, RepeatRecord } from './history';
import type { SavedMaps } from './mapLetters';
import { history, repeat, writeEvaluation, writeSteps, writeValidations } from './fileRuns';
import { savedMaps } from './fileMaps';

const FORMAT = 'zebra-lab-comparison';
const VERSION = 2;
/** The maximum number of steps: more than a page can train in a day. */
const LARGEST = 64 * 2 ** 20; // characters

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
  readonly pictures?: SavedMaps;
  /** The user's own text, if the runs train on it. */
  readonly text?: string;
}

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
        steps: writeSteps(steps),
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
      pictures: optional(called('the pictures', savedMaps(comparison))),
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
