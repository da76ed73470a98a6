/** @file The bytes of UTF-8 as a vocabulary: 256 tokens write any text, most scripts with two to four per character. */
import { UNKNOWN } from './characters';
import type { Letters } from './vocabulary';

const SIZE = 256;
const VISIBLE: Readonly<Record<number, string>> = { 0x0a: '⏎', 0x20: '␣' };

export const utf8: Letters = {
  size: SIZE,
  bytes: true,
  unknown: UNKNOWN,
  /** An ASCII character is itself; any other byte is its two hexadecimal digits. */
  label: (id) =>
    VISIBLE[id] ??
    (id > 0x20 && id < 0x7f ? String.fromCharCode(id) : id.toString(16).padStart(2, '0')),
  normalise: (text) =>
    text
      .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
      .replace(/\p{Cs}/gu, UNKNOWN)
      .replace(/^\ufeff/, '')
      .normalize('NFC'),
  strangers: () => new Map(),
  encode: (text) => new TextEncoder().encode(text),
  /**
   * Bytes that are not a whole character, as a model writes them before it has learned to, each become one '\uFFFD'.
   */
  decode: (ids) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(ids)),
  begins: (id) => id < 0x80 || id > 0xbf,
};

/** What each byte adds to the text: the last byte of a character adds the character, those before it nothing. */
export function piecesOf(ids: Iterable<number>): readonly string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const pieces = Array.from(ids, (id) => decoder.decode(Uint8Array.of(id), { stream: true }));
  const half = decoder.decode();
  return half ? [...pieces.slice(0, -1), `${pieces.at(-1) ?? ''}${half}`] : pieces;
}
