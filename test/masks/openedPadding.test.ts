/**
 * @file Rows of padding that would read nothing, opened so that softmax does not divide by zero: to every key
 * (transformers' AttentionMaskConverter._unmask_unattended, pull request 26572) or to themselves. They are recognised
 * and named, no lint takes them for a leak, and real queries are checked as usual.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import {
  cellsOf,
  differenceOf,
  maskOfCells,
  positionOf,
  type Mask,
} from '../../src/attention/mask';
import { run } from '../../src/attention/runs';
import { declaredOf } from '../../src/masks/declared';
import { nearestOf } from '../../src/masks/foreign/nearest';
import { openingIn, type Repair } from '../../src/masks/repaired';
import { npyOf } from '../../src/masks/save';
import { bring, npyOfNumbers, surveyed } from '../support/brought';
import { draws } from '../support/draws';
import { spoilt } from './patterns';

/** As the library does it: every row that reads nothing is opened, whatever its pattern. */
const repaired = (mask: Mask, to: Repair): Mask => ({
  ...mask,
  row(q) {
    const row = mask.row(q);
    if (row.length > 0) return row;
    const position = positionOf(mask, q);
    return to === 'everything' ? run(0, mask.keys) : run(position, position + 1);
  },
});

const bringMask = (mask: Mask) => bring('mask.npy', Buffer.from(npyOf(mask)));

/** Masks in which rows of padding read nothing. */
const CORES: Readonly<Record<string, (T: number, n: number, a: number) => string>> = {
  'a padded text': (_, n) => `causal & !padding(${n}, 0)`,
  'a padded window': (_, n, a) => `causal & window(${a}) & !padding(${n}, 0)`,
  'a window with sinks': (_, n, a) =>
    `causal & (window(${a}) | sink(${n + 2})) & !padding(${n}, 0)`,
  'packed documents': (T, n) =>
    `causal & documents(${n + Math.ceil((T - n) / 2)}) & !padding(${n}, 0)`,
  'an encoder, padded on the left': (_, n) => `documents(${n}) & !padding(${n}, 0)`,
  'an encoder, padded on the right': (T, n) => `documents(${T - n}) & !padding(0, ${n})`,
  'a decoder, padded on the right': (T, n) => `causal & documents(${T - n}) & !padding(0, ${n})`,
};

const drawn = fc
  .record({
    T: fc.integer({ min: 32, max: 120 }),
    share: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    window: fc.integer({ min: 2, max: 7 }),
    cached: fc.boolean(),
  })
  .map(({ T, share, window, cached }) => ({
    T,
    n: Math.max(2, Math.floor(share * T)),
    window,
    cached,
  }));

const paddingOf = (core: Expression, T: number) => {
  const { start, length } = declaredOf(core, T);
  return { start, length };
};

/**
 * Last rows that read everything may also be an image at the end of a decoder, or a last block, cell by cell, and are
 * named so.
 */
const waysOf = (kind: string): readonly Repair[] =>
  kind.endsWith('on the right') ? ['themselves'] : ['everything', 'themselves'];

describe.each(Object.keys(CORES))('%s', (kind) => {
  test.each(waysOf(kind))(
    'with its dead rows opened to %s is named exactly, and no lint calls it wrong',
    (to) => {
      fc.assert(
        fc.property(drawn, ({ T, n, window, cached }) => {
          const core = CORES[kind]!(T, n, window);
          // A part of the rows, as in a chunk of prefill; some of padding among them.
          const queries = cached && n > 3 && !kind.includes('right') ? T - Math.floor(n / 3) : T;
          const mask = repaired(maskOf(read(core), T, queries), to);
          const found = nearestOf(mask);
          const said = `${core}, found ${write(found.expression)}`;
          // A single remaining cell is not enough evidence of a pattern.
          expect(found.difference.cells, said).toBeLessThanOrEqual(1);
          expect(openingIn(found.expression, T)?.to, said).toBe(to);
          const { start, length } = declaredOf(found.expression, T);
          expect({ start, length }, said).toMatchObject(paddingOf(read(core), T));
        }),
        draws(12),
      );
    },
  );

  test('is reported in a sentence and as a note, also when compared with its unopened form', async () => {
    for (const to of waysOf(kind)) {
      const core = CORES[kind]!(40, 6, 5);
      const brought = await bringMask(repaired(maskOf(read(core), 40), to));
      expect(brought.says).toContain(
        to === 'everything'
          ? 'The rows of padding read everything, as transformers repairs rows that would read nothing.'
          : 'The rows of padding read only themselves',
      );
      expect(await brought.findings()).toEqual([]);
      expect(await brought.findings(core)).toEqual([]);
      expect(await brought.notes()).toContain('L22');
    }
  });
});

