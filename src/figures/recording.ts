/**
 * @file A recorded run: what was asked, where and when it was trained, and what came of it; read strictly from JSON.
 *
 * Files come from `npm run record`; whatever else a file holds is refused with a sentence.
 */
import { check, InputError } from '../core/check';
import { checkRun } from '../spec/check';
import { CONTROLS, withAdded, type RunSpec } from '../spec/run';
import { readScores } from '../data/readScores';
import type { SliceScore } from '../data/slice';
import type { Bucket } from './buckets';
import type { DistancePoint } from './distance';

export const RECORDING_VERSION = 1;

interface LossPoint {
  readonly step: number;
  readonly loss: number; // nats per token
}

export interface ValidationPoint extends LossPoint {
  readonly tokens: number; // held-out tokens behind it
  /** Apart from the rest; none where they were not taken. */
  readonly slices?: readonly SliceScore[];
}

export interface Recording {
  readonly version: typeof RECORDING_VERSION;
  readonly program: string; // version of Zebra Lab
  readonly made: string; // YYYY-MM-DD
  readonly machine: string; // in words
  readonly backend: 'webgpu' | 'wasm' | 'cpu';
  readonly seconds: number; // training and evaluating, wall time
  readonly spec: RunSpec;
  readonly curve: readonly LossPoint[]; // training loss, thinned
  readonly validation: readonly ValidationPoint[]; // by step
  readonly buckets: readonly Bucket[]; // at the end; empty for a task
  readonly distances: readonly DistancePoint[]; // at the end; empty for a text
  /** At the end, on as many tokens as the buckets; none where they were not taken. */
  readonly slices?: readonly SliceScore[];
}

/** The recording a file's text holds; throws InputError with one sentence where it holds none. `name` is the file's. */
export function parseRecording(name: string, text: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(
      `recording ${name} is not valid JSON; run 'npm run record' to make it again`,
    );
  }
  const file = new Place(`recording ${name}`);
  const own = file.object(
    value,
    [
      ...['version', 'program', 'made', 'machine', 'backend', 'seconds'],
      ...['spec', 'curve', 'validation', 'buckets', 'distances'],
    ],
    ['slices'],
  );
  check(
    own['version'] === RECORDING_VERSION,
    `recording ${name} has version ${shown(own['version'])}; this program reads version ${RECORDING_VERSION}`,
  );
  const buckets = file.at('buckets').list(own['buckets'], bucketOf);
  const recording: Recording = {
    version: RECORDING_VERSION,
    program: file.at('program').words(own['program']),
    made: file.at('made').day(own['made']),
    machine: file.at('machine').words(own['machine']),
    backend: file.at('backend').oneOf(own['backend'], ['webgpu', 'wasm', 'cpu']),
    seconds: file.at('seconds').number(own['seconds'], 0),
    spec: specOf(file.at('spec'), own['spec']),
    curve: file.at('curve').list(own['curve'], (place, entry) => {
      const point = place.object(entry, ['step', 'loss']);
      return { step: place.whole(point['step'], 1), loss: place.number(point['loss'], 0) };
    }),
    validation: file.at('validation').list(own['validation'], (place, entry) => {
      const point = place.object(entry, ['step', 'loss', 'tokens'], ['slices']);
      const tokens = place.whole(point['tokens'], 1);
      return {
        step: place.whole(point['step'], 1),
        loss: place.number(point['loss'], 0),
        tokens,
        ...slicesOf(place, point['slices'], tokens),
      };
    }),
    buckets,
    distances: file.at('distances').list(own['distances'], distanceOf),
    ...slicesOf(
      file,
      own['slices'],
      buckets.reduce((sum, { tokens }) => sum + tokens, 0),
    ),
  };
  const { curve, validation, distances, spec } = recording;
  file.at('curve').rising(curve.map(({ step }) => step));
  file.at('validation').rising(validation.map(({ step }) => step));
  file.at('distances').rising(distances.map(({ distance }) => distance));
  check(validation.length > 0, `${file.name}: validation is empty; it should have a point or more`);
  check(
    [...curve, ...validation].every(({ step }) => step <= spec.steps),
    `${file.name} has points beyond its ${spec.steps} steps`,
  );
  let read = 0;
  for (const { from, to } of buckets) {
    check(
      from === read + 1,
      `${file.name}: a bucket begins at ${from}; the one before it ends at ${read}`,
    );
    read = to;
  }
  check(
    buckets.length === 0 || read === spec.context,
    `${file.name}: the buckets end at ${read}; the context is ${spec.context}`,
  );
  return recording;
}

