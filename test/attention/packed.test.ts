/** @file Layouts of rows that hold several documents, against the algebra of masks and the definition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  endsOf,
  rowTables,
  startsOf,
  withinDocuments,
  writeReaders,
  writeReads,
} from '../../src/attention/documents';
import { and, maskOf, term } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { isTiled, layoutOf, type Intervals, type Layout } from '../../src/attention/layout';
import { cellsOf } from '../../src/attention/mask';
import { planWithin } from '../../src/attention/packedPlan';
import { reach } from '../../src/attention/reach';
import { patterns, patternSpec } from '../../src/attention/registry';
import { cellsInTiles, tilesOf } from '../../src/attention/tiles';
import { MASKS } from '../support/masks';

/** A length, and the starts of its documents. */
const rows = fc
  .integer({ min: 1, max: 70 })
  .chain((T) =>
    fc.tuple(fc.constant(T), fc.array(fc.integer({ min: 0, max: T }), { maxLength: 9 })),
  );

/** 1 if the row reads the column. */
function cellsOfLayout(layout: Layout): Uint8Array {
  if (isTiled(layout)) return cellsInTiles(layout);
  const { T, first } = layout;
  return Uint8Array.from({ length: T * T }, (_, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    return +(first[q]! <= k && k <= q);
  });
}

/** The same from the keys. */
function cellsOfReaders(layout: Layout): Uint8Array {
  const T = layout.T;
  if (isTiled(layout)) {
    const turned = cellsInTiles({ T, reads: layout.readers });
    return turned.map((_, i) => turned[(i % T) * T + Math.floor(i / T)]!);
  }
  const { from, to } = layout as Intervals;
  return Uint8Array.from({ length: T * T }, (_, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    return +(from[k]! <= q && q <= to[k]!);
  });
}

const NAMES = [...patterns.all.map(({ id }) => id).filter((id) => id !== 'approximate'), ...MASKS];
const expressionOf = (name: string) =>
  patterns.has(name)
    ? patterns.get(name).expression(patternSpec(name, { window: 9 }).params)
    : read(name);
const layoutNamed = (name: string, T: number): Layout =>
  patterns.has(name)
    ? layoutOf(patternSpec(name, { window: 9 }), T)
    : tilesOf(maskOf(read(name), T));

describe.each(NAMES)('%s, cut at the documents of a row', (name) => {
  test('reads what its mask and the documents term let through, from the queries and from the keys', () => {
    fc.assert(
      fc.property(rows, ([T, begins]) => {
        const starts = startsOf(T, begins);
        const layout = withinDocuments(layoutNamed(name, T), starts);
        const documents = term('documents', ...new Set(begins.filter((at) => at > 0)));
        const expected = cellsOf(maskOf(and(expressionOf(name), documents), T)).map(
          (cell) => +(cell > 0),
        );
        expect(cellsOfLayout(layout)).toEqual(Uint8Array.from(expected));
        expect(cellsOfReaders(layout)).toEqual(Uint8Array.from(expected));
      }),
      { numRuns: 25 },
    );
  });

  test('has room for any documents, and each row’s tables are at the offset the kernel uses', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 3 }), ([T, begins], row) => {
        const layout = layoutNamed(name, T);
        const starts = startsOf(T, begins);
        const alone = withinDocuments(layout, starts);
        const sizes = rowTables(layout);
        for (const [write, size, own] of [
          [writeReads, sizes.reads, isTiled(alone) ? alone.reads : alone.first],
          [writeReaders, sizes.readers, isTiled(alone) ? alone.readers : undefined],
        ] as const) {
          const all = new Int32Array(4 * size).fill(-7);
          write(layout, starts, all, row);
          expect([...all.subarray(0, row * size)].every((n) => n === -7)).toBe(true);
          expect([...all.subarray((row + 1) * size)].every((n) => n === -7)).toBe(true);
          expect(all.length).toBe(4 * size); // a write past the end would be lost silently
          if (!own) continue;
          const blocks = isTiled(alone) ? Math.ceil(T / 4) : -1;
          const used = isTiled(alone) ? own[blocks]! : own.length;
          expect(used).toBeLessThanOrEqual(size);
          for (let i = 0; i < used; i++)
            expect(all[row * size + i]).toBe(own[i]! + (i <= blocks ? row * size : 0));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('is unchanged by a single document', () => {
    const layout = layoutNamed(name, 37);
    expect(cellsOfLayout(withinDocuments(layout, startsOf(37, [])))).toEqual(cellsOfLayout(layout));
  });
});

test('the starts and ends of documents', () => {
  const starts = startsOf(8, [3, 4, 0, 8, -2]);
  expect([...starts]).toEqual([0, 0, 0, 3, 4, 4, 4, 4]);
  expect([...endsOf(starts)]).toEqual([3, 3, 3, 4, 8, 8, 8, 8]);
});

test('averages of chunks are refused in words', () => {
  const layout = layoutOf(patternSpec('approximate', { window: 4, chunk: 2 }), 12);
  expect(() => withinDocuments(layout, startsOf(12, [5]))).toThrow(/averages of chunks/);
});

test('a plan kept within documents reads and reaches only tokens of the same document', () => {
  const plan = [patternSpec('local', { window: 4 }), patternSpec('global', {})];
  const begins = [5, 12];
  const within = planWithin(plan, begins);
  const starts = startsOf(20, begins);
  within.forEach(({ pattern, params }, l) => {
    const cells = cellsOf(maskOf(patterns.get(pattern).expression(params), 20));
    const expected = cellsOfLayout(withinDocuments(layoutOf(plan[l]!, 20), starts));
    expect(cells.map((cell) => +(cell > 0))).toEqual(expected);
  });
  expect(reach(plan, 20, 14)).toBe(15);
  expect(reach(within, 20, 14)).toBe(3);
  expect(planWithin(plan, [])).toBe(plan);
});
