import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { decode, encode } from '../../src/data/characters';
import { documentsOf, type Corpus } from '../../src/data/corpus';
import { repeated } from '../../src/data/repeat';
import { sources } from '../../src/data/registry';

/** Documents separated by a line of three characters that belongs to none. */
function corpusOf(texts: readonly string[]): Corpus {
  let whole = '';
  const documents = texts.map((text, i) => {
    if (whole) whole += '\n~\n';
    const start = whole.length;
    whole += text;
    const split = i % 2 === 0 ? ('train' as const) : ('validation' as const);
    return { title: `${i}`, start, end: whole.length, split };
  });
  return { title: 'texts', licence: 'L', origin: 'O', documents, ids: encode(whole) };
}
const textsOf = ({ ids, documents }: Corpus) =>
  documents.map(({ start, end }) => decode(ids.subarray(start, end)));

test('every passage is said twice in a row, and the remainder is dropped', () => {
  const twice = repeated(corpusOf(['abcdefgh', 'xy', 'ABCDEF']), { passage: 3, times: 2 });
  expect(textsOf(twice)).toEqual(['abcabcdefdef', 'ABCABCDEFDEF']);
  expect(twice.documents.map(({ title, split }) => [title, split])).toEqual([
    ['0', 'train'],
    ['2', 'train'],
  ]);
});

const texts = fc.array(
  fc.string({ unit: fc.constantFrom(...'abc \n'), minLength: 1, maxLength: 60 }),
  { minLength: 1, maxLength: 6 },
);
const repeats = fc.record({
  passage: fc.integer({ min: 1, max: 12 }),
  times: fc.integer({ min: 1, max: 4 }),
});

describe('for any documents, passage length and number of repeats', () => {
  test('the result equals every passage written out by hand', () => {
    fc.assert(
      fc.property(texts, repeats, (parts, { passage, times }) => {
        const expected = parts
          .map((part) => part.match(new RegExp(`[^]{${passage}}`, 'g')) ?? [])
          .map((passages) => passages.map((said) => said.repeat(times)).join(''))
          .filter(Boolean);
        expect(textsOf(repeated(corpusOf(parts), { passage, times }))).toEqual(expected);
      }),
    );
  });
  test('every character of a later saying equals the one a passage earlier, in the same document', () => {
    fc.assert(
      fc.property(texts, repeats, (parts, { passage, times }) => {
        const { ids, documents } = repeated(corpusOf(parts), { passage, times });
        for (const { start, end } of documents) {
          for (let i = start; i < end; i++) {
            if ((i - start) % (passage * times) >= passage) expect(ids[i]).toBe(ids[i - passage]);
          }
        }
      }),
    );
  });
});

test.each([
  { passage: 0, times: 2 },
  { passage: 96, times: 1.5 },
])('%o is refused', (repeat) => {
  expect(() => repeated(corpusOf(['abc']), repeat)).toThrow(InputError);
});

describe('said twice and its control', () => {
  const [twice, once] = ['said-twice', 'said-once'].map((id) => {
    const source = sources.get(id);
    if (source.kind !== 'corpus') throw new Error('no corpus');
    return source;
  });
  const book = corpusOf(['a'.repeat(95), 'the whale '.repeat(40), 'the sea '.repeat(50)]);

  test('come from the same file and load no file of their own', () => {
    const novel = sources.get('moby-dick');
    expect([twice!.file, once!.file]).toEqual(
      Array(2).fill(novel.kind === 'corpus' ? novel.file : ''),
    );
  });
  test('have the same documents in the same splits, and differ only in the second sayings', () => {
    const [two, one] = [twice!, once!].map(({ repeat }) => repeated(book, repeat!));
    for (const split of ['train', 'validation'] as const) {
      expect(documentsOf(two!, split).map(({ title }) => title)).toEqual(
        documentsOf(one!, split).map(({ title }) => title),
      );
    }
    const first = (text: string) =>
      text
        .match(/[^]{192}/g)!
        .map((pair) => pair.slice(0, 96))
        .join('');
    expect(textsOf(two!).map(first)).toEqual(textsOf(one!));
  });
});