test('a real query that reads padding is still found', async () => {
  const mask = repaired(maskOf(read('causal & !padding(6, 0)'), 40), 'everything');
  const brought = await bringMask(spoilt(mask, [20 * 40 + 3]));
  expect(brought.opened.meant).toBe('causal & !padding(6, 0) | cells(0, 5, 0, 39)');
  expect(await brought.findings()).toEqual(['L17 at 20, 3']);
});

test('a wrong cell in an opened row is a wrong cell, not a leak', async () => {
  const mask = repaired(maskOf(read('causal & !padding(6, 0)'), 40), 'everything');
  const brought = await bringMask(spoilt(mask, [3 * 40 + 30]));
  expect(brought.opened.meant).toBe('causal & !padding(6, 0) | cells(0, 5, 0, 39)');
  expect(await brought.findings()).toEqual(['L16 at 3, 30']);
});

test('any single cell may be wrong, and the rest keeps its name', () => {
  const T = 24;
  const mask = repaired(maskOf(read('causal & !padding(5, 0)'), T), 'everything');
  for (let at = 7; at < T * T; at += 11) {
    const { expression, difference } = nearestOf(spoilt(mask, [at]));
    expect(difference, `spoilt at ${at}: ${write(expression)}`).toMatchObject({ cells: 1 });
    expect(write(expression)).toBe('causal & !padding(5, 0) | cells(0, 4, 0, 23)');
  }
});

test.each([
  'causal',
  'causal & window(5)',
  'causal | prefix(4)',
  'window(3) & !ahead(3) | global(0, 9)',
  'window(1)',
  'causal & window(1)',
  'causal & documents(39)',
  'causal & dilated(3)',
  'causal | span(37, 39)',
])('%s has no opened rows', (text) => {
  const mask = maskOf(read(text), 40);
  expect(write(nearestOf(mask).expression)).not.toContain('cells');
  expect(openingIn(nearestOf(mask).expression, 40)).toBeUndefined();
});

test('one cell of the future in the last row but one is a leak, not padding of two', async () => {
  const brought = await bringMask(spoilt(maskOf(read('causal'), 40), [38 * 40 + 39]));
  expect(await brought.findings()).toEqual(['L3 at 38, 39']);
});

test('a plain causal mask compared with a padded one reads padding, and its first row is not an opened one', async () => {
  const brought = await bringMask(maskOf(read('causal'), 40));
  expect(await brought.findings('causal & !padding(6, 0)')).toEqual(['L17 at 6, 0']);
});

test('a batch padded on the left and opened has many texts, and none is wrong because it differs from another', async () => {
  const T = 48;
  const texts = ['causal', 'causal & !padding(3, 0)', 'causal & !padding(9, 0)'];
  const cells = texts.map((text) => cellsOf(repaired(maskOf(read(text), T), 'everything')));
  const brought = await bring('mask.npy', npyOfNumbers([3, 1, T, T], Buffer.concat(cells)));
  const { alike } = await surveyed(brought);
  expect(alike.map(({ findings }) => findings)).toEqual([[], [], []]);
});

test('the opened mask comes back from its own terms, cell by cell', () => {
  const mask = repaired(maskOf(read('causal & !padding(6, 0)'), 40), 'everything');
  const again = maskOf(read(write(nearestOf(mask).expression)), 40);
  expect(differenceOf(mask, again)).toEqual({ cells: 0 });
  expect(maskOfCells(cellsOf(again), 40, 40).row(3)).toEqual([0, 40]);
});
