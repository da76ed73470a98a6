/**
 * @file The characters of all the site's texts: 96 ids, the same for every corpus. The user's own text uses them if they fit; otherwise it has characters of its own (./alphabet.ts).
 *
 * 0       unknown, '\uFFFD' when written back
 * 1       newline
 * 2 … 95  printable ASCII in its order, without the backtick, which is read as an apostrophe
 */
import type { Letters } from './vocabulary';
import typography from './typography.json';

/** What an unknown character becomes. */
export const UNKNOWN = '\uFFFD';

const CHARACTERS = [UNKNOWN, '\n', ...printable()];

function printable(): string[] {
  const ascii = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
  return ascii.filter((character) => character !== '`');
}

const VISIBLE: Readonly<Record<string, string>> = { ' ': '␣', '\n': '⏎' };

/** Text in the vocabulary's characters: any other character becomes its nearest ASCII, or unknown. */
export const normalise = (text: string): string => simplify(text).replace(STRANGERS, UNKNOWN);

const STRANGERS = /[^\n -_a-~]/gu;

/** How often each character without an id occurs, in order of first appearance. */
export function strangers(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [character] of simplify(text).matchAll(STRANGERS)) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return counts;
}

/**
 * Line ends to \n, typographic characters to ASCII, letters without their accents. prepare-corpora.mjs does the same.
 */
function simplify(text: string): string {
  const lines = text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n');
  const letters = plain(lines)
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '');
  return plain(letters); // once more: NFKD itself introduces a few, such as a backtick for U+1FEF
}

const ASCII: Readonly<Record<string, string>> = typography;
const TYPOGRAPHIC = new RegExp(`[${Object.keys(ASCII).join('')}]`, 'gu');
const plain = (text: string) => text.replace(TYPOGRAPHIC, (sign) => ASCII[sign]!);

/** One id per UTF-16 unit, so that offsets into the text are offsets into the ids. */
export function encode(text: string): Uint8Array {
  const ids = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) ids[i] = ID_OF_CODE[text.charCodeAt(i)] ?? 0;
  return ids;
}

const ID_OF_CODE = new Uint8Array(128);
CHARACTERS.forEach((character, id) => {
  if (id > 0) ID_OF_CODE[character.charCodeAt(0)] = id;
});

export const decode = (ids: Iterable<number>): string =>
  Array.from(ids, (id) => CHARACTERS[id] ?? UNKNOWN).join('');

export const vocabulary: Letters = {
  size: CHARACTERS.length,
  unknown: UNKNOWN,
  label: (id) => VISIBLE[CHARACTERS[id] ?? ''] ?? CHARACTERS[id] ?? UNKNOWN,
  normalise,
  strangers,
  encode,
  decode,
  begins: () => true,
};
