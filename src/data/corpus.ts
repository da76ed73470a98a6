/** @file A text ready to be learnt: its characters as ids, cut into documents, some of them held out. */
import { check, InputError } from '../core/check';
import { formatInteger } from '../core/units';
import { encode, normalise, strangers } from './characters';

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
  readonly ids: Uint8Array; // one per character
}

export { decodeText } from './decodeText';

export const documentsOf = (corpus: Corpus, split: Split): readonly CorpusDocument[] =>
  corpus.documents.filter((document) => document.split === split);

/** A text made by scripts/prepare-corpora.mjs. `text` has the vocabulary's characters already. */
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOffset = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

const SHORTEST = 2_000; // characters
const LONGEST = 5_000_000; // characters
const STRANGE = 0.05; // largest share of characters without an id

/**
 * The person's own text. A form feed ends a document; a text without one is one document.
 * The last tenth is held out: the document in which it begins is cut there, between two words.
 */
export function corpusOfText(text: string): Corpus {
  check(
    text.length <= LONGEST,
    `the text has ${formatInteger(text.length)} characters; it should have ${formatInteger(LONGEST)} at most: open a part of it`,
  );
  checkCharacters(text);

  const parts = text.split('\f').map((part) => normalise(part).trim());
  const whole = parts.filter(Boolean).join(BETWEEN);
  check(
    whole.length >= SHORTEST,
    `the text has ${formatInteger(whole.length)} characters; it should have ${formatInteger(SHORTEST)} at least: open a longer one`,
  );

  const border = wordAfter(whole, Math.floor(0.9 * whole.length));
  const documents: CorpusDocument[] = [];
  let start = 0;
  for (const part of parts.filter(Boolean)) {
    const end = start + part.length;
    documents.push(...cut({ title: titleOf(part), start, end }, border));
    start = end + BETWEEN.length;
  }
  return {
    title: titleOf(whole),
    licence: 'As the person who opened it says',
    origin: 'A text opened on this machine',
    documents,
    ids: encode(whole),
  };
}

const BETWEEN = '\n\n'; // documents; belongs to neither

function cut(document: Omit<CorpusDocument, 'split'>, border: number): CorpusDocument[] {
  const { title, start, end } = document;
  if (end <= border) return [{ ...document, split: 'train' }];
  if (start >= border) return [{ ...document, split: 'validation' }];
  return [
    { title, start, end: border, split: 'train' },
    { title: `${title} (end)`, start: border, end, split: 'validation' },
  ];
}

/** Where the next word begins, if that is near; `from` otherwise. */
function wordAfter(text: string, from: number): number {
  const offset = /\s\S/.exec(text.slice(from - 1, from + 60))?.index;
  return offset === undefined ? from : from + offset;
}

/** The first line, shortened. */
function titleOf(text: string): string {
  const line = text.slice(0, 41).split('\n', 1)[0]!;
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

function checkCharacters(text: string) {
  const counts = strangers(text);
  let unknown = 0;
  for (const count of counts.values()) unknown += count;
  if (unknown <= STRANGE * text.length) return;
  const first = [...counts.keys()].slice(0, 5).map(shown).join(' ');
  throw new InputError(
    `${formatInteger(unknown)} of the text's ${formatInteger(text.length)} characters are unknown here, the first ones ${first}; ` +
      `${100 * STRANGE} % may be: open a text in Latin letters, such as English`,
  );
}

const shown = (character: string) =>
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? `'${character}'`
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

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
