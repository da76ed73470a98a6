/** @file Numbers, lists and dates in each language: what is shown, and that it can be typed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENGLISH, LANGUAGES } from '../../src/core/languages';
import { listed, numbersOf } from '../../src/core/numbers';
import { countOf } from '../../src/core/units';
import { MADE_UP } from '../../scripts/messages/madeUp';

const all = [ENGLISH, ...LANGUAGES, MADE_UP].map(
  (language) => [language.tag, numbersOf(language)] as const,
);
const of = (tag: string) => all.find(([one]) => one === tag)![1];
const [en, de, es] = [of('en'), of('de'), of('es')];

const any = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0); // String(-0) is 0
const digits = fc.integer({ min: 0, max: 6 });
const check = (...given: Parameters<typeof fc.property<[number, number]>>) =>
  fc.assert(fc.property(...given));

describe('numbers', () => {
  test.each([
    [en, '1,234.50', '4,096', '-1,048,576', '12.5 %', '88.0 KiB', '2.61 M', '0.1'],
    [de, '1.234,50', '4.096', '-1.048.576', '12,5 %', '88,0 KiB', '2,61 M', '0,1'],
    [es, '1234,50', '4096', '-1\u00A0048\u00A0576', '12,5 %', '88,0 KiB', '2,61 M', '0,1'],
  ])('are written as the language writes them', (numbers, ...expected) => {
    expect([
      numbers.decimal(1234.5, 2) + '0',
      numbers.formatInteger(4096),
      numbers.formatInteger(-1_048_576),
      numbers.percent(0.125, 1),
      numbers.formatBytes(90_112),
      numbers.formatCount(2_610_000),
      numbers.plain(0.1),
    ]).toEqual(expected);
  });

  test('in English, and in a language that Intl does not know, are those of JavaScript', () => {
    for (const numbers of [en, of(MADE_UP.tag)])
      check(any, digits, (value, n) => {
        expect(numbers.fixed(value, n)).toBe(value.toFixed(n));
        expect(numbers.precise(value, n + 1)).toBe(value.toPrecision(n + 1));
        expect(numbers.plain(value)).toBe(String(value));
        expect(numbers.percent(value, n)).toBe(`${(100 * value).toFixed(n)} %`);
        expect(numbers.formatInteger(value)).toBe(Math.round(value).toLocaleString('en-US'));
        expect(numbers.decimal(value, n)).toBe(
          value.toLocaleString('en-US', { maximumFractionDigits: n }),
        );
      });
  });

  test.each(all)('in %s have the digits of English', (_, numbers) => {
    const only = (text: string) => text.replaceAll(/[.,\u00A0]/g, '');
    check(any, digits, (value, n) => {
      for (const write of ['fixed', 'decimal', 'percent'] as const)
        expect(only(numbers[write](value, n))).toBe(only(en[write](value, n)));
    });
  });

  test.each([Infinity, -Infinity, NaN])('%s stays', (value) => {
    for (const [, numbers] of all) expect(numbers.fixed(value, 2)).toBe(String(value));
  });
});

describe('typed numbers', () => {
  test.each(all)('in %s are those that are shown', (_, { readNumber, ...numbers }) => {
    check(any, digits, (value, n) => {
      expect(readNumber(numbers.fixed(value, n))).toBe(Number(value.toFixed(n)));
      expect(readNumber(numbers.precise(value, n + 1))).toBe(Number(value.toPrecision(n + 1)));
      expect(readNumber(numbers.plain(value))).toBe(value);
      expect(readNumber(numbers.formatInteger(value))).toBe(Math.round(value));
      expect(readNumber(numbers.decimal(value, n))).toBe(
        Number(value.toLocaleString('en-US', { maximumFractionDigits: n, useGrouping: false })),
      );
    });
  });

  test.each([
    ['12.5', 12.5],
    ['12,5', 12.5],
    ['0,125', 0.125],
    ['0.125', 0.125],
    ['4096', 4096],
    ['4 096', 4096],
    ['4\u202F096', 4096],
    ['4_096', 4096],
    ["40'960", 40_960],
    ['1.234,5', 1234.5],
    ['1,234.5', 1234.5],
    ['−2', -2],
    ['1e6', 1_000_000],
    ['', undefined],
    ['many', undefined],
    ['1.2,3.4', undefined],
    ['1e999', undefined],
    ['0x10', undefined],
  ])("'%s' is %s in every language", (typed, value) => {
    for (const [, { readNumber }] of all) expect(readNumber(typed)).toBe(value);
  });

  test('one sign before three digits is what it is in the language', () => {
    expect(['4,096', '4.096'].map(en.readNumber)).toEqual([4096, 4.096]);
    expect(['4,096', '4.096'].map(de.readNumber)).toEqual([4.096, 4096]);
    expect(['4,096', '4.096'].map(es.readNumber)).toEqual([4.096, 4096]);
    expect(de.readNumber('1.048.576')).toBe(1_048_576);
  });

  test.each(['1,5M', '1.5M', '1.5 m'])("the count '%s' is the same in every language", (typed) => {
    for (const [, { readNumber }] of all) expect(countOf(typed, readNumber)).toBe(1_572_864);
  });

  test.each(all)('counts in %s are those that are shown', (_, numbers) => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        expect(countOf(numbers.formatInteger(n), numbers.readNumber)).toBe(n);
      }),
    );
  });
});

describe('lists', () => {
  const lists: readonly string[][] = [[], ['a'], ['a', 'b'], ['a', 'b', 'c']];

  test('have no comma before the last word', () => {
    expect(lists.map((words) => en.listed(words))).toEqual(['', 'a', 'a and b', 'a, b and c']);
    expect(lists.map((words) => en.listed(words, 'or'))).toEqual(['', 'a', 'a or b', 'a, b or c']);
    expect(lists.map((words) => de.listed(words))).toEqual(['', 'a', 'a und b', 'a, b und c']);
    expect(de.listed(['a', 'b', 'c'], 'or')).toBe('a, b oder c');
    expect(lists.map((words) => es.listed(words))).toEqual(['', 'a', 'a y b', 'a, b y c']);
  });

  test('in Spanish avoid two equal vowels', () => {
    expect(es.listed(['A', 'Italia'])).toBe('A e Italia');
    expect(es.listed(['siete', 'ocho'], 'or')).toBe('siete u ocho');
  });

  test('of this build are English', () => expect(listed(['a', 'b', 'c'])).toBe('a, b and c'));
});

test('words are in the order of a dictionary', () => {
  for (const [, { inOrder }] of all)
    expect(['Zebra', 'Öl', 'Ofen', 'aber'].sort(inOrder)).toEqual(['aber', 'Ofen', 'Öl', 'Zebra']);
  expect(['nz', 'ñandú'].sort(es.inOrder)).toEqual(['nz', 'ñandú']);
  expect(['nz', 'ñandú'].sort(de.inOrder)).toEqual(['ñandú', 'nz']);
});

test('dates have their words and order', () => {
  const day = new Date(2026, 2, 7);
  const written = all.map(([, { formatDate }]) =>
    formatDate(day, { day: 'numeric', month: 'long' }),
  );
  expect(written).toEqual(['7 March', '7. März', '7 de marzo', '7 March']);
});
