/** @file The user's own text as a corpus. Text that cannot be learned from is refused with an explanation. */
import { check, InputError } from '../core/check';
import { formatInteger } from '../core/units';
import { strangers, vocabulary } from './characters';
import type { Corpus, CorpusDocument } from './corpus';
import type { Letters } from './vocabulary';

const SHORTEST = 2_000; // characters
const LONGEST = 5_000_000; // characters
const STRANGE = 0.05; // largest share of characters without an id
/** Everything after this share of the text is held out, from the next word on. */
export const HELD_OUT_FROM = 0.9;
const NEAR_WORD = 60; // UTF-16 units in which to look for the next word
/**
 * The boundary lies at most this many UTF-16 units after that share: at a word, or past the second half of an emoji.
 */
export const LATEST_WORD = NEAR_WORD + 1;

/**
 * Makes a corpus of the user's text. A form feed ends a document; a text without one is one document. The last tenth is
 * held out; the document in which it begins is cut there, between two words.
 */
export function corpusOfText(text: string, letters: Letters = vocabulary): Corpus {
  check(
    text.length <= LONGEST,
    `your text is too long (${formatInteger(text.length)} characters; at most ${formatInteger(LONGEST)} are read): use a part of it`,
  );
  check(text.trim().length > 0, 'there is no text yet; paste one, or open a .txt file');
  if (letters === vocabulary) checkCharacters(text);

  const parts = partsOf(text, letters);
  const whole = parts.join(BETWEEN);
  const length = charactersIn(whole);
  check(
    length >= SHORTEST,
    `your text is too short (${formatInteger(length)} characters; at least ${formatInteger(SHORTEST)} are needed)`,
  );

  const border = wordAfter(whole, Math.floor(HELD_OUT_FROM * whole.length));
  const documents: CorpusDocument[] = [];
  let start = 0;
  for (const part of parts) {
    const end = start + part.length;
    documents.push(...cut({ title: titleOf(part), start, end }, border));
    start = end + BETWEEN.length;
  }
  return {
    title: titleOf(whole),
    licence: 'As the person who opened it says',
    origin: 'A text opened on this machine',
    documents: inTokens(documents, whole, letters),
    ids: letters.encode(whole),
  };
}

/** The documents of a text as they are read. */
const partsOf = (text: string, letters: Letters): readonly string[] =>
  text
    .split('\f')
    .map((part) => letters.normalise(part).trim())
    .filter(Boolean);

/** All documents, one after the other. */
export const wholeOf = (text: string, letters: Letters): string =>
  partsOf(text, letters).join(BETWEEN);

/** Code points: an emoji is one. */
export function charactersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count++; // the second half of a pair is not counted
  }
  return count;
}

/** Documents with positions in UTF-16 units, converted to tokens: a character may be two units, or four bytes. */
function inTokens(
  documents: readonly CorpusDocument[],
  whole: string,
  letters: Letters,
): readonly CorpusDocument[] {
  let [at, tokens] = [0, 0];
  const tokensBefore = (place: number) => {
    const part = whole.slice(at, place);
    tokens += letters.bytes ? letters.encode(part).length : charactersIn(part);
    at = place;
    return tokens;
  };
  return documents.map((document) => ({
    ...document,
    start: tokensBefore(document.start),
    end: tokensBefore(document.end),
  }));
}

const BETWEEN = '\n\n'; // separates documents; belongs to neither

function cut(document: Omit<CorpusDocument, 'split'>, border: number): CorpusDocument[] {
  const { title, start, end } = document;
  if (end <= border) return [{ ...document, split: 'train' }];
  if (start >= border) return [{ ...document, split: 'validation' }];
  return [
    { title, start, end: border, split: 'train' },
    { title: `${title} (end)`, start: border, end, split: 'validation' },
  ];
}

/** Where the next word begins, if that is near; otherwise `from`. */
function wordAfter(text: string, from: number): number {
  const offset = /\s\S/.exec(text.slice(from - 1, from + NEAR_WORD))?.index;
  const border = offset === undefined ? from : from + offset;
  return /[\udc00-\udfff]/.test(text.charAt(border)) ? border + 1 : border; // not inside an emoji
}

/** The first line, shortened. */
function titleOf(text: string): string {
  const line = [...text.slice(0, 82).split('\n', 1)[0]!];
  return line.length > 40 ? `${line.slice(0, 39).join('')}…` : line.join('');
}

function checkCharacters(text: string) {
  const counts = strangers(text);
  let unknown = 0;
  for (const count of counts.values()) unknown += count;
  if (unknown <= STRANGE * text.length) return;
  const first = [...counts.keys()].slice(0, 5).map(shown).join(' ');
  throw new InputError(
    `${formatInteger(unknown)} of the text's ${formatInteger(text.length)} characters are unknown here, the first ones ${first}; ` +
      `at most ${100 * STRANGE} % may be unknown in a text that is read in the 96 characters that all texts of the site share`,
  );
}

const shown = (character: string) =>
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? `'${character}'`
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
