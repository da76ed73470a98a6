import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { isCapture } from '../../src/masks/capture/isCapture';
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
