import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { lettersOf, MAX_LETTERS, OTHER, surveyOf, written } from '../../src/data/alphabet';
import { makeFeed } from '../../src/data/batches';
import { vocabulary } from '../../src/data/characters';
import { documentsOf } from '../../src/data/corpus';
import { corpusOfText } from '../../src/data/ownText';
import { paragraphsOrLines } from '../../src/data/packed';
import { sources } from '../../src/data/registry';
import type { CorpusSource } from '../../src/data/source';
import { piecesOf } from '../../src/data/utf8';
import { scripts } from '../support/scripts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }), // all of Unicode
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)), // lone surrogates too
);

describe.each(scripts)('a text in %s', (name, text) => {
  const { alphabet, covered } = surveyOf(text);
  const letters = lettersOf(alphabet);
  const corpus = corpusOfText(text, letters);

  test('gets characters of its own, which cover it', () => {
    expect(alphabet).not.toBe('');
    expect(covered).toBe(1);
    expect(letters.strangers(text).size).toBe(0);
  });

  test('comes back from its tokens unchanged', () => {
    expect(letters.decode(letters.encode(letters.normalise(text)))).toBe(text.normalize('NFC'));
    expect(letters.decode(corpus.ids)).toBe(letters.normalise(text).trim());
  });

  test('has a token and a label for every character, and nothing unknown in it', () => {
    expect(corpus.ids.every((id) => id > 0 && id < letters.size)).toBe(true);
    for (let id = 0; id < letters.size; id++) expect(letters.label(id)).toMatch(/^◌?\S$/u);
  });

  test('splits into the same documents whatever its tokens are', () => {
    const bytes = lettersOf('bytes');
    const inBytes = corpusOfText(text, bytes);
    const said = (of: typeof corpus, decode: (ids: Iterable<number>) => string) =>
      of.documents.map(({ start, end, split }) => [split, decode(of.ids.subarray(start, end))]);
    expect(said(inBytes, bytes.decode)).toEqual(said(corpus, letters.decode));
    expect(documentsOf(corpus, 'validation').length).toBeGreaterThan(0);
  });

  test('is split into paragraphs if documents are kept apart', () => {
    for (const of of [letters, lettersOf('bytes')]) {
      const { ids } = corpusOfText(text, of);
      const begins = paragraphsOrLines.rule(ids, of);
      const count = [...ids.keys()].filter((place) => begins(place, place)).length;
      expect(count).toBe(text.split('\n\n').length - 1);
    }
  });

  test('begins a sample with whole characters, also with bytes as tokens', () => {
    for (const wanted of [alphabet, 'bytes']) {
      const own = lettersOf(wanted);
      const source = { ...(sources.get('own-text') as CorpusSource), vocabulary: own };
      const feed = makeFeed(source, {
        corpus: corpusOfText(text, own),
        T: 16,
        batch: 2,
        distance: 1,
        seed: 1,
      });
      expect(feed.prompt.length).toBeGreaterThan(0);
      expect(own.decode(feed.prompt)).not.toContain('\uFFFD');
      expect(text.normalize('NFC')).toContain(own.decode(feed.prompt));
    }
  });

  test(`is written in a URL and read again (${name})`, () => {
    expect(lettersOf(encodeURIComponent(alphabet)).size).toBe(letters.size);
    expect(alphabet.length).toBeLessThan(1000);
  });
});

describe('the characters of the site stay', () => {
  test.each([
    ['plain English', 'Call me Ishmael. '.repeat(200)],
    ['typographic signs', '“Don’t,” he said — ‘wait’… '.repeat(200)],
    ['a borrowed accent in a long text', `a café${' and no other accent'.repeat(200)}`],
  ])('for %s', (_, text) => {
    expect(surveyOf(text)).toMatchObject({ alphabet: '', covered: 1 });
    expect(corpusOfText(text, lettersOf('')).ids).toEqual(corpusOfText(text).ids);
  });
  test('as the same vocabulary object', () => {
    expect(lettersOf('')).toBe(vocabulary);
  });
});

