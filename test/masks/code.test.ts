/** @file Masks as code: the rule as Python against the mask cell by cell, and what the files say and refuse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formats } from '../../src/masks/code';
import { formatIds } from '../../src/masks/formatIds';
import type { CodeLayer } from '../../src/masks/format';
import { maskOf, terms, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { library } from '../../src/masks/library';
import { cellsOf, pairsOf } from '../../src/attention/mask';
import { count } from '../../src/attention/runs';
import { crcOf, factsOf } from '../../src/masks/python/facts';
import { sayLayers } from '../../src/masks/python/layers';
import { intervalOf } from '../../src/attention/plain';
import { ruleLines } from '../../src/attention/python';
import { evaluate } from '../support/python';

const T = 20;
const layers = (...texts: string[]): CodeLayer[] =>
  texts.map((text) => ({ expression: read(text) }));
const code = (id: string, tokens: number, ...texts: string[]) =>
  formats.get(id).write({ T: tokens, layers: layers(...texts) });

const anyTerm: fc.Arbitrary<Expression> = fc
  .constantFrom(...terms.all.map(({ id }) => id))
  .chain((id) => {
    const { params, rest } = terms.get(id);
    const number = (min: number) => fc.integer({ min, max: T - 1 });
    return fc
      .tuple(
        fc.tuple(...params.map(({ min }) => number(min))),
        rest ? fc.array(number(rest.min), { maxLength: 3 }) : fc.constant([]),
        fc.boolean(),
      )
      .map(([own, more, off]): Expression => ({
        kind: 'term',
        term: id,
        numbers: [...own, ...more],
        ...(off && { off }),
      }));
  });
const { any } = fc.letrec<{ any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyTerm,
    tie('any').map((of): Expression => ({ kind: 'not', of })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
        fc.boolean(),
      )
      .map(([kind, of, off]): Expression => ({ kind, of, ...(off && { off }) })),
  ),
}));

/** The returned expression of exported lines, in every cell. */
function cellsOfCode(lines: readonly string[], tokens: number): boolean[] {
  const text = lines.join(' ').replace('return ', '');
  return Array.from({ length: tokens * tokens }, (_, cell) => {
    const value = evaluate(text, {
      q_idx: Math.floor(cell / tokens),
      kv_idx: cell % tokens,
      T: tokens,
    });
    return value as boolean;
  });
}
const cells = (expression: Expression, tokens = T) =>
  [...cellsOf(maskOf(expression, tokens))].map((one) => one === 1);

describe('the rule as Python', () => {
  test('gives every cell of every term its value', () => {
    fc.assert(
      fc.property(anyTerm, (expression) => {
        expect(cellsOfCode(ruleLines(expression), T)).toEqual(cells(expression));
      }),
      { numRuns: 150 },
    );
  });

  test('gives every cell of any expression its value', () => {
    fc.assert(
      fc.property(any, (expression) => {
        expect(cellsOfCode(ruleLines(expression), T)).toEqual(cells(expression));
      }),
      { numRuns: 150 },
    );
  });
});

