/**
 * @file What every slice promises, checked over the registry, and what each one means, by a plain rule over strings.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { decode, encode } from '../../src/data/characters';
import type { Corpus } from '../../src/data/corpus';
import { repeated } from '../../src/data/repeat';
import { sources } from '../../src/data/registry';
import type { SliceWindow } from '../../src/data/slice';
import { headlineOf, isFar, slices, slicesOf } from '../../src/data/slices';
import type { CorpusSource } from '../../src/data/source';

const corpora = sources.all.filter((source) => source.kind === 'corpus');
const sourceCalled = (id: string) => corpora.find((source) => source.id === id)!;

const corpusOf = (parts: readonly string[]): Corpus => {
  let start = 0;
  const documents = parts.map((part, i) => {
    const document = { title: `${i}`, start, end: start + part.length, split: 'train' as const };
    start = document.end;
    return document;
  });
  return { title: 'text', licence: '', origin: '', documents, ids: encode(parts.join('')) };
};

/** Few different letters, so that runs of them recur. */
const letters = fc.string({ unit: fc.constantFrom(...'ab '), minLength: 420, maxLength: 600 });

/** Two documents of a source as it would load them, and a window in the second one. */
const windows = (source: CorpusSource) =>
  fc
    .record({
      parts: fc.tuple(letters, letters),
      T: fc.integer({ min: 1, max: 300 }),
      at: fc.nat(99),
      reach: fc.integer({ min: 1, max: 200 }),
    })
    .map(({ parts, T, at, reach }): SliceWindow => {
      const plain = corpusOf(parts);
      const corpus = source.repeat ? repeated(plain, source.repeat) : plain;
      const { start, end } = corpus.documents[1]!; // shorter, because an incomplete passage was dropped
      return { source, corpus, start: start + at, T: Math.min(T, end - start - at - 1), reach };
    });

const pairs = slices.all.flatMap((slice) =>
  corpora
    .filter((source) => slice.fits(source))
    .map((source) => ({ slice, source, name: `${slice.id} of ${source.id}` })),
);

test('every slice fits a text of the site', () => {
  const fitting = new Set(pairs.map(({ slice }) => slice.id));
  expect(slices.all.filter(({ id }) => !fitting.has(id))).toEqual([]);
  expect(slices.all.map(({ id }) => id)).toEqual([
    'second-saying',
    'line-above',
    'key-column',
    'far-copy',
  ]);
});

test.each(slices.all)('$id describes its contents in one sentence', ({ label, summary }) => {
  expect(label).toMatch(/^[A-Z].*[a-z]$/);
  expect(summary).toMatch(/^[A-Z][^.]*\.$/);
});

test('the first slice that fits a text is the one every page shows first; a task has none', () => {
  expect(corpora.map((source) => [source.id, headlineOf(source)?.id])).toEqual([
    ['moby-dick', 'far-copy'],
    ['sotu', 'far-copy'],
    ['postal-codes', 'line-above'],
    ['said-twice', 'second-saying'],
    ['said-once', 'far-copy'],
    ['program-code', 'far-copy'],
    ['own-text', 'far-copy'],
  ]);
  for (const source of sources.all.filter(({ kind }) => kind === 'task'))
    expect([headlineOf(source), slicesOf(source)]).toEqual([undefined, []]);
});

test('a second saying is far if local layers cannot see the first; a far copy is far by its rule', () => {
  const source = sourceCalled('said-twice');
  const far = (id: string, reach: number) => isFar(slices.get(id), source, reach);
  expect([far('second-saying', 95), far('second-saying', 96)]).toEqual([true, false]);
  expect([far('far-copy', 95), far('far-copy', 1e6)]).toEqual([true, true]);
});

