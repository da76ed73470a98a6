/** @file Every array of an opened file is checked: what each one is, and what is wrong in it, whichever is shown. */
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf } from '../../src/attention/mask';
import { ArraySurvey, type Arrays } from '../../src/masks/arrays';
import { Brought } from '../../src/masks/foreign/brought';
import { openFiles } from '../../src/masks/foreign/foreign';
import { npyOf } from '../../src/masks/save';
import { bring, npyOfNumbers } from '../support/brought';
import { draws } from '../support/draws';

const T = 32;
const npy = (text: string, T_ = T, queries = T_) => npyOf(maskOf(read(text), T_, queries));
const npz = (arrays: Readonly<Record<string, Uint8Array>>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, Uint8Array.from(bytes)]),
    ),
  );

async function looked(bytes: Uint8Array): Promise<Arrays> {
  const { desk } = await bring('masks.npz', bytes);
  for (;;) {
    const arrays = await desk.answer({ kind: 'arrays' });
    if (arrays.done === arrays.of) return arrays;
  }
}

test('masks, rectangles, stacks, lists and other arrays get one line each, with findings if there are any', async () => {
  const leak = cellsOf(maskOf(read('causal'), T));
  leak[3 * T + 20] = 1;
  const weights = new Float32Array(T * T).map((_, i) => Math.sin(i));
  const arrays = await looked(
    npz({
      full: npy('causal'),
      window: npy('causal & window(8)'),
      leaks: npyOfNumbers([T, T], leak),
      step: npy('causal & window(8)', T, 4),
      heads: npyOfNumbers(
        [1, 3, T, T],
        Buffer.concat([cellsOf(maskOf(read('causal'), T)), leak, leak]),
      ),
      attention_mask: npyOfNumbers([2, 5], Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1, 1, 1)),
      embedding: npyOfNumbers([T, T], new Uint8Array(weights.buffer), '<f4'),
    }),
  );
  expect(arrays).toMatchObject({ of: 7, done: 7, left: 0 });
  const told = arrays.all.map(({ name, is, form, planes, wrong, codes, refused }) => [
    name,
    is ?? form ?? refused,
    planes,
    wrong,
    codes.join(),
  ]);
  expect(told).toEqual([
    ['full', 'causal', 1, 0, ''],
    ['window', 'causal & window(8)', 1, 0, ''],
    ['leaks', 'causal', 1, 1, 'L3'],
    ['step', 'causal & window(8)', 1, 0, ''],
    ['heads', 'causal', 3, 2, 'L3'],
    ['attention_mask', 'causal & !padding(2, 0)', 2, 1, 'L1'],
    ['embedding', 'it holds numbers of all sizes, so it is not a mask', 0, 0, ''],
  ]);
});

test('arrays beyond a limit of cells are skipped, with a message; a small one after a large one is still checked', async () => {
  const foreign = await openFiles([
    { name: 'm.npz', bytes: npz({ a: npy('causal'), b: npy('causal', 64), c: npy('causal') }) },
  ]);
  const arrays = new ArraySurvey(new Brought(foreign), () => ({}), 3 * T * T).goOn(Infinity);
  expect(arrays).toMatchObject({ of: 3, done: 3, left: 1, most: 3 * T * T });
  expect(arrays.all.map(({ is, refused }) => is ?? refused)).toEqual([
    'causal',
    'it was not examined: pick it to see it',
    'causal',
  ]);
});

test('in slices of any size the same is found as at once', async () => {
  const foreign = await openFiles([
    {
      name: 'm.npz',
      bytes: npz({
        a: npy('causal & window(4)'),
        b: npyOfNumbers(
          [3, T, T],
          Buffer.concat(
            ['causal', 'causal', 'chunk(8)'].map((text) => cellsOf(maskOf(read(text), T))),
          ),
        ),
        c: npyOfNumbers(
          [7],
          Uint8Array.from({ length: 7 }, (_, i) => i % 2),
        ),
      }),
    },
  ]);
  const whole = new ArraySurvey(new Brought(foreign), () => ({})).goOn(Infinity);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 * T * T }), (slice) => {
      const survey = new ArraySurvey(new Brought(foreign), () => ({}));
      let arrays = survey.goOn(slice);
      for (let asked = 1; arrays.done < arrays.of; asked++) {
        expect(asked).toBeLessThan(10);
        arrays = survey.goOn(slice);
      }
      expect(arrays).toEqual(whole);
    }),
    draws(6),
  );
});

test('an archive with one array has no list of arrays', async () => {
  const { look } = await bring('one.npz', npz({ only: npy('causal') }));
  expect(look.choices).toEqual([]);
});

test('an unreadable array among readable ones is named with its reason; alone it is refused', async () => {
  const strange = {
    step: npyOfNumbers([], new Uint8Array(8), '<f8'),
    empty: npyOfNumbers([0, 3], new Uint8Array(0), '<f8'),
  };
  const { unread, all } = await looked(npz({ mask: npy('causal'), ...strange }));
  expect(all.map(({ name, is }) => [name, is])).toEqual([['mask', 'causal']]);
  expect(unread.map(({ name }) => name)).toEqual(['step', 'empty']);
  for (const { why } of unread) expect(why).toContain('is of shape (');
  expect((await bring('one.npz', npz({ mask: npy('causal'), ...strange }))).look.unread).toBe(2);
  await expect(bring('one.npz', npz(strange))).rejects.toThrow('is of shape ()');
});
