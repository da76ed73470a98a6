/**
 * @file A saved run: settings, step, weights and the optimizer's moments, as one file.
 *
 * The file is an uncompressed ZIP of
 * zebra-lab.json        what it is: version, settings, step, vocabulary, the CRC-32 of every other file
 * model.safetensors     the weights, as Hugging Face's Llama stores them
 * config.json           the model as Hugging Face describes one, for other programs; checked but not read. Left out
 * if that format cannot describe its layers
 * training.safetensors  AdamW's moments, `m.NAME` and `v.NAME`; left out if training will not continue
 * text.txt              the user's own text, if it was trained on one
 * It may come from anywhere, so it is read as untrusted input.
 */
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { check, InputError } from '../../core/check';
import { crc32 } from '../../core/crc32';
import { called, object, only, parseJson, refine, whole, type TypeOf } from '../../core/schema';
import { isRecord, OF, Place, shown, type Style } from '../../core/place';
import { formatBytes } from '../../core/units';
import { modelSpecOf, weightTable, type ModelSpec } from '../../spec/model';
import { sourceOf, type RunSpec } from '../../spec/run';
import { CONTROLS } from '../../spec/controls';
import { run } from '../../spec/settings';
import type { HostWeights } from '../arena';
import { configOf } from './config';
import { fromHuggingFace, toHuggingFace, transposed } from './huggingface';
import { readSafetensors, writeSafetensors } from './safetensors';

const CHECKPOINT_VERSION = 1;

/** Maximum size of a file from the network or a disk, bytes. */
export const MAX_CHECKPOINT_BYTES = 200 * 2 ** 20;

const FORMAT = 'zebra-lab-checkpoint';
const ABOUT = 'zebra-lab.json';
const MODEL = 'model.safetensors';
const CONFIG = 'config.json';
const TRAINING = 'training.safetensors';
const TEXT = 'text.txt';

interface AdamMoments {
  readonly m: HostWeights;
  readonly v: HostWeights;
}

export interface Checkpoint {
  readonly spec: RunSpec;
  readonly step: number; // optimizer steps done
  readonly weights: HostWeights;
  /** Without them training starts with moments of zero. */
  readonly adamMoments?: AdamMoments;
  /** The user's own text, if it was trained on one. */
  readonly text?: string;
}

/** The files of a checkpoint, by name. */
export function checkpointFiles(checkpoint: Checkpoint): Map<string, Uint8Array<ArrayBuffer>> {
  const { spec, step, weights, adamMoments, text } = checkpoint;
  const model = modelSpecOf(spec);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  files.set(MODEL, writeSafetensors(toHuggingFace(model, weights), { format: 'pt' }));
  const config = configFor(model);
  if (config) files.set(CONFIG, config);
  if (adamMoments) {
    const tensors = (['m', 'v'] as const).flatMap((moment) =>
      [...toHuggingFace(model, adamMoments[moment])].map(
        ([name, tensor]) => [`${moment}.${name}`, tensor] as const,
      ),
    );
    files.set(TRAINING, writeSafetensors(new Map(tensors), { format: 'pt' }));
  }
  if (text !== undefined) files.set(TEXT, new TextEncoder().encode(text));
  const { vocabulary } = sourceOf(spec);
  const about = {
    format: FORMAT,
    version: CHECKPOINT_VERSION,
    step,
    spec: Object.fromEntries(CONTROLS.map(({ name }) => [name, spec[name]])),
    vocabulary: Array.from({ length: vocabulary.size }, (_, id) => vocabulary.label(id)),
    files: Object.fromEntries(
      [...files].map(([name, bytes]) => [name, { bytes: bytes.length, crc32: crc32(bytes) }]),
    ),
  };
  files.set(ABOUT, new TextEncoder().encode(`${JSON.stringify(about, null, 1)}\n`));
  return files;
}

/** Undefined if the format cannot describe the layers. */
function configFor(model: ModelSpec): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new TextEncoder().encode(`${JSON.stringify(configOf(model), null, 2)}\n`);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** One file to keep or to pass on. The same checkpoint gives the same bytes. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  return zipped(checkpointFiles(checkpoint));
}

/** Several files in one ZIP; nothing is compressed, since numbers hardly would be. */
export function zipped(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Uint8Array<ArrayBuffer> {
  const entries: Zippable = Object.fromEntries(files);
  return zipSync(entries, { level: 0, mtime: '1980-01-02T00:00:00' });
}

/** Throws InputError with a sentence if the bytes are not a ZIP, or hold more than any model this program opens. */
export function unzipped(bytes: Uint8Array): Map<string, Uint8Array> {
  check(
    bytes.length <= MAX_CHECKPOINT_BYTES,
    `the file is ${formatBytes(bytes.length)}; up to ${formatBytes(MAX_CHECKPOINT_BYTES)} is read`,
  );
  let total = 0;
  let tooMuch = false;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        tooMuch ||= total > MAX_CHECKPOINT_BYTES;
        return !tooMuch;
      },
    });
  } catch {
    throw new InputError(
      'the file is not a complete ZIP; it may be cut short or be something else',
    );
  }
  check(!tooMuch, `the ZIP holds more than ${formatBytes(MAX_CHECKPOINT_BYTES)}`);
  return new Map(Object.entries(files));
}

