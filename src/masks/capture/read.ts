/** @file A capture as the Python package saves it: a ZIP of its manifest, masks as runs, weights and the config. */
import { unzipSync } from 'fflate';
import { check, InputError } from '../../core/check';
import { formatInteger } from '../../core/numbers';
import { parseJson } from '../../core/schema';
import { Place } from '../../core/place';
import { NONE, type Runs } from '../../attention/runs';
import type { Mask } from '../../attention/mask';
import { MAX_BYTES, type Tensor } from '../foreign/matrix';
import { isZip } from '../foreign/npz';
import { MIN_TOKENS } from '../doc';
import { readNpy } from '../foreign/npy';
import { manifest, type Manifest, type ManifestLayer, type ManifestStep } from './format';
import { MANIFEST } from './isCapture';

/** What each layer of a model read in each step. */
export interface Capture extends Omit<Manifest, 'masks' | 'config'> {
  /** Each distinct mask once; layers refer to them by their index. */
  readonly masks: readonly Mask[];
  /** The text of config.json. */
  readonly config?: string;
  /** The weights of a layer, if they were saved. Read when they are asked for. Throws InputError. */
  weightsOf(layer: ManifestLayer): CapturedWeights | undefined;
  /** How many heads its weights have; 1 if they were not saved. */
  headsOfWeights(layer: ManifestLayer): number;
}

/** Attention weights, quantised to 255 steps of each row's largest weight. */
export interface CapturedWeights {
  readonly texts: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** The weight of one pair, 0 to 1. */
  at(text: number, head: number, query: number, key: number): number;
}

/** Throws InputError, and nothing else, for a file that is damaged or that says something impossible. */
export function readCapture(bytes: Uint8Array): Capture {
  const files = unpacked(bytes);
  const json = files[MANIFEST];
  check(
    json,
    `the archive holds no ${MANIFEST}; a capture is saved with capture.save('capture.zip')`,
  );
  const facts = manifest(
    parseJson(json, `${MANIFEST} in the archive is not complete JSON; save the capture again`),
    new Place('the capture', undefined, '', 'the capture'),
  );
  const { config, masks: described, ...rest } = facts;
  const member = (name: string): Uint8Array => {
    check(Object.hasOwn(files, name), `the capture names ${name}, which is not in the archive`);
    return files[name]!;
  };
  const masks = described.map(({ queries, keys, file }) =>
    maskOfRuns(numbersIn(member(file), file), { queries, keys, file }),
  );
  facts.steps.forEach((step, s) => checkStep(step, s, masks, facts.texts));
  // A decoder may begin with one token, which reads itself.
  const steps = facts.steps.filter(({ keys }) => keys >= MIN_TOKENS);
  const left = facts.steps.filter(({ keys }) => keys < MIN_TOKENS);
  check(
    steps.length > 0,
    'every step of the capture has one token; masks of 2 tokens or more can be shown',
  );
  const notes = [
    ...(facts.notes ?? []),
    ...left.map(({ name }) => `${name} has one token, which has nothing to show, and is left out`),
  ];
  return {
    ...rest,
    steps,
    ...(notes.length > 0 && { notes }),
    masks,
    ...(config !== undefined && { config: textOf(member(config), config) }),
    weightsOf: ({ weights }) =>
      weights && weightsIn(member(weights.file), member(weights.scale), weights.file),
    headsOfWeights: ({ weights }) =>
      weights ? named(weights.file, () => readNpy(member(weights.file)).shape[1] ?? 1) : 1,
  };
}

