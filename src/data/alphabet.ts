/**
 * @file The vocabulary built from the user's own text if the site's characters are not enough: one token per character.
 *
 * 0      every other character, '□' when written back
 * 1      newline
 * 2 …    the others, by code point
 *
 * A character is a Unicode code point after normalisation to NFC: an emoji is one, and a Hindi vowel sign is one by itself. The text keeps its characters as they are, including typographic ones and accents. Only invisible ones are removed: control characters and those that change the writing direction. A tab and a space of any width become a space.
 */
import { check } from '../core/check';
import { strangers, vocabulary as site } from './characters';
import { utf8 } from './utf8';
import type { Ids, Letters } from './vocabulary';

/** What a character without a token is written as. */
export const OTHER = '□';
/**
 * Maximum number of tokens, including those two. With 1,024 instead of the site's 96, the model that the Lab opens with
 * has 29 % more weights and a training step 27 % more FLOPs (both counted).
 */
export const MAX_LETTERS = 1024;
/** If the characters with a token cover less than this share of the text, it is read byte by byte instead. */
const MIN_COVERED = 0.9;
/** Maximum share of non-ASCII letters in a text that is read with the site's characters, which drop the accents. */
const MAX_ACCENTS = 0.005;
/** Of a text that is too long to train on, only this many characters are counted. */
const MAX_COUNTED = 5_000_000;

const FIRST = 0x20; // the first code point that can be in an alphabet
const BYTES = 'bytes';

const LINE_ENDS = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
const SPACES = /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]/g;
const UNSEEN =
  /[^\P{Cc}\n]|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const NO_CHARACTER = /[\p{Cs}\ufffd]/gu;

/** The text in the form in which its characters are counted and learned. */
const tidied = (text: string): string =>
  text
    .replace(LINE_ENDS, '\n')
    .replace(SPACES, ' ')
    .replace(UNSEEN, '')
    .replace(NO_CHARACTER, OTHER)
    .normalize('NFC');

/** How a text is read: which characters are tokens, and how much of it they cover. */
export interface Survey {
  /** The setting `alphabet` for a run on this text. */
  readonly alphabet: string;
  readonly kinds: number; // distinct characters in the text
  readonly kept: number; // of these, those that have a token, or would have one
  readonly covered: number; // share of the text's characters, 0..1, that have a token, or would have one
}

/** Finds the setting `alphabet` for a text. Takes time linear in its length. */
export function surveyOf(text: string): Survey {
  const counts = countsOf(tidied(text.slice(0, MAX_COUNTED)));
  const all = sum(counts.values());
  const kinds = counts.size;
  if (fitsSite(counts, all)) return { alphabet: '', kinds, kept: kinds, covered: 1 };
  const others = [...counts.keys()].filter((one) => one !== '\n' && one !== OTHER);
  const kept = others
    .sort((a, b) => counts.get(b)! - counts.get(a)! || a.codePointAt(0)! - b.codePointAt(0)!)
    .slice(0, MAX_LETTERS - 2);
  const covered = (sum(kept.map((one) => counts.get(one)!)) + (counts.get('\n') ?? 0)) / all;
  return {
    alphabet: covered < MIN_COVERED ? BYTES : written(kept),
    kinds,
    kept: kept.length + (counts.has('\n') ? 1 : 0),
    covered,
  };
}

/** Whether the site's characters leave nothing unknown, and hardly any letter would lose its accent. */
function fitsSite(counts: ReadonlyMap<string, number>, all: number): boolean {
  let accents = 0;
  for (const [one, count] of counts)
    if (one > '\u007f' && /[\p{L}\p{M}]/u.test(one)) accents += count;
  return accents <= MAX_ACCENTS * all && strangers([...counts.keys()].join(' ')).size === 0;
}

/** How often each code point occurs. */
function countsOf(text: string): Map<string, number> {
  const low = new Uint32Array(0x10000);
  const found = new Map<string, number>();
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code < 0x10000) low[code]!++;
    else {
      const one = String.fromCodePoint(code);
      found.set(one, (found.get(one) ?? 0) + 1);
      at++;
    }
  }
  low.forEach((count, code) => {
    if (count > 0) found.set(String.fromCharCode(code), count);
  });
  return found;
}

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

const made = new Map<string, Letters>();

/**
 * The vocabulary for the setting `alphabet`: '' for the site's characters, 'bytes' for those of UTF-8, otherwise the
 * characters themselves. Throws InputError if `alphabet` is none of these.
 */
