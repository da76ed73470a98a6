import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { decode } from '../../src/data/characters';
import { checkContext, documentsOf, parseCorpus } from '../../src/data/corpus';
import { corpusOfText } from '../../src/data/ownText';

const text = 'Call me Ishmael. Some years ago';
const documents = [
  { title: 'one', start: 0, end: 16, split: 'train' },
  { title: 'two', start: 17, end: 31, split: 'validation' },
];
const description = { title: 'Moby-Dick', licence: 'public domain', origin: 'Melville', documents };

/** True if `act` returns a value or refuses with an InputError; any other error passes on. */
function copes(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

describe('a prepared text', () => {
  test('is its documents and one id per character', () => {
    const corpus = parseCorpus({ ...description, note: 'short', made: 'ignored' }, text);
    expect(corpus).toMatchObject({
      title: 'Moby-Dick',
      licence: 'public domain',
      origin: 'Melville',
      note: 'short',
    });
    expect(corpus.documents).toEqual(documents);
    expect(decode(corpus.ids)).toBe(text);
    expect(documentsOf(corpus, 'validation')).toEqual([documents[1]]);
  });

  const [one, two] = documents;
  test.each([
    ['no object', null, 'the description of the text is null; it should be an object'],
    ['a list', [], 'the description of the text is a list; it should be an object'],
    ['no title', { ...description, title: 7 }, 'the title of the text is 7; it should be a string'],
    [
      'no licence',
      { ...description, licence: undefined },
      "text 'Moby-Dick': licence is missing; it should be a string",
    ],
    [
      'no origin',
      { ...description, origin: {} },
      "text 'Moby-Dick': origin is of type object; it should be a string",
    ],
    [
      'a note that is no text',
      { ...description, note: 1 },
      'note is 1; it should be a string or left out',
    ],
    [
      'no documents',
      { ...description, documents: 'none' },
      "documents is 'none'; it should be a list",
    ],
    [
      'an invalid document',
      { ...description, documents: [one, 5] },
      "text 'Moby-Dick', document 2 is 5; it should be an object",
    ],
    [
      'a document without a title',
      { ...description, documents: [{ ...one, title: null }] },
      'document 1: title is null',
    ],
    [
      'half an offset',
      { ...description, documents: [{ ...one, start: 0.5 }, two] },
      'document 1: start is 0.5; it should be a whole number, 0 or more',
    ],
    [
      'an offset before the text',
      { ...description, documents: [{ ...one, start: -1 }, two] },
      'start is -1',
    ],
    [
      'an end that is no number',
      { ...description, documents: [{ ...one, end: '16' }, two] },
      "end is '16'",
    ],
    [
      'another split',
      { ...description, documents: [one, { ...two, split: 'test' }] },
      "document 2: split is 'test'; it should be 'train' or 'validation'",
    ],
    [
      'an overlap',
      { ...description, documents: [one, { ...two, start: 15 }] },
      'document 2 starts at 15; the one before it ends at 16',
    ],
    [
      'the wrong order',
      { ...description, documents: [two, one] },
      'document 2 starts at 0; the one before it ends at 31',
    ],
    [
      'an empty document',
      { ...description, documents: [{ ...one, end: 0 }, two] },
      'document 1 goes from 0 to 0; it should have at least 1 character',
    ],
    [
      'more than there is',
      { ...description, documents: [one, { ...two, end: 32 }] },
      'document 2 ends at 32; the text has 31 characters',
    ],
    [
      'nothing held out',
      { ...description, documents: [one] },
      'none of its 1 documents is for validation; at least one should be',
    ],
    [
      'nothing to train on',
      { ...description, documents: [two] },
      'none of its 1 documents is for train',
    ],
  ])('is refused with %s', (_, wrong, message) => {
    expect(() => parseCorpus(wrong, text)).toThrow(InputError);
    expect(() => parseCorpus(wrong, text)).toThrow(message);
  });

  test('with any content is read or refused in words', () => {
    const offset = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.double());
    const almost = fc.record(
      {
        title: fc.oneof(fc.string(), fc.anything()),
        licence: fc.string(),
        origin: fc.string(),
        documents: fc.array(
          fc.record(
            {
              title: fc.string(),
              start: offset,
              end: offset,
              split: fc.constantFrom('train', 'validation', 'test'),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: ['licence', 'origin'] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), fc.string(), (any, text) =>
        copes(() => parseCorpus(any, text)),
      ),
      { numRuns: 500 },
    );
  });

  test('is accepted wherever its documents adjoin', () => {
    const lengths = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 9 })), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(lengths, (parts) => {
        let end = 0;
        const documents = parts.map(([gap, length], i) => {
          const start = end + gap;
          end = start + length;
          return { title: `${i}`, start, end, split: i % 2 ? 'validation' : 'train' };
        });
        expect(parseCorpus({ ...description, documents }, 'x'.repeat(end)).documents).toEqual(
          documents,
        );
      }),
    );
  });
});

