/** @file Common and harmless things in a file: dead rows of padding under a finite fill, and weights that became 0. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { has } from '../../src/attention/runs';
import { declaredOf } from '../../src/masks/declared';
import { lint } from '../../src/masks/lint';
import { Workbench } from '../../src/state/workbench.svelte';
import { bring, npyOfNumbers, surveyed } from '../support/brought';

const T = 24;

/** Masks added to scores, one for each text of a batch. */
function batchOf(fill: number, ...texts: readonly ((q: number, k: number) => boolean)[]) {
  const numbers = texts.flatMap((open) =>
    Array.from({ length: T * T }, (_, i) => (open(Math.floor(i / T), i % T) ? 0 : fill)),
  );
  const bytes = new Uint8Array(Float32Array.from(numbers).buffer);
  return bring('batch.npy', npyOfNumbers([texts.length, 1, T, T], bytes, '<f4'));
}

const padded = (left: number) => (q: number, k: number) => k <= q && k >= left;

describe('rows of padding that read nothing', () => {
  test('get one quiet remark per plane if the fill is finite, and a red one if it is -inf', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 9, max: 16 }),
        async (few, many) => {
          const { alike } = await surveyed(
            await batchOf(-3.4e38, padded(0), padded(few), padded(many)),
          );
          expect(alike.map(({ findings }) => findings.length)).toEqual([0, 0, 0]);
          expect(alike.map(({ idle }) => idle?.what.split(' may')[0])).toEqual([
            undefined,
            `${few} rows of padding`,
            `${many} rows of padding`,
          ]);
          const red = await surveyed(await batchOf(-Infinity, padded(0), padded(few)));
          expect(red.alike.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
            [],
            ['L1'],
          ]);
        },
      ),
      { numRuns: 5 },
    ));

  test('do not hide a row of the text that reads nothing, or one cell that differs', async () => {
    const without = (query: number, key: number) => (q: number, k: number) =>
      padded(6)(q, k) && !(q === query && k === key);
    const { alike } = await surveyed(
      await batchOf(-3.4e38, padded(0), padded(3), without(6, 6), without(20, 10)),
    );
    expect(
      alike.map(({ findings }) => findings.map(({ code, cell }) => `${code} ${cell?.query}`)),
    ).toEqual([[], [], ['L8 6'], ['L16 20']]);
  });

  test('keep the fill in the link, so the page that opens it says the same', () => {
    const doc = new Workbench('v=1&T=16&layers=causal').doc;
    const workbench = new Workbench();
    for (const fill of [
      { value: -3.3895313892515355e38, dtype: 'BF16' },
      { value: -Infinity, dtype: '<f4' },
    ]) {
      workbench.show({ ...doc }, { fill });
      expect(new Workbench(workbench.query).more).toEqual({ fill });
      expect(new Workbench(workbench.query).query).toBe(workbench.query);
    }
    expect(new Workbench('v=1&T=16&fill=much,x').more).toBeUndefined();
  });
});

describe('attention weights in half precision', () => {
  /**
   * Each query reads itself with `own`, and earlier keys with a few of the smallest numbers; the last reads only key 0.
   */
  const weightsOf = (least: number) => {
    const bits = Uint16Array.from({ length: T * T }, (_, i) => {
      const [q, k] = [Math.floor(i / T), i % T];
      if (q === T - 1) return k === 0 ? 0x3c00 : 0;
      return k === q ? 0x3c00 : k < q && (7 * q + 5 * k) % 3 > 0 ? least : 0;
    });
    return bring('weights.npy', npyOfNumbers([T, T], new Uint8Array(bits.buffer), '<f2'));
  };

  test('may be 0 without a finding if they come near the smallest number of the type', async () => {
    const rounded = await weightsOf(3); // 3 × 2^-24
    expect(rounded.opened.more?.rounded).toBe(true);
    expect(rounded.says).toContain('its zeros may be rounded');
    expect(await rounded.findings()).toEqual([]);
    expect(await rounded.findings('causal')).toEqual([]);
    // Reading a key that should be blocked is still a fault.
    expect(await rounded.findings('causal & window(20)')).not.toEqual([]);
  });

  test('are taken as they are if they do not come near it', async () => {
    const clear = await weightsOf(0x1000); // 2^-11
    expect(clear.opened.more?.rounded).toBeUndefined();
    expect(await clear.findings()).toContain(`L2 at ${T - 1}, ${T - 1}`);
  });
});

test('a leak or a cut is reported for a span or an image only if one was declared', () => {
  for (const [text, word] of [
    ['causal | span(4, 9)', 'span'],
    ['causal | prefix(6)', 'prefix'],
    ['causal | chunk(6)', 'chunk'],
    ['causal | documents(6, 12)', 'document'],
  ] as const) {
    const expression = read(text);
    const meant = maskOf(expression, T);
    const found = (cell: readonly [number, number], open: boolean) =>
      lint({
        masks: [
          {
            ...meant,
            row: (q) =>
              q !== cell[0]
                ? meant.row(q)
                : Array.from({ length: T }, (_, k) => k)
                    .filter((k) => (k === cell[1] ? open : has(meant.row(q), k)))
                    .flatMap((k) => [k, k + 1]),
          },
        ],
        declared: declaredOf(expression, T),
      });
    const words = [found([5, T - 1], true), found([5, 4], false)].map((all) =>
      all.map(({ what, consequence, fix }) => `${what} ${consequence} ${fix}`).join(' '),
    );
    expect(words[0]).toContain(`of its own ${word}`);
    expect(words[1]).toContain(`of its own ${word}`);
    if (word !== 'span') for (const one of words) expect(one).not.toMatch(/image|span/);
  }
});

test('fewer queries than keys that read later keys may be of another sequence, and the page says so', async () => {
  const cross = await bring('15b-cross-attention-10x12.npy');
  expect(cross.says).toContain('If queries and keys are of two sequences');
  const cache = await bring('cache.npy', npyOfNumbers([2, 3], Uint8Array.of(1, 1, 0, 1, 1, 1)));
  expect(cache.says).toContain('as a cache is read.');
});