describe('the assertions of exported code', () => {
  test('check every row, the pairs and a sum over all bits for few tokens', () => {
    const expression = read('causal & window(4)');
    const facts = factsOf(expression, 8);
    const mask = maskOf(expression, 8);
    expect(facts.rows).toEqual([1, 2, 3, 4, 4, 4, 4, 4].map((keys, q) => [q, keys]));
    expect(facts.whole).toEqual({ pairs: pairsOf(mask), crc: crcOf(mask) });
    expect(crcOf(maskOf(read('causal & window(5)'), 8))).not.toBe(facts.whole!.crc);
  });

  test('check only rows, without single cells, for many tokens', () => {
    const facts = factsOf(read('causal & window(512)'), 16_384);
    expect(facts.whole).toBeUndefined();
    expect(facts.rows.at(-1)).toEqual([16_383, 512]);
    const text = code('flex', 16_384, 'causal & window(512)');
    expect(text).toContain('16383: 512');
    expect(text).not.toMatch(/packbits|create_mask\(mask/);
  });
});

test('lessons know the formats by the names of their files', () => {
  expect(formatIds.toSorted()).toEqual(formats.all.map(({ id }) => id).toSorted());
});

describe.each(formats.all)('$id', (format) => {
  const docs = library.all.filter(({ doc }) => format.supports(doc.layers) === undefined);

  test('writes some of the known masks', () => {
    expect(docs.length).toBeGreaterThan(0);
  });

  test.each(docs)('$id: code names its terms, its layers and its rows', ({ doc }) => {
    const text = format.write(doc);
    for (const { expression } of doc.layers) {
      expect(text).toContain(write(expression));
      const mask = maskOf(expression, doc.T);
      expect(text).toContain(`${doc.T - 1}: ${count(mask.row(doc.T - 1))}}`);
      expect(text).toContain(`${pairsOf(mask)}, 0x${crcOf(mask).toString(16).padStart(8, '0')})`);
    }
    expect(text).toContain(`T = ${doc.T}\n`);
    expect(text).not.toMatch(/undefined|NaN\b(?! or)|\[object/);
    for (const [open, close] of ['()', '[]', '{}'].map((pair) => [...pair]))
      expect(text.split(open!).length, open!).toBe(text.split(close!).length);
  });
});

describe('the window in words', () => {
  test.each(formats.all.map(({ id }) => id))('is spelt out by %s', (id) => {
    expect(code(id, 16, 'causal & window(4)')).toContain('W = 4: itself + 3 before');
  });
  test('does not count the query in FlashAttention', () => {
    expect(code('flash', 16, 'causal & window(4)')).toContain(
      'LAYERS = [dict(causal=True, window_size=(3, 0))]',
    );
    expect(code('flash', 16, 'window(65) & !ahead(65)')).toContain(
      'dict(causal=False, window_size=(64, 64))',
    );
    expect(code('flash', 16, 'causal', 'causal & window(4)', 'causal & window(4)')).toContain(
      '[dict(causal=True, window_size=(-1, -1))] + [dict(causal=True, window_size=(3, 0))] * 2',
    );
  });
  test('counts the query in Hugging Face', () => {
    const text = code('layer-types', 16, 'causal', 'causal & window(4)', 'causal & window(4)');
    expect(text).toContain(`'layer_types': ['full_attention'] + ['sliding_attention'] * 2,`);
    expect(text).toContain(`'sliding_window': 4,`);
  });
});

describe('a mask that a format cannot express is refused in one sentence', () => {
  test.each([
    ['flash', ['causal', 'causal & sink(2)'], /layer 2 is causal & sink\(2\); FlashAttention can/],
    ['flash', ['causal & chunk(4)'], /layer 1 is causal & chunk\(4\)/],
    ['layer-types', ['window(4) & !ahead(4)'], /layer_types can say causal/],
    [
      'layer-types',
      ['causal & window(4)', 'causal & window(8)'],
      /sizes of 4 and 8; sliding_window/,
    ],
  ] as const)('%s of %s', (id, texts, words) => {
    expect(formats.get(id).supports(layers(...texts))).toMatch(words);
  });
});

test('an interval is found despite disabled terms and brackets', () => {
  expect(intervalOf(read('causal & (window(4) & window(9)) & ~sink(2)'))).toEqual({
    causal: true,
    left: 3,
    right: 0,
  });
  expect(intervalOf(read('~causal'))).toEqual({ causal: false, left: -1, right: -1 });
  expect(intervalOf(read('causal | window(4)'))).toBeUndefined();
});

test('a row without a key and omitted paint are mentioned', () => {
  expect(code('torch-additive', 8, 'causal & !window(3)')).toContain('Query 0 reads no key');
  const [layer] = layers('causal');
  const painted = { T: 8, layers: [layer!, { ...layer!, paint: [{}] }] };
  expect(formats.get('flex').write(painted)).toContain('by hand on layer 2 are not in this code');
});

test('layers are counted from one, and consecutive ones are joined', () => {
  expect(sayLayers([1])).toBe('layer 1');
  expect(sayLayers([1, 2, 3, 5, 7, 8])).toBe('layers 1 to 3, 5 and 7 to 8');
});