function unpacked(bytes: Uint8Array): Record<string, Uint8Array> {
  check(isZip(bytes), 'a capture is a ZIP; this file is not');
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter({ originalSize }) {
        total += originalSize;
        check(
          total <= MAX_BYTES,
          `the capture unpacks to more than ${formatInteger(MAX_BYTES)} bytes; save it with weights=False, or capture fewer layers`,
        );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('the archive cannot be unpacked; it is broken or cut short');
  }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${name} in the capture is not text`);
  }
}

function numbersIn(bytes: Uint8Array, file: string): Tensor | undefined {
  // NumPy writes a mask that lets nothing through as an array of 0 × 3, which readNpy refuses as empty.
  if (isEmpty(bytes)) return undefined;
  return named(file, () => readNpy(bytes));
}

const isEmpty = (bytes: Uint8Array): boolean =>
  bytes.length < 400 && /'shape': \(0, 3\)/.test(String.fromCharCode(...bytes));

function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`${file} in the capture: ${error.message}`);
    throw error;
  }
}

/** Runs [n, 3]: query, first key, key after the last; sorted, not empty, not touching. */
function maskOfRuns(
  tensor: Tensor | undefined,
  {
    queries,
    keys,
    file,
  }: { readonly queries: number; readonly keys: number; readonly file: string },
): Mask {
  const rows: Runs[] = Array.from({ length: queries }, () => NONE);
  if (tensor) {
    check(
      tensor.shape.length === 2 && tensor.shape[1] === 3 && tensor.kind === 'integer',
      `${file} in the capture is of shape ${tensor.shape.join(' × ')}; runs have three whole numbers each: query, first key, key after the last`,
    );
    const [each, apart] = tensor.strides as [number, number];
    let before = { query: -1, to: -1 };
    for (let i = 0; i < tensor.shape[0]!; i++) {
      const [query, from, to] = [0, 1, 2].map((j) => tensor.number(i * each + j * apart)) as [
        number,
        number,
        number,
      ];
      const fits =
        query < queries &&
        from < to &&
        to <= keys &&
        (query > before.query || (query === before.query && from > before.to)) &&
        from >= 0;
      check(
        fits,
        `run ${i + 1} of ${file} in the capture is ${query}, ${from}, ${to}; runs lie in ${queries} × ${keys} cells, in order, with gaps between them`,
      );
      if (query !== before.query) rows[query] = [];
      (rows[query] as number[]).push(from, to);
      before = { query, to };
    }
  }
  return { queries, keys, row: (q) => rows[q]! };
}

/** Layers of a step refer to masks that exist and that fit the step. */
function checkStep(
  { name, queries, keys, layers }: ManifestStep,
  s: number,
  masks: readonly Mask[],
  texts: number,
): void {
  for (const { layer, masks: used } of layers) {
    check(
      used.length === 1 || used.length === texts,
      `layer ${layer} of step ${s + 1}, ${name}, has masks for ${used.length} texts; the capture has ${texts}`,
    );
    for (const which of used.flat()) {
      const mask = masks[which];
      check(
        mask,
        `layer ${layer} of step ${s + 1}, ${name}, has mask ${which}; the capture has ${masks.length}`,
      );
      check(
        mask.queries === queries && mask.keys <= keys,
        `layer ${layer} of step ${s + 1}, ${name}, has a mask of ${mask.queries} × ${mask.keys}; the step has ${queries} queries and ${keys} keys`,
      );
    }
  }
}

function weightsIn(bytes: Uint8Array, scale: Uint8Array, file: string): CapturedWeights {
  const values = named(file, () => readNpy(bytes));
  const scales = named(file, () => readNpy(scale));
  const [texts, heads, queries, keys] = values.shape as readonly [number, number, number, number];
  check(
    values.shape.length === 4 && values.kind === 'integer',
    `${file} in the capture is of shape ${values.shape.join(' × ')}; weights are of texts × heads × queries × keys`,
  );
  check(
    scales.shape.join() === values.shape.slice(0, 3).join(),
    `the scales of ${file} in the capture are of shape ${scales.shape.join(' × ')}; they should be ${values.shape.slice(0, 3).join(' × ')}`,
  );
  return {
    ...{ texts, heads, queries, keys },
    at(text, head, query, key) {
      const row = (text * heads + head) * queries + query;
      return (values.number(row * keys + key) / 255) * scales.number(row);
    },
  };
}