/** The list of files in public/recorded. */
export function parseIndex(text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(
      `the list of recordings is not valid JSON; run 'npm run record' to make it again`,
    );
  }
  const place = new Place('the list of recordings');
  return place.list(value, (entry, name) => {
    const file = entry.words(name);
    check(
      /^[a-z0-9-]+\.json$/.test(file),
      `${entry.name} is ${shown(file)}; it should be the name of a file`,
    );
    return file;
  });
}

function specOf(place: Place, value: unknown): RunSpec {
  const names = CONTROLS.map(({ name }) => name);
  const own = place.object(withAdded(value, names), names);
  for (const control of CONTROLS) {
    const given = own[control.name];
    // `tied` is a choice and a number.
    if (control.kind === 'number' || control.name === 'tied') {
      place.at(control.name).number(given, -Infinity);
    } else if (control.kind === 'masks' || control.kind === 'alphabet') {
      const { name } = place.at(control.name); // most have none
      check(typeof given === 'string', `${name} is ${shown(given)}; it should be a text`);
    } else place.at(control.name).words(given);
  }
  const spec = own as unknown as RunSpec;
  try {
    checkRun(spec);
  } catch (cause) {
    throw new InputError(`${place.name}: ${(cause as Error).message}`);
  }
  return spec;
}

function bucketOf(place: Place, value: unknown): Bucket {
  const own = place.object(value, ['from', 'to', 'tokens', 'loss']);
  const from = place.whole(own['from'], 1);
  return {
    from,
    to: place.whole(own['to'], from),
    tokens: place.whole(own['tokens'], 1),
    loss: place.number(own['loss'], 0),
  };
}

/** Of `tokens` tokens in all. Slices are younger than some recordings, which have none. */
function slicesOf(
  place: Place,
  value: unknown,
  tokens: number,
): { readonly slices?: readonly SliceScore[] } {
  return value === undefined
    ? {}
    : { slices: readScores(value, tokens, place.name, { least: 0, exact: true }) };
}

function distanceOf(place: Place, value: unknown): DistancePoint {
  const own = place.object(value, ['distance', 'right', 'questions']);
  const questions = place.whole(own['questions'], 1);
  const right = place.whole(own['right'], 0);
  check(right <= questions, `${place.name} has ${right} right of ${questions}`);
  return { distance: place.whole(own['distance'], 0), right, questions };
}

/** Where in the file we are, so that a refusal can say so. */
class Place {
  constructor(readonly name: string) {}

  at = (key: string | number) => new Place(`${this.name}, ${key}`);

  object(
    value: unknown,
    keys: readonly string[],
    optional: readonly string[] = [],
  ): Readonly<Record<string, unknown>> {
    check(
      typeof value === 'object' && value !== null && !Array.isArray(value),
      `${this.name} is ${shown(value)}; it should be an object`,
    );
    const own = value as Record<string, unknown>;
    for (const key of keys) check(Object.hasOwn(own, key), `${this.name}: ${key} is missing`);
    for (const key of Object.keys(own)) {
      check(
        keys.includes(key) || optional.includes(key),
        `${this.name}: ${shown(key)} is not known`,
      );
    }
    return own;
  }

  list<T>(value: unknown, entry: (place: Place, value: unknown) => T): readonly T[] {
    check(Array.isArray(value), `${this.name} is ${shown(value)}; it should be a list`);
    return value.map((item, i) => entry(this.at(i + 1), item));
  }

  number(value: unknown, least: number): number {
    check(
      typeof value === 'number' && Number.isFinite(value) && value >= least,
      `${this.name} is ${shown(value)}; it should be a number${least > -Infinity ? `, ${least} or more` : ''}`,
    );
    return value;
  }

  whole(value: unknown, least: number): number {
    check(
      Number.isSafeInteger(value) && (value as number) >= least,
      `${this.name} has ${shown(value)}; it should be a whole number, ${least} or more`,
    );
    return value as number;
  }

  words(value: unknown): string {
    check(
      typeof value === 'string' && value !== '' && value.length <= 200,
      `${this.name} is ${shown(value)}; it should be a few words`,
    );
    return value;
  }

  day(value: unknown): string {
    const words = this.words(value);
    check(
      /^\d{4}-\d{2}-\d{2}$/.test(words),
      `${this.name} is ${shown(value)}; it should be a day such as 2026-11-30`,
    );
    return words;
  }

  oneOf<T extends string>(value: unknown, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value);
    check(
      found !== undefined,
      `${this.name} is ${shown(value)}; it should be one of ${allowed.join(', ')}`,
    );
    return found;
  }

  rising(numbers: readonly number[]): void {
    check(
      numbers.every((n, i) => i === 0 || n > numbers[i - 1]!),
      `${this.name} is out of order; each entry should come after the one before it`,
    );
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