export function lettersOf(alphabet: string): Letters {
  if (alphabet === '') return site;
  if (alphabet === BYTES) return utf8;
  let letters = made.get(alphabet);
  if (!letters) {
    letters = lettersFrom(charactersIn(alphabet));
    if (made.size >= 16) made.clear();
    made.set(alphabet, letters);
  }
  return letters;
}

/**
 * Characters as a setting that fits in a URL: runs of code points, in order, separated by dots. A run is the number of
 * code points skipped before it and, after a '-', how many follow its first; both in base 36. '0-2m' is the characters
 * of ASCII.
 */
export function written(characters: readonly string[]): string {
  const codes = characters.map((one) => one.codePointAt(0)!).sort((a, b) => a - b);
  const runs: string[] = [];
  let next = FIRST;
  for (let i = 0; i < codes.length;) {
    let last = i;
    while (codes[last + 1] === codes[last]! + 1) last++;
    const follow = last > i ? `-${(last - i).toString(36)}` : '';
    runs.push(`${(codes[i]! - next).toString(36)}${follow}`);
    next = codes[last]! + 1;
    i = last + 1;
  }
  return runs.join('.');
}

/** The inverse. Throws InputError for anything that `written` does not write. */
function charactersIn(alphabet: string): readonly string[] {
  const characters: string[] = [];
  let next = FIRST;
  for (const run of alphabet.split('.')) {
    check(
      /^[0-9a-z]{1,5}(-[0-9a-z]{1,4})?$/.test(run),
      refusal(`'${run.slice(0, 12)}' is not a run`),
    );
    const [skip, follow = '0'] = run.split('-');
    const first = next + parseInt(skip!, 36);
    next = first + parseInt(follow, 36) + 1;
    check(next <= 0x110000, refusal('it goes beyond the last code point'));
    check(
      characters.length + next - first <= MAX_LETTERS - 2,
      refusal(`it has more than ${MAX_LETTERS - 2} characters`),
    );
    for (let code = first; code < next; code++) characters.push(String.fromCodePoint(code));
  }
  const stray = characters.find((one) => tidied(one) !== one || one === OTHER);
  check(stray === undefined, refusal('it has a character that no text is left with'));
  check(written(characters) === alphabet, refusal('it is not written in the shortest way'));
  return characters;
}

const refusal = (why: string) =>
  `the characters of the text cannot be read: ${why}; it should be runs such as 0-2m.8k2-1r, 'bytes', or nothing`;

/** `characters` in code point order. */
function lettersFrom(characters: readonly string[]): Letters {
  const all = [OTHER, '\n', ...characters];
  /** Most scripts lie below U+10000, and a text of millions of characters is looked up on every settings change. */
  const low = new Uint16Array(0x10000);
  const high = new Map<number, number>();
  all.forEach((one, id) => {
    const code = one.codePointAt(0)!;
    if (code > 0xffff) high.set(code, id);
    else low[code] = id;
  });
  const idOf = (code: number) => (code > 0xffff ? (high.get(code) ?? 0) : low[code]!);
  const encode = (text: string): Ids => {
    const found = new Uint16Array(text.length);
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      if (code > 0xffff) at++;
      found[length++] = idOf(code);
    }
    return found.subarray(0, length);
  };
  const strange = (one: string) => one !== OTHER && idOf(one.codePointAt(0)!) === 0;
  return {
    size: all.length,
    unknown: OTHER,
    label: (id) => labelOf(all[id] ?? OTHER),
    normalise(text) {
      const tidy = tidied(text);
      for (const one of tidy)
        if (strange(one))
          return Array.from(tidy, (each) => (strange(each) ? OTHER : each)).join('');
      return tidy; // most texts have no unknown characters
    },
    strangers: (text) => {
      const found = new Map<string, number>();
      for (const one of tidied(text)) if (strange(one)) found.set(one, (found.get(one) ?? 0) + 1);
      return found;
    },
    encode,
    decode: (tokens) => Array.from(tokens, (id) => all[id] ?? OTHER).join(''),
    begins: () => true,
  };
}

/** One visible character. A combining mark without a letter is drawn on a circle. */
function labelOf(character: string): string {
  if (character === '\n') return '⏎';
  if (/\p{Zs}/u.test(character)) return '␣';
  if (/\p{M}/u.test(character)) return `◌${character}`;
  return /[\p{C}]/u.test(character) ? '·' : character;
}