describe('a text of your own', () => {
  const words = (characters: number) =>
    'It was the best of times. '.repeat(Math.ceil(characters / 26)).slice(0, characters);

  test('is one document, with its last tenth held out from a word border', () => {
    const corpus = corpusOfText(`Tale\n${words(9999)}.`);
    const [train, held] = corpus.documents;
    expect(corpus.documents.map(({ split }) => split)).toEqual(['train', 'validation']);
    expect(train).toMatchObject({ title: 'Tale', start: 0, end: held!.start });
    expect(held).toMatchObject({ title: 'Tale (end)', end: corpus.ids.length });
    expect(held!.start / corpus.ids.length).toBeCloseTo(0.9, 2);
    expect(decode(corpus.ids.subarray(held!.start - 1, held!.start + 4))).toMatch(/^ \S/);
  });
  test('is cut into documents at form feeds', () => {
    const corpus = corpusOfText(
      ['first', 'second', 'third'].map((name) => `${name}\n${words(3000)}`).join('\f'),
    );
    expect(corpus.documents.map(({ title, split }) => `${title}: ${split}`)).toEqual([
      'first: train',
      'second: train',
      'third: train',
      'third (end): validation',
    ]);
    for (const { start, title } of corpus.documents.slice(0, 3)) {
      expect(decode(corpus.ids.subarray(start, start + title.length))).toBe(title);
    }
  });
  test('has a short title, however long its first line', () => {
    expect(corpusOfText(words(4000)).title).toBe('It was the best of times. It was the be…');
  });
  test('is normalised', () => {
    expect(decode(corpusOfText(`“Café”\r\n${words(3000)}`).ids.subarray(0, 7))).toBe('"Cafe"\n');
  });

  test('of 1,999 characters is too short, of 2,000 long enough', () => {
    expect(() => corpusOfText('x'.repeat(1999))).toThrow(
      'your text is too short (1,999 characters; at least 2,000 are needed)',
    );
    expect(corpusOfText('x'.repeat(2000)).ids.length).toBe(2000);
  });
  test('of 5,000,001 characters is too long', () => {
    expect(() => corpusOfText('x'.repeat(5_000_001))).toThrow(
      'your text is too long (5,000,001 characters; at most 5,000,000 are read)',
    );
  });
  test('in another script is refused, and its first foreign characters are named', () => {
    expect(() => corpusOfText('Мама мыла раму. '.repeat(200))).toThrow(
      "2,400 of the text's 3,200 characters are unknown here, the first ones 'М' 'а' 'м' 'ы' 'л'; at most 5 % may be unknown",
    );
  });
  test('may contain a few foreign characters', () => {
    const corpus = corpusOfText('Ж'.repeat(150) + words(2850));
    expect(corpus.ids.filter((id) => id === 0).length).toBe(150);
    expect(() => corpusOfText('Ж'.repeat(151) + words(2849))).toThrow(InputError);
  });

  test('is either refused in words or as good as a prepared one', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5000 }),
      fc
        .array(fc.constantFrom('a', 'word ', '\n', '\f', '\r\n', '“', 'Ж', ' ', 'sentence. '), {
          maxLength: 4000,
          size: 'max',
        })
        .map((parts) => parts.join('')),
      fc
        .tuple(fc.constantFrom('a', 'b \f', ' \n\f'), fc.integer({ min: 500, max: 3000 }))
        .map(([part, times]) => part.repeat(times)),
    );
    fc.assert(
      fc.property(anyText, (text) =>
        copes(() => {
          const corpus = corpusOfText(text);
          const again = parseCorpus({ ...corpus }, decode(corpus.ids));
          expect(again.documents).toEqual(corpus.documents);
        }),
      ),
    );
  });
});

describe('a context', () => {
  const corpus = parseCorpus(description, text); // documents of 16 and 14 characters

  test('fits if both splits have a window and the character after it', () => {
    expect(() => checkContext(corpus, 13)).not.toThrow();
  });
  test('longer than the text is refused with what would work', () => {
    expect(() => checkContext(corpus, 14)).toThrow(
      "context is 14; the longest validation document of 'Moby-Dick' has 14 characters, so a context of 13 at most, or a longer text, would work",
    );
    expect(() => checkContext(corpus, 16)).toThrow('the longest train document');
  });
});
