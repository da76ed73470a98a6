import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encode, normalise, strangers, vocabulary } from '../../src/data/characters';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }), // all of Unicode
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)), // lone surrogates too
);

describe('the vocabulary', () => {
  test('has 96 ids: unknown, newline, and printable ASCII without the backtick', () => {
    expect(vocabulary.size).toBe(96);
    const all = Array.from({ length: 96 }, (_, id) => id);
    expect(decode(all)).toBe(
      '\uFFFD\n !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_abcdefghijklmnopqrstuvwxyz{|}~',
    );
  });
  test('labels every id visibly, and each one differently', () => {
    const labels = Array.from({ length: 96 }, (_, id) => vocabulary.label(id));
    expect(labels.every((label) => /^\S$/u.test(label))).toBe(true);
    expect(new Set(labels).size).toBe(96);
    expect([vocabulary.label(encode(' ')[0]!), vocabulary.label(encode('\n')[0]!)]).toEqual([
      '␣',
      '⏎',
    ]);
  });
});

describe('normalising', () => {
  test.each([
    ['one\r\ntwo\rthree\ffour\u2028five', 'one\ntwo\nthree\nfour\nfive'],
    ['“Don’t,” he said — ‘wait’…', "\"Don't,\" he said -- 'wait'..."],
    ['a\tb\u00a0c\u2009d', 'a b c d'],
    ['naïve café, Ångström, Dvořák', 'naive cafe, Angstrom, Dvorak'],
    ['Ærø, œuvre, Straße, Łódź', 'AEro, oeuvre, Strasse, Lodz'],
    ['`quoted´ and \u1fef', "'quoted' and '"],
    ['soft\u00adhyphen, zero\u200bwidth, \ufeffmark', 'softhyphen, zerowidth, mark'],
    ['½ of 5–6 ﬁsh', '1/2 of 5-6 fish'],
    ['Ж and 🦓 and \u0000', '\uFFFD and \uFFFD and \uFFFD'],
  ])('%j becomes %j', (given, expected) => {
    expect(normalise(given)).toBe(expected);
  });

  test('leaves normalised text unchanged', () => {
    fc.assert(fc.property(anyText, (text) => normalise(normalise(text)) === normalise(text)));
  });
  test('turns every foreign character into one unknown token and names it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const counted = [...strangers(text).values()].reduce((a, b) => a + b, 0);
        expect(normalise(text).split('\uFFFD').length - 1).toBe(counted);
      }),
    );
  });
  test('names foreign characters in the order of their appearance', () => {
    expect([...strangers('aЖbяЖ')]).toEqual([
      ['Ж', 2],
      ['я', 1],
    ]);
  });
});

describe('encoding', () => {
  test('normalised text comes back unchanged', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const normal = normalise(text);
        expect(decode(encode(normal))).toBe(normal);
      }),
    );
  });
  test('any text gives one id below 96 per UTF-16 unit', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = encode(text);
        expect(ids.length).toBe(text.length);
        expect(ids.every((id) => id < 96)).toBe(true);
      }),
    );
  });
  test('an id outside the vocabulary is written as unknown', () => {
    expect(decode([96, 35, 255])).toBe('\uFFFDA\uFFFD');
  });
});
