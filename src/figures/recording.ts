/**
 * @file A recorded run: the settings, where and when it was trained, and the results; read strictly from JSON.
 *
 * Files come from `npm run record`; anything else in a file is refused with a sentence.
 */
import { check, InputError } from '../core/check';
import {
  anything,
  day,
  list,
  number,
  object,
  oneOf,
  only,
  optional,
  parseJson,
  text,
  refine,
  whole,
  words,
  type Schema,
  type TypeOf,
} from '../core/schema';
import { OF, Place, type Style } from '../core/place';
import { scores } from '../data/readScores';
import type { SliceScore } from '../data/slice';
import { checkRun } from '../spec/check';
import { settings, SETTINGS } from '../spec/settings';
import { bucket, checkBuckets } from './recordedBuckets';
import type { DistancePoint } from './distance';

export const RECORDING_VERSION = 1;

/** 'recording a.json, curve, 3, loss is …' */
const BY_COMMAS: Style = {
  field: (of, name) => `${of}, ${name}`,
  item: (list, n) => `${list}, ${n}`,
  shown: (value) => (typeof value === 'string' ? `'${value.slice(0, 40)}'` : OF.shown(value)),
  unknown: (what, name) => `${what}: ${name} is not known`,
};

/** A list that is in order of `by`. */
const rising = <T>(entry: Schema<T>, by: (entry: T) => number): Schema<readonly T[]> =>
  refine(list(entry), (all, place) => {
    place.check(
      all.every((one, i) => i === 0 || by(one) > by(all[i - 1]!)),
      `${place.what} is out of order; each entry should come after the one before it`,
    );
    return all;
  });

/** A validation with its slices, of `tokens` tokens in all. Recordings from before slices existed have none. */
function sliced<T extends { readonly slices?: unknown }>(
  { slices: given, ...rest }: T,
  tokens: number,
  place: Place,
): Omit<T, 'slices'> & { readonly slices?: readonly SliceScore[] } {
  if (given === undefined) return rest;
  const slices = scores(tokens, { exact: true })(
    given,
    place.field('slices').speaking(OF), // named as every format names slices
  );
  return { ...rest, slices };
}

const step = whole({ min: 1 });
const loss = number({ min: 0 }); // nats per token

const lossPoint = object({ step, loss });

const validationPoint = refine(
  object({
    step,
    loss,
    tokens: whole({ min: 1 }), // number of held-out tokens
    slices: optional(anything),
  }),
  (point, place) => sliced(point, point.tokens, place),
);

export type ValidationPoint = TypeOf<typeof validationPoint>;

const distance: Schema<DistancePoint> = refine(
  object({ distance: whole(), right: whole(), questions: whole({ min: 1 }) }),
  (point, place) => {
    const { right, questions } = point;
    place.check(right <= questions, `${place.what} has ${right} right of ${questions}`);
    return point;
  },
);

const spec = refine(settings(SETTINGS), (spec, place) => {
  try {
    checkRun(spec);
    return spec;
  } catch (cause) {
    if (cause instanceof InputError) throw new InputError(`${place.what}: ${cause.message}`);
    throw cause;
  }
});

const recording = refine(
  object({
    version: only(
      RECORDING_VERSION,
      (shown, of) => `${of} has version ${shown}; this program reads version ${RECORDING_VERSION}`,
    ),
    program: words, // version of Zebra Lab
    made: day,
    machine: words,
    backend: oneOf(['webgpu', 'wasm', 'cpu']),
    seconds: number({ min: 0 }), // training and evaluation, wall time
    spec,
    curve: rising(lossPoint, ({ step }) => step), // training loss, thinned
    validation: rising(validationPoint, ({ step }) => step),
    buckets: list(bucket()), // at the end; empty for a task
    distances: rising(distance, (point) => point.distance), // at the end; empty for a text
    slices: optional(anything), // at the end, on as many tokens as the buckets; empty if they were not measured
  }),
  (recording, place) => {
    const { curve, validation, buckets, spec } = recording;
    check(
      validation.length > 0,
      `${place.what}: validation is empty; it should have a point or more`,
    );
    check(
      [...curve, ...validation].every(({ step }) => step <= spec.steps),
      `${place.what} has points beyond its ${spec.steps} steps`,
    );
    if (buckets.length > 0) checkBuckets(buckets, spec.context, place);
    const tokens = buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
    return sliced(recording, tokens, place);
  },
);
export type Recording = TypeOf<typeof recording>;

/** The list of files in public/recorded. */
const index = list(
  text({ like: /^[a-z0-9-]+\.json$/, longest: 200, should: 'the name of a file' }),
);

export function parseIndex(json: string): readonly string[] {
  const refusal = `the list of recordings is not valid JSON, so it is damaged or was cut off on its way; reload the page`;
  return index(parseJson(json, refusal), new Place('the list of recordings', BY_COMMAS));
}

/** Reads a recording from a file's text; throws InputError with one sentence if it is not one. `name` is the file's. */
export function parseRecording(name: string, json: string): Recording {
  const refusal = `recording ${name} is not valid JSON, so it is damaged or was cut off on its way; reload the page`;
  return recording(parseJson(json, refusal), new Place(`recording ${name}`, BY_COMMAS));
}