describe.each(pairs)('$name', ({ slice, source }) => {
  test('marks each of T targets with 0 or 1, the same every time', () => {
    fc.assert(
      fc.property(windows(source), (window) => {
        const mask = slice.mask(window);
        expect(mask).toHaveLength(window.T);
        expect(mask.every((bit) => bit === 0 || bit === 1)).toBe(true);
        expect(slice.mask(window)).toEqual(mask);
      }),
    );
  });
  test('contains some targets and not others', () => {
    const text = 'the whale and the sea, '.repeat(60);
    const corpus = corpusOf([source.repeat ? text.slice(0, 96 * 14) : text]);
    const mask = slice.mask({ source, corpus, start: 0, T: 400, reach: 10 });
    expect(new Set(mask)).toEqual(new Set([0, 1]));
  });
  test('does not depend on characters outside the window', () => {
    fc.assert(
      fc.property(windows(source), fc.constantFrom(...'ab '), (window, other) => {
        const { corpus, start, T } = window;
        const ids = corpus.ids.map((id, i) =>
          i < start || i > start + T ? encode(other)[0]! : id,
        );
        expect(slice.mask({ ...window, corpus: { ...corpus, ids } })).toEqual(slice.mask(window));
      }),
    );
  });
  test('marks a target the same in a shorter window from the same place', () => {
    fc.assert(
      fc.property(windows(source), fc.nat(), (window, n) => {
        const T = 1 + (n % window.T);
        expect(slice.mask({ ...window, T })).toEqual(slice.mask(window).subarray(0, T));
      }),
    );
  });
  test('contains the same targets for every reach exactly if it has a fixed distance', () => {
    if (slice.back) {
      expect(slice.back(source)).toBeGreaterThan(0);
      fc.assert(
        fc.property(windows(source), fc.integer({ min: 1, max: 200 }), (window, reach) => {
          expect(slice.mask({ ...window, reach })).toEqual(slice.mask(window));
        }),
      );
      return;
    }
    const corpus = corpusOf(['the whale and the sea, '.repeat(60)]);
    const held = (reach: number) =>
      slice.mask({ source, corpus, start: 0, T: 400, reach }).reduce((a, b) => a + b, 0);
    expect(held(10)).toBeGreaterThan(held(30));
  });
  test('refuses a window that leaves its document', () => {
    const corpus = corpusOf(['a'.repeat(500), 'b'.repeat(500)]);
    const at = (start: number) => () => slice.mask({ source, corpus, start, T: 16, reach: 8 });
    expect(at(483)).not.toThrow();
    expect(at(484)).toThrow(InputError);
    expect(at(484)).toThrow('the characters 484 to 500; they should lie inside one document');
    expect(at(1000)).toThrow(InputError);
  });
});

/** The window's characters, T + 1 of them, and the targets a mask marks, counted from the window's first character. */
const textOf = ({ corpus, start, T }: SliceWindow) =>
  decode(corpus.ids.subarray(start, start + T + 1));
const marked = (mask: Uint8Array) => [...mask].flatMap((bit, t) => (bit ? [t + 1] : []));
const targets = ({ T }: SliceWindow) => Array.from({ length: T }, (_, t) => t + 1);

test('the second saying repeats the first in the window, one passage later', () => {
  const source = sourceCalled('said-twice');
  fc.assert(
    fc.property(windows(source), (window) => {
      const text = textOf(window);
      const places = marked(slices.get('second-saying').mask(window));
      for (const i of places) expect([i >= 96, text[i - 96]]).toEqual([true, text[i]]);
      // and it is half of the targets beyond the first passage, within one passage
      const late = targets(window).filter((i) => i >= 96).length;
      expect(Math.abs(places.length - late / 2)).toBeLessThanOrEqual(48);
    }),
  );
});

test('the line above marks equal characters one line apart, and only the first of a run of blanks', () => {
  fc.assert(
    fc.property(windows(sourceCalled('postal-codes')), (window) => {
      const text = textOf(window);
      const expected = targets(window).filter(
        (i) => i >= 80 && text[i] === text[i - 80] && text.slice(i - 1, i + 1) !== '  ',
      );
      expect(marked(slices.get('line-above').mask(window))).toEqual(expected);
    }),
  );
});

test('the first column of a postal record is its code', () => {
  const line = '06840   41.1622   -73.5013    New Canaan              CT  Fairfield            \n';
  const corpus = corpusOf([line.repeat(5)]);
  const source = sourceCalled('postal-codes');
  const window = { source, corpus, start: 3, T: 300, reach: 61 };
  const said = marked(slices.get('key-column').mask(window)).map((i) => textOf(window)[i]);
  expect(said.join('')).toBe('40   '.slice(1) + '06840   '.repeat(3));
});

test('a far copy repeats the character after the last equal five characters, which lie beyond the reach', () => {
  fc.assert(
    fc.property(windows(sourceCalled('moby-dick')), (window) => {
      const text = textOf(window);
      const expected = targets(window).filter((i) => {
        if (i < 5) return false;
        const match = text.slice(0, i - 1).lastIndexOf(text.slice(i - 5, i));
        const lies = match + 5; // the character that followed it
        // a reader of `reach` characters sees from i - reach on
        return match >= 0 && match < i - window.reach && text[lies] === text[i];
      });
      expect(marked(slices.get('far-copy').mask(window))).toEqual(expected);
    }),
  );
});
test('nothing is a far copy if the reach is the whole window', () => {
  fc.assert(
    fc.property(windows(sourceCalled('sotu')), (window) => {
      const mask = slices.get('far-copy').mask({ ...window, reach: window.T });
      expect(marked(mask)).toEqual([]);
    }),
  );
});
