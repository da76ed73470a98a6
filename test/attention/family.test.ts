/**
 * @file Everything that follows from one mask: random expressions against their cells, which are computed from the
 * meaning of their terms alone (test/support/cellsOfTerms.ts). Kernels are tested in test/ops/anyMask.test.ts, the
 * slots of a decoder in need.test.ts and test/model/decode/decoder.test.ts.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCKED, maskCells } from '../../src/attention/cells';
import { cachedKeys, visiblePairs } from '../../src/attention/cost';
import { maskOf, term, terms, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { maskFacts } from '../../src/attention/facts';
import { computedPairs, walksOf } from '../../src/ops/attention/costs';
import { isTiled, layoutOf } from '../../src/attention/layout';
import { namedSpec } from '../../src/attention/named';
import { lastReaders } from '../../src/attention/need';
import { ruleLines } from '../../src/attention/python';
import { reachCone } from '../../src/attention/reach';
import { readsOf } from '../../src/attention/reads';
import { patterns, patternSpec } from '../../src/attention/registry';
import { count, fromCells } from '../../src/attention/runs';
import { cellsInTiles, eachSpan, pairsInTiles, type TileLayout } from '../../src/attention/tiles';
import { tileOf } from '../../src/masks/tile';
import {
  anyExpression,
  anyMask,
  cellOf,
  cellsByRules,
  firstDifference,
} from '../support/cellsOfTerms';
import { draws } from '../support/draws';
import { evaluate } from '../support/python';
import { inWholeTiles } from '../support/wholeTiles';

const MOST = 300; // tokens whose cells are all checked
const specOf = (expression: Expression) => patternSpec(write(expression), {});
const alike = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  expect(firstDifference(a, b)).toBe(-1);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const turned = (cells: Uint8Array, T: number) =>
  cells.map((_, i) => cells[(i % T) * T + Math.floor(i / T)]!);

function tiles(expression: Expression, T: number): TileLayout {
  const layout = layoutOf(specOf(expression), T);
  if (!isTiled(layout)) throw new Error(`${write(expression)} has no tiles`);
  return layout;
}

describe('for any mask', () => {
  /** Checks one consequence of a mask against its cells. */
  const holds = (
    runs: number,
    check: (expression: Expression, T: number, cells: Uint8Array) => void,
    most = MOST,
  ) =>
    fc.assert(
      fc.property(anyMask(most), ({ T, expression }) =>
        check(expression, T, cellsByRules(expression, T)),
      ),
      draws(runs),
    );

  test('the pictures show its cells, in the Lab and on the workbench', () => {
    holds(80, (expression, T, cells) => {
      alike(maskCells(specOf(expression), T), cells);
      const view = { query: 0, key: 0, side: T };
      const drawn = tileOf(maskOf(expression, T), view, T).cells;
      alike(
        drawn,
        cells.map((cell) => 255 * cell),
      );
    });
  });

  test('pairs are counted correctly, per row and in total', () => {
    holds(80, (expression, T, cells) => {
      const spec = specOf(expression);
      const rows = range(T).map((q) => count(fromCells(cells, q * T, T)));
      expect(range(T).map((q) => readsOf(spec, q, T).keys)).toEqual(rows);
      expect(visiblePairs(spec, T)).toBe(rows.reduce((sum, keys) => sum + keys, 0));
    });
  });

  test('the queries that read the future and those that read nothing are reported', () => {
    holds(80, (expression, T, cells) => {
      const future = cells.findIndex((cell, i) => cell === 1 && i % T > Math.floor(i / T));
      const empty = range(T).map((q) => +!cells.subarray(q * T, q * T + T).includes(1));
      expect(maskFacts(specOf(expression), T)).toEqual({
        empty: fromCells(empty, 0, T),
        ...(future >= 0 && { future: { query: Math.floor(future / T), key: future % T } }),
      });
    });
  });

  test('the tiles cover its cells, from the queries and from the keys', () => {
    holds(80, (expression, T, cells) => {
      const { reads, readers } = tiles(expression, T);
      alike(cellsInTiles({ T, reads }), cells);
      alike(cellsInTiles({ T, reads: readers }), turned(cells, T));
    });
  });

  test('every kernel computes its pairs, plus the other cells of whole tiles', () => {
    holds(30, (expression, T, cells) => {
      const spec = specOf(expression);
      const pairs = cells.reduce((sum, cell) => sum + cell, 0);
      for (const kernel of ['gpu', 'softwareGpu', 'simd', 'host'] as const)
        for (const walk of walksOf(kernel, 16)) {
          const alone = walk.together === 1 && walk.atOnce === 1;
          expect(computedPairs(spec, T, walk)).toBe(alone ? pairs : inWholeTiles(cells, T, walk));
        }
    });
  });

  test('through two layers a query reaches what the product of their cells gives', () => {
    holds(30, (expression, T, cells) => {
      const query = T >> 1;
      const first = range(T).map((k) => cells[query * T + k]! > 0);
      const second = range(T).map((k) => range(T).some((q) => first[q] && cells[q * T + k]));
      const layer = specOf(expression);
      const cone = reachCone([layer, layer], T, query).map((row) => [...row].map(Boolean));
      expect(cone).toEqual([second, first, range(T).map((k) => k === query)]);
    });
  });

  test('the last reader of each key is the last query with a cell there', () => {
    holds(60, (expression, T, cells) => {
      const last = range(T).map((k) => range(T).findLastIndex((q) => cells[q * T + k] === 1));
      expect([...lastReaders(maskOf(expression, T))]).toEqual(last);
    });
  });

  test('the Python code gives every cell its value', () => {
    holds(
      60,
      (expression, T, cells) => {
        const rule = ruleLines(expression).join(' ').replace('return ', '');
        const step = Math.max(1, Math.floor((T * T) / 400)) | 1; // some hundred cells, in every column
        for (let i = 0; i < T * T; i += step)
          expect(evaluate(rule, { q_idx: Math.floor(i / T), kv_idx: i % T, T })).toBe(
            cells[i] === 1,
          );
      },
      MOST,
    );
  });

  test('a pattern with a name for it reads its cells', () => {
    holds(60, (expression, T, cells) => {
      alike(
        maskCells(namedSpec(expression), T).map((cell) => +(cell !== BLOCKED)),
        cells,
      );
    });
  });

  test('no mask is taken for a pattern with other rows: a mask with zero global tokens is not the global layer', () => {
    const none = read('global()');
    expect(write(none)).toBe('global()');
    for (const spec of [specOf(none), namedSpec(none)])
      expect(maskCells(spec, 4)).toEqual(new Uint8Array(16));
    for (const { id } of terms.all) expect(patterns.has(write(term(id))), id).toBe(false);
  });

  test('at every token a decoder keeps the keys that this query or a later one reads', () => {
    const PERIOD = 900;
    // The text has not ended yet, so there is no padding at its end.
    fc.assert(
      fc.property(anyExpression(13, ['padding']), fc.integer({ min: 1, max: 90 }), (one, T) => {
        fc.pre(periodOf(one) <= PERIOD);
        const far = T + 2 * PERIOD + 40;
        const last = range(T).map((k) => {
          for (let q = far - 1; q >= 0; q--) if (cellOf(one, q, k, far) ?? true) return q;
          return -1;
        });
        for (let t = 0; t < T; t++)
          expect(cachedKeys(specOf(one), t + 1)).toBe(
            last.slice(0, t + 1).filter((q) => q >= t).length,
          );
      }),
      draws(60),
    );
  });
});

