/** @file A text ready for training: its characters as ids, cut into documents, some of them held out. */
import { check } from '../core/check';
import { list, object, oneOf, optional, record, text, whole, type Schema } from '../core/schema';
import { isRecord, OF, Place, type Style } from '../core/place';
import { formatInteger } from '../core/units';
import { encode } from './characters';
import type { Ids } from './vocabulary';

export interface CorpusDocument {
  readonly title: string;
  readonly start: number; // characters
  readonly end: number; // characters, exclusive
  readonly split: Split;
}

export type Split = 'train' | 'validation';

export interface Corpus {
  readonly title: string;
  readonly licence: string;
  readonly origin: string;
  readonly note?: string;
  /** In text order; none overlaps another. */
  readonly documents: readonly CorpusDocument[];
  readonly ids: Ids; // one per character; for a text read byte by byte, one per byte
}

export const documentsOf = (corpus: Corpus, split: Split): readonly CorpusDocument[] =>
  corpus.documents.filter((document) => document.split === split);

/** "text 'Moby-Dick', document 1: title is …" */
const TITLED: Style = {
  ...OF,
  field: (of, name) => `${of}: ${name}`,
  shown: (value) =>
    typeof value === 'string'
      ? `'${value.slice(0, 40)}'`
      : isRecord(value)
        ? 'of type object'
        : OF.shown(value),
};

const string = text({ longest: Infinity, empty: true, should: 'a string' });

const document: Schema<CorpusDocument> = object(
  {
    title: string,
    start: whole(),
    end: whole(),
    split: oneOf(['train', 'validation'], "'train' or 'validation'"),
  },
  'ignored',
);

const description = object(
  {
    title: string,
    licence: string,
    origin: string,
    note: optional(text({ longest: Infinity, empty: true, should: 'a string or left out' })),
    documents: list(document, { each: (n, of) => `${of}, document ${n}` }),
  },
  'ignored',
);

/** A text made by scripts/build/texts.mjs. `text` consists of characters in the vocabulary. */
export function parseCorpus(given: unknown, text: string): Corpus {
  const place = new Place('the description of the text', TITLED);
  const title = string(
    record(given, place)['title'],
    new Place('the title of the text', TITLED, 'title'),
  );
  const where = `text '${title}'`;
  const { documents, ...about } = description(given, place.called(where));
  documents.forEach((document, i) => {
    checkDocument(`${where}, document ${i + 1}`, document, documents[i - 1]?.end ?? 0, text.length);
  });
  for (const split of ['train', 'validation']) {
    check(
      documents.some((document) => document.split === split),
      `${where}: none of its ${documents.length} documents is for ${split}; at least one should be`,
    );
  }
  return { ...about, documents, ids: encode(text) };
}

function checkDocument(
  where: string,
  { start, end }: CorpusDocument,
  from: number,
  length: number,
): void {
  check(start >= from, `${where} starts at ${start}; the one before it ends at ${from}`);
  check(end > start, `${where} goes from ${start} to ${end}; it should have at least 1 character`);
  check(end <= length, `${where} ends at ${end}; the text has ${length} characters`);
}

/**
 * Refuses a context of T if a split has no document of at least T + 1 characters: T to read, and one more to predict.
 */
export function checkContext(corpus: Corpus, T: number): void {
  for (const split of ['train', 'validation'] as const) {
    const longest = Math.max(...documentsOf(corpus, split).map(({ start, end }) => end - start));
    check(
      longest > T,
      `context is ${T}; the longest ${split} document of '${corpus.title}' has ${formatInteger(longest)} characters, ` +
        `so a context of ${longest - 1} at most, or a longer text, would work`,
    );
  }
}
