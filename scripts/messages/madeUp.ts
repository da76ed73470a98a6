/**
 * @file A made-up language for tests: English with other letters, a third longer, written from right to left. What is
 * still in plain letters on a page is in no message file, and what does not fit would not fit in many languages.
 */
import type { Language } from '../../src/core/languages.ts';
import { parseMessage, type Part } from './message.ts';

export const MADE_UP: Language = {
  tag: 'qps', // of those that ISO 639 leaves to private use
  name: 'Ṁåđé üþ',
  direction: 'rtl',
  offer: { says: '', yes: '', no: '' },
  guides: true,
};

const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter, i) => [
    letter,
    [...'åƀçđéƒĝĥîĵķļɱñöþǫŕšţüṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÜṼŴẊÝŽ'][i]!,
  ]),
);
/** What a translator leaves alone: links, formulas, code, tags, entities. */
const KEPT =
  /(\{(?:with |without )?[a-zA-Z, ]+:|\]\([^)]*\)|\$[^$]+\$|```[\s\S]*?```|`[^`]+`|<[^>]+>|&\w+;|https?:\S+|\w+\.(?:py|json|zip|md|txt|csv|safetensors)\b)/;

/** A message of the site. */
export const pretended = (message: string): string => say(parseMessage(message));

const say = (parts: readonly Part[]): string =>
  parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return lengthened(part.text);
        case 'value':
          return `{${part.index}}`;
        case 'choice':
          return `{${part.index}:${part.texts.map(lengthened).join('|')}}`;
        case 'element':
          return part.inner
            ? `<${part.index}>${say(part.inner)}</${part.index}>`
            : `<${part.index}/>`;
      }
    })
    .join('');

/** A message of a lesson, which has no placeholders. */
export function lengthened(text: string): string {
  return text
    .split(KEPT)
    .map((piece, i) => (i % 2 === 1 ? piece : piece.replaceAll(/[A-Za-z]+/g, longer)))
    .join('');
}

/** Every third letter of a word twice. */
const longer = (word: string): string =>
  [...word].map((letter, i) => LETTERS[letter]!.repeat(i % 3 === 2 ? 2 : 1)).join('');
