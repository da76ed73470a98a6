/** @file A text ready to be learnt: its characters as ids, cut into documents, some of them held out. */
import { check } from '../core/check';
import { isRecord } from '../core/fields';
import { formatInteger } from '../core/units';
import { encode } from './characters';
import type { Ids } from './source';

export { decodeText } from './decodeText';
export { corpusOfText } from './ownText';

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
  /** In the order of the text; none overlaps another. */
  readonly documents: readonly CorpusDocument[];
  readonly ids: Ids; // one per character; of a text read byte by byte, one per byte
}

export const documentsOf = (corpus: Corpus, split: Split): readonly CorpusDocument[] =>
  corpus.documents.filter((document) => document.split === split);

/** A text made by scripts/build/texts.mjs. `text` has the vocabulary's characters already. */
export function parseCorpus(description: unknown, text: string): Corpus {
  check(
    isRecord(description),
    `the description of the text is ${kindOf(description)}; it should be an object`,
  );
  const { title, licence, origin, note, documents } = description;
  check(
    typeof title === 'string',
    `the title of the text is ${kindOf(title)}; it should be a string`,
  );
  const where = `text '${title}'`;
  check(
    typeof licence === 'string',
    `${where}: licence is ${kindOf(licence)}; it should be a string`,
  );
  check(typeof origin === 'string', `${where}: origin is ${kindOf(origin)}; it should be a string`);
  check(
    note === undefined || typeof note === 'string',
    `${where}: note is ${kindOf(note)}; it should be a string or left out`,
  );
  check(
    Array.isArray(documents),
    `${where}: documents is ${kindOf(documents)}; it should be a list`,
  );

  const parsed: CorpusDocument[] = [];
  let last = 0;
  for (const [index, value] of documents.entries()) {
    const document = parseDocument(`${where}, document ${index + 1}`, value, last, text.length);
    parsed.push(document);
    last = document.end;
  }
  for (const split of ['train', 'validation']) {
    check(
      parsed.some((document) => document.split === split),
      `${where}: none of its ${parsed.length} documents is for ${split}; at least one should be`,
    );
  }
  const ids = encode(text);
  return {
    title,
    licence,
    origin,
    ...(note === undefined ? {} : { note }),
    documents: parsed,
    ids,
  };
}

function parseDocument(
  where: string,
  value: unknown,
  from: number,
  length: number,
): CorpusDocument {
  check(isRecord(value), `${where} is ${kindOf(value)}; it should be an object`);
  const { title, start, end, split } = value;
  check(typeof title === 'string', `${where}: title is ${kindOf(title)}; it should be a string`);
  check(
    isOffset(start),
    `${where}: start is ${kindOf(start)}; it should be a whole number, 0 or more`,
  );
  check(isOffset(end), `${where}: end is ${kindOf(end)}; it should be a whole number, 0 or more`);
  check(
    split === 'train' || split === 'validation',
    `${where}: split is ${kindOf(split)}; it should be 'train' or 'validation'`,
  );
  check(start >= from, `${where} starts at ${start}; the one before it ends at ${from}`);
  check(end > start, `${where} goes from ${start} to ${end}; it should have at least 1 character`);
  check(end <= length, `${where} ends at ${end}; the text has ${length} characters`);
  return { title, start, end, split };
}

const isOffset = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** Refuses a context for which a split has no window: T characters and the one after them. */
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
