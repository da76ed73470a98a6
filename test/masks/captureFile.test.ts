import * as fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { isCapture } from '../../src/masks/capture/isCapture';
import { openedPart } from '../../src/masks/capture/opened';
import { partsOf } from '../../src/masks/capture/part';
import { readCapture } from '../../src/masks/capture/read';
import { npy, zipped } from './captureFiles';

const MANIFEST = {
  format: 'zebra-lab-capture',
  version: 1,
  texts: 1,
  masks: [{ queries: 3, keys: 3, file: 'masks/0.npy' }],
  steps: [
    {
      name: 'prefill',
      queries: 3,
      keys: 3,
      layers: [{ layer: 0, masks: [[0]], given: { form: 'bool' } }],
    },
  ],
};
const CAUSAL = [0, 0, 1, 1, 0, 2, 2, 0, 3];

const file = (manifest: object = MANIFEST, runs = CAUSAL) =>
  zipped(manifest, { 'masks/0.npy': npy([runs.length / 3, 3], runs) });

test('runs of a mask are its rows', () => {
  const { masks } = readCapture(file());
  expect([0, 1, 2].map((q) => masks[0]!.row(q))).toEqual([
    [0, 1],
    [0, 2],
    [0, 3],
  ]);
});

test('a row without runs reads nothing, also the first', () => {
  const { masks } = readCapture(file(MANIFEST, [1, 0, 1, 1, 2, 3]));
  expect([0, 1, 2].map((q) => masks[0]!.row(q))).toEqual([[], [0, 1, 2, 3], []]);
});

test('a capture is known by its manifest, whatever else a ZIP holds', () => {
  expect(isCapture(file())).toBe(true);
  expect(isCapture(zipSync({ 'mask.npy': npy([1, 3], [0, 0, 1]) }))).toBe(false);
  expect(isCapture(strToU8('PK and no more'))).toBe(false);
});

test.each([
  ['outside the mask', [0, 0, 4]],
  ['empty', [0, 1, 1]],
  ['of a query that does not exist', [3, 0, 1]],
  ['before the first key', [0, -1, 1]],
  ['out of order', [1, 0, 1, 0, 0, 1]],
  ['that touch', [1, 0, 1, 1, 1, 2]],
])('runs %s are refused', (_, runs) => {
  expect(() => readCapture(file(MANIFEST, runs))).toThrow(InputError);
  expect(() => readCapture(file(MANIFEST, runs))).toThrow('runs lie in 3 × 3 cells');
});

test('a capture of a newer version says so', () => {
  expect(() => readCapture(file({ ...MANIFEST, version: 2 }))).toThrow('this page reads version 1');
});

/** Everything that a page asks of a capture. */
function all(bytes: Uint8Array): void {
  const capture = readCapture(bytes);
  capture.steps.forEach((step, at) => {
    for (const part of partsOf(capture, at)) openedPart(capture, part);
    for (const layer of step.layers) capture.weightsOf(layer)?.at(0, 0, 0, 0);
  });
}

/** Whether it was refused with a sentence; anything else that is thrown is a fault. */
function refused(bytes: Uint8Array): boolean {
  try {
    all(bytes);
    return false;
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}

const REAL = new Uint8Array(readFileSync('test/fixtures/capture/hybrid.zip'));
const members = unzipSync(REAL);

test('what Python saved is read, with its weights', () => {
  const capture = readCapture(REAL);
  expect(capture.model).toBe('Gemma3ForCausalLM');
  expect(capture.steps.map(({ name }) => name)).toEqual(['prefill', 'decode 1', 'decode 2']);
  const weights = capture.weightsOf(capture.steps[0]!.layers[5]!)!;
  const { queries, keys } = weights;
  const sum = (query: number) =>
    Array.from({ length: keys }, (_, key) => weights.at(0, 1, query, key)).reduce((a, b) => a + b);
  for (let query = 0; query < queries; query++) expect(sum(query)).toBeCloseTo(1, 1);
  expect(weights.at(0, 0, 3, 4)).toBe(0);
});

test('a damaged file is refused with a sentence, or still is a capture', () =>
  fc.assert(
    fc.property(
      fc.nat(REAL.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (at, noise, cut) => {
        const bytes = REAL.slice(0, cut ? at : undefined);
        if (!cut) bytes.set(noise.subarray(0, bytes.length - at), at);
        refused(bytes);
      },
    ),
    { numRuns: 150 },
  ));

test('a member that is damaged is refused with a sentence, or still is one', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(members)),
      fc.nat(5000),
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      (name, at, noise) => {
        const bytes = members[name]!.slice();
        bytes.set(noise.subarray(0, bytes.length), at % Math.max(1, bytes.length - noise.length));
        refused(zipSync({ ...members, [name]: bytes }, { level: 0 }));
      },
    ),
    { numRuns: 150 },
  ));

/** Each place of a plain value, as the keys that lead to it. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]))];
}

function withChanged(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>; // prettier-ignore
  copy[key] = withChanged(copy[key], rest, to);
  return copy;
}

test('a field of the manifest of the wrong kind is refused with a sentence', () => {
  const json = JSON.parse(new TextDecoder().decode(members['zebra-lab.json'])) as object;
  const manifest = {
    ...json,
    tokens: [['a']],
    steps: (json as { steps: object[] }).steps.slice(1, 2),
  };
  for (const path of placesIn(manifest))
    for (const to of [null, -1, 1e9, 0.5, {}, []]) {
      const changed = withChanged(manifest, path, to);
      if (JSON.stringify(changed) === JSON.stringify(manifest)) continue;
      const bytes = zipSync(
        { ...members, 'zebra-lab.json': strToU8(JSON.stringify(changed) ?? 'null') },
        { level: 0 },
      );
      const isRefused = refused(bytes);
      if (to === null && path.at(-1) !== undefined) expect(isRefused, path.join('.')).toBe(true);
    }
});
