/** @file The person's own text, made a corpus. What cannot be learnt from is refused in words. */
import { check, InputError } from '../core/check';
import { formatInteger } from '../core/units';
import { encode, normalise, strangers } from './characters';
import type { Corpus, CorpusDocument } from './corpus';

const SHORTEST = 2_000; // characters
const LONGEST = 5_000_000; // characters
const STRANGE = 0.05; // largest share of characters without an id

/**
 * A form feed ends a document; a text without one is one document.
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