/** After how many tokens all its steps and chunks start together again. */
function periodOf(expression: Expression): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = (a: number, b: number) => (a / divisor(a, b)) * b;
  if (expression.kind === 'not') return periodOf(expression.of);
  if (expression.kind === 'rows') return 1;
  if (expression.kind !== 'term') return expression.of.map(periodOf).reduce(common, 1);
  const { term, numbers } = expression;
  if (term === 'chunk' || term === 'dilated') return numbers[0]!;
  return term === 'exact' || term === 'summaries' ? numbers[1]! : 1;
}

describe('for any mask over thousands of tokens', () => {
  /** Cells of one row (or column) in a list of tiles. */
  function inTiles(list: Int32Array, row: number, T: number): Uint8Array {
    const cells = new Uint8Array(T);
    eachSpan(list, row >> 2, (from, to, bits) => {
      for (let tile = from; tile < to; tile++)
        for (let j = 0; j < 8; j++) if ((bits >>> (8 * (row & 3) + j)) & 1) cells[8 * tile + j] = 1;
    });
    return cells;
  }
  const long = (most: number) =>
    fc.integer({ min: 1000, max: most }).chain((T) =>
      fc.record({
        T: fc.constant(T),
        expression: fc.oneof(anyExpression(600), anyExpression(T + 5)),
        places: fc.array(fc.nat(T - 1), { minLength: 4, maxLength: 4 }),
      }),
    );

  test('rows agree with its cells up to 16,384 tokens', () => {
    fc.assert(
      fc.property(long(16_384), ({ T, expression, places }) => {
        const mask = maskOf(expression, T);
        for (const q of places) {
          const row = Uint8Array.from(
            { length: T },
            (_, k) => +(cellOf(expression, q, k, T) ?? true),
          );
          expect(mask.row(q)).toEqual(fromCells(row, 0, T));
        }
      }),
      draws(60),
    );
  });

  test('tiles hold as many pairs as are counted, and agree with its cells in every row and column checked', () => {
    fc.assert(
      fc.property(long(3000), ({ T, expression, places }) => {
        const layout = tiles(expression, T);
        expect(pairsInTiles(layout)).toBe(visiblePairs(specOf(expression), T));
        expect(pairsInTiles({ T, reads: layout.readers })).toBe(pairsInTiles(layout));
        const opens = (q: number, k: number) => +(cellOf(expression, q, k, T) ?? true);
        for (const at of places) {
          const [row, column] = [
            Uint8Array.from({ length: T }, (_, k) => opens(at, k)),
            Uint8Array.from({ length: T }, (_, q) => opens(q, at)),
          ];
          alike(inTiles(layout.reads, at, T), row);
          alike(inTiles(layout.readers, at, T), column);
        }
      }),
      draws(25),
    );
  });
});