export const isCheckpoint = (files: ReadonlyMap<string, Uint8Array>): boolean => files.has(ABOUT);

/** Throws InputError with a sentence for anything but a complete checkpoint of this program. */
export const readCheckpoint = (bytes: Uint8Array): Checkpoint => checkpointOf(unzipped(bytes));

/** The same, from its files. */
export function checkpointOf(files: ReadonlyMap<string, Uint8Array>): Checkpoint {
  const { step, spec, listed } = described(files.get(ABOUT));
  const held = (name: string): Uint8Array | undefined => {
    const entry = Object.hasOwn(listed, name) ? listed[name] : undefined;
    if (entry === undefined) return undefined;
    const found = files.get(name);
    check(found, `the checkpoint says it holds ${name}, and does not`);
    check(
      isRecord(entry) && entry['bytes'] === found.length && entry['crc32'] === crc32(found),
      `${name} is not as it was saved (${found.length} bytes, of another checksum); the file was damaged or changed`,
    );
    return found;
  };
  const model = modelSpecOf(spec);
  const modelFile = held(MODEL);
  check(modelFile, `the checkpoint has no ${MODEL}`);
  const weights = fromHuggingFace(model, readSafetensors(modelFile));
  checkNumbers('weight', weights);
  held(CONFIG);
  const training = held(TRAINING);
  const text = held(TEXT);
  return {
    spec,
    step,
    weights,
    ...(training && { adamMoments: adamMomentsFrom(spec, training) }),
    ...(text && { text: new TextDecoder().decode(text) }),
  };
}

/** What zebra-lab.json says. Fields and settings of later versions are ignored. */
const about = refine(
  object(
    {
      format: only(FORMAT, () => `${ABOUT} does not say "format": "${FORMAT}"`),
      version: only(
        CHECKPOINT_VERSION,
        (shown) =>
          `the checkpoint is of version ${shown}; this program reads version ${CHECKPOINT_VERSION}`,
      ),
      step: called("the checkpoint's step", whole()),
      spec: (value, place) => {
        place.check(isRecord(value), `${ABOUT} has no settings`);
        return run('ignored')(value, place.speaking(SETTING));
      },
      vocabulary: (value, place) => {
        place.check(Array.isArray(value), `${ABOUT} has no vocabulary`);
        return value as readonly unknown[];
      },
      files: (value, place) => {
        place.check(isRecord(value), `${ABOUT} does not list the checkpoint's files`);
        return value as Readonly<Record<string, unknown>>;
      },
    },
    'ignored',
  ),
  ({ step, spec, vocabulary, files: listed }) => {
    checkVocabulary(spec, vocabulary);
    return { step, spec, listed };
  },
);
const SETTING: Style = { ...OF, field: (_, name) => `setting ${name}` };

function described(bytes: Uint8Array | undefined): TypeOf<typeof about> {
  check(bytes, `the file has no ${ABOUT}, so it is not a checkpoint of Zebra Lab`);
  return about(parseJson(bytes, `${ABOUT} is not complete JSON`), new Place(ABOUT));
}

function checkVocabulary(spec: RunSpec, given: readonly unknown[]): void {
  const { vocabulary, label } = sourceOf(spec);
  check(
    given.length === vocabulary.size,
    `the checkpoint's vocabulary has ${given.length} tokens; ${label} has ${vocabulary.size}`,
  );
  const other = given.findIndex((name, id) => name !== vocabulary.label(id));
  check(
    other < 0,
    `token ${other} of the checkpoint's vocabulary is ${shown(given[other])}; in ${label} it is "${vocabulary.label(other)}"`,
  );
}

function adamMomentsFrom(spec: RunSpec, bytes: Uint8Array): AdamMoments {
  const file = readSafetensors(bytes);
  const table = weightTable(modelSpecOf(spec));
  const of = (moment: 'm' | 'v'): HostWeights =>
    new Map(
      table.map(({ name, shape, role }) => {
        const found = file.get(`${moment}.${name}`);
        check(found, `${TRAINING} has no ${moment}.${name}`);
        const theirs = role === 'matmul' ? [...shape].reverse() : shape;
        check(
          found.shape.join() === theirs.join(),
          `${moment}.${name} is [${found.shape.join(', ')}]; this model needs [${theirs.join(', ')}]`,
        );
        const values = Float32Array.from(found.values);
        return [name, role === 'matmul' ? transposed(values, theirs[0]!, theirs[1]!) : values];
      }),
    );
  const moments = { m: of('m'), v: of('v') };
  for (const moment of ['m', 'v'] as const) checkNumbers(`moment ${moment}.`, moments[moment]);
  for (const [name, values] of moments.v)
    check(
      values.every((value) => value >= 0),
      `moment v.${name} is below zero; it is a mean of squares`,
    );
  return moments;
}

/** Refuses NaN and infinities. */
export function checkNumbers(kind: string, weights: HostWeights): void {
  for (const [name, values] of weights) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    check(
      at < 0,
      `${kind} ${name} holds ${values[at]} (number ${at} of ${values.length}); such a model computes nothing`,
    );
  }
}