describe('more characters than there are tokens', () => {
  /** Character i occurs about N / (i + 1) times, as words do. */
  const zipf = (kinds: number, most: number) =>
    Array.from({ length: kinds }, (_, i) =>
      String.fromCodePoint(0x4e00 + i).repeat(Math.ceil(most / (i + 1))),
    ).join('');

  test('makes the rarest share one token, written □, and reports their share', () => {
    const text = zipf(2000, 4000);
    const { alphabet, kinds, kept, covered } = surveyOf(text);
    const letters = lettersOf(alphabet);
    expect([kinds, kept, letters.size]).toEqual([2000, MAX_LETTERS - 2, MAX_LETTERS]);
    const strange = letters.strangers(text);
    const known = [...text].filter((one) => !strange.has(one)).length;
    expect(covered).toBeCloseTo(known / [...text].length, 12);
    const back = letters.decode(letters.encode(letters.normalise(text)));
    expect([...back].filter((one) => one === OTHER).length).toBe([...text].length - known);
    expect(back.startsWith('一'.repeat(4000))).toBe(true);
  });
  test('falls back to bytes, which can write everything, if too much is left out', () => {
    const text = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(surveyOf(text)).toMatchObject({ alphabet: 'bytes', kinds: 3000 });
    const bytes = lettersOf('bytes');
    expect(bytes.decode(bytes.encode(bytes.normalise(text)))).toBe(text);
  });
});

describe('normalising', () => {
  const letters = lettersOf(surveyOf('你好 é 한 क़ 👩‍🔬 ａ'.repeat(9)).alphabet);
  test.each([
    ['one\r\ntwo\rthree\u2028', 'NFC of e\u0301'],
    ['e\u0301', 'é'],
    ['\u1112\u1161\u11ab', '한'],
    ['\ufeff你\u200f好\u0007', '你好'],
    ['你\t好\u00a0', '你 好 '],
    ['\ud800 \ufffd □', '□ □ □'],
    ['你x好', '你□好'],
  ])('%j', (given, wanted) => {
    if (wanted.startsWith('NFC')) expect(letters.normalise(given)).not.toMatch(/[\r\u2028]/);
    else expect(letters.normalise(given)).toBe(wanted);
  });
  test('keeps the joiners that combine code points into one emoji', () => {
    expect(letters.decode(letters.encode(letters.normalise('👩‍🔬')))).toBe('👩‍🔬');
  });
});

describe('any text', () => {
  test('is unchanged by a second normalising, and what is covered comes back', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const { alphabet, covered } = surveyOf(text);
        const letters = lettersOf(alphabet);
        for (const given of [text, other]) {
          const once = letters.normalise(given);
          expect(letters.normalise(once)).toBe(once);
          if (alphabet !== '' && alphabet !== 'bytes')
            expect(letters.decode(letters.encode(once))).toBe(once);
        }
        if (covered === 1) expect(letters.strangers(text).size).toBe(0);
        expect(surveyOf(text).alphabet).toBe(alphabet);
      }),
    );
  });
  test('comes back from bytes as its characters, and each byte adds its part', () => {
    const bytes = lettersOf('bytes');
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = bytes.encode(bytes.normalise(text));
        expect(bytes.decode(ids)).toBe(bytes.normalise(text));
        expect(piecesOf(ids).join('')).toBe(bytes.normalise(text));
      }),
    );
  });
  test('of any bytes is written without an error, one piece per byte', () => {
    const bytes = lettersOf('bytes');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (ids) => {
        expect(piecesOf(ids)).toHaveLength(ids.length);
        expect(piecesOf(ids).join('')).toBe(bytes.decode(ids));
      }),
    );
  });
});

describe('an alphabet in a URL', () => {
  test('is the shortest way to write its characters', () => {
    expect(written([...'ba c'])).toBe('0.1s-2');
    expect(lettersOf('0.1s-2').label(3)).toBe('a');
  });
  test.each([
    ['no run', '0-2m..3'],
    ['capitals', '0-2M'],
    ['too many', '0-zzzz'],
    ['beyond Unicode', 'zzzzz'],
    ['control characters', '2n-9'],
    ['two runs for one', '0-2.0-3'],
  ])('with %s is refused', (_, alphabet) => {
    expect(() => lettersOf(alphabet)).toThrow(InputError);
  });
  test('is read or refused in words, whatever it is', () => {
    const runs = fc
      .array(fc.string({ unit: fc.constantFrom(...'0129az-.'), maxLength: 6 }))
      .map((all) => all.join('.'));
    fc.assert(
      fc.property(fc.oneof(runs, fc.string()), (alphabet) => {
        try {
          const { size } = lettersOf(alphabet);
          expect(size).toBeLessThanOrEqual(MAX_LETTERS);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
    );
  });
});
