/** @file Masks by terms against the rule of each term, cell by cell. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plans } from '../../src/attention/plans';
import { patterns } from '../../src/attention/registry';
import { BLOCKED, maskCells } from '../../src/attention/cells';
import { visiblePairs } from '../../src/attention/cost';
import { InputError } from '../../src/core/check';
import { layersOf } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { maskOf, terms, verdictOf, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { expressionOf } from '../../src/masks/layers';
import { cellsOf, differenceOf, maskOfCells, pairsOf } from '../../src/attention/mask';
import {
  complement,
  count,
  differ,
  fromCells,
  has,
  intersect,
  minus,
  union,
} from '../../src/attention/runs';
import { anyExpression, cellOf, numbersOf, RULES } from '../support/cellsOfTerms';

const T = 24;
const any = anyExpression(T);
const cell = (expression: Expression, q: number, k: number) => cellOf(expression, q, k, T);

describe('runs of keys', () => {
  const bits = fc.uint8Array({ minLength: T, maxLength: T, max: 1 });
  test('combine like sets', () => {
    fc.assert(
      fc.property(bits, bits, (a, b) => {
        const [x, y] = [fromCells(a, 0, T), fromCells(b, 0, T)];
        const expected = (keep: (a: number, b: number) => boolean) =>
          fromCells(
            a.map((one, i) => +keep(one, b[i]!)),
            0,
            T,
          );
        expect(union(x, y)).toEqual(expected((p, q) => p + q > 0));
        expect(intersect(x, y)).toEqual(expected((p, q) => p + q > 1));
        expect(minus(x, y)).toEqual(expected((p, q) => p > q));
        expect(differ(x, y)).toEqual(expected((p, q) => p !== q));
        expect(complement(x, T)).toEqual(
          fromCells(
            a.map((one) => 1 - one),
            0,
            T,
          ),
        );
        expect(count(x)).toBe(a.reduce((sum, one) => sum + one, 0));
        a.forEach((one, k) => expect(has(x, k)).toBe(one === 1));
      }),
    );
  });
});

describe('every term', () => {
  test('has a plain rule in this file', () => {
    expect(Object.keys(RULES).sort()).toEqual(terms.all.map(({ id }) => id).sort());
  });

  test.each(terms.all.map(({ id }) => id))('%s lets through what its rule says', (id) => {
    fc.assert(
      fc.property(numbersOf(id, T), (numbers) => {
        const mask = maskOf({ kind: 'term', term: id, numbers }, T);
        const cells = cellsOf(mask);
        for (let q = 0; q < T; q++)
          for (let k = 0; k < T; k++)
            expect(cells[q * T + k] === 1, `${q}, ${k}`).toBe(RULES[id]!(q, k, numbers, T));
      }),
      { numRuns: 30 },
    );
  });
});

describe('an expression', () => {
  test('evaluates in every cell as its terms say, and gives the reason', () => {
    fc.assert(
      fc.property(any, fc.nat(T - 1), fc.nat(T - 1), (expression, q, k) => {
        const expected = cell(expression, q, k) ?? true;
        expect(has(maskOf(expression, T).row(q), k)).toBe(expected);
        const verdict = verdictOf(expression, q, k, T);
        expect(verdict.allowed).toBe(expected);
        for (const part of verdict.because) expect(cell(read(part), q, k)).toBe(expected);
      }),
    );
  });

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(any, (expression) => {
        expect(read(write(expression))).toEqual(expression);
      }),
    );
    for (const text of [
      'causal & window(4) | sink(2)',
      'causal & (window(4) | sink(2)) & !padding(2, 0)',
      'causal & ~window(4)',
      '!(causal | chunk(4))',
      'causal & (window(4) & chunk(8))',
      'causal & documents(5, 9)',
    ])
      expect(write(read(text))).toBe(text);
  });

  test('with fewer queries than keys is aligned at the bottom right, as a decoder reads a cache', () => {
    const expression = read('causal & window(4)');
    const all = maskOf(expression, T);
    const last = maskOf(expression, T, 3);
    for (let q = 0; q < 3; q++) expect(last.row(q)).toEqual(all.row(T - 3 + q));
  });

  test.each([
    ['', /needs a term at character 1, at its end; the terms are causal, window/],
    ['causal & ', /needs a term at character 10, at its end; the terms are/],
    ['causal window(4)', /needs '&', '\|' or its end at character 8, before 'window/],
    ['full', /has 'full' at character 1; here that is written causal \| ahead\(1\)$/],
    [
      'causal & sliding_window(4)',
      /has 'sliding' at character 10; here that is written causal & window\(4\)$/,
    ],
    ['causal & windows(4)', /has 'windows' at character 10; the terms are causal/],
    ['window', /window has 0 numbers; it should have 1: window\(W\)/],
    ['window(0)', /W of window is 0; it should be a whole number from 1 to 16384/],
    ['window(4', /needs a '\)'/],
    ['window(x)', /needs a whole number at character 8, before 'x\)'/],
    ['('.repeat(40), /nested deeper than 24/],
    ['causal'.padEnd(2001), /2001 characters long/],
  ])('%s is refused', (text, words) => expect(() => read(text)).toThrow(words));

  test('any text is read or refused with InputError', () => {
    const pieces = fc.array(
      fc.constantFrom('causal', 'window', '(', ')', '4', ',', '&', '|', '!', '~', ' ', 'é'),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join('')),
        ),
        (text) => {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a plan by terms', () => {
  test.each(plans.all.map(({ id }) => id))('%s reads what its layers read', (plan) => {
    for (const layer of layersOf({ ...DEFAULTS, plan, window: 5, chunk: 4 })) {
      const mask = maskOf(expressionOf(layer), T);
      const cells = maskCells(layer, T).map((one) => +(one !== BLOCKED));
      expect(differenceOf(mask, maskOfCells(cells, T, T))).toEqual({ cells: 0 });
      if (layer.pattern !== 'approximate') expect(pairsOf(mask)).toBe(visiblePairs(layer, T));
    }
  });
  test('every pattern can be written in terms', () => {
    for (const { id } of patterns.all)
      expect(() => expressionOf({ pattern: id, params: { window: 4, chunk: 4 } })).not.toThrow();
  });
});

test('the rows of a mask of 16,384 tokens are counted without computing single cells', () => {
  const mask = maskOf(read('causal & (window(512) | sink(4))'), 16_384);
  const [W, S, N] = [512, 4, 16_384];
  const rows = Array.from(
    { length: N },
    (_, q) => Math.min(q + 1, W) + Math.max(0, Math.min(S, q + 1 - W)),
  );
  expect(pairsOf(mask)).toBe(rows.reduce((a, b) => a + b, 0));
});

test('two masks report how many cells differ, and the first of them', () => {
  const [a, b] = [maskOf(read('causal & window(4)'), T), maskOf(read('causal & window(5)'), T)];
  expect(differenceOf(a, b)).toEqual({ cells: T - 4, first: { query: 4, key: 0 } });
  expect(() => differenceOf(a, maskOf(read('causal'), 8))).toThrow('24 × 24 and 8 × 8');
});
