/**
 * @file Bytes as letters that can be read out and written down: base 16, two letters per byte.
 *
 * Of the letters and digits that sound alike in English, one each: P of B C D E G P T V Z, K of J K, M of M N, F of
 * F S X, Q of Q U, Y of I Y, 5 of 5 9, 8 of 8 H. None looks like another; there is neither I nor 1, neither O nor 0, and
 * no A, which sounds like K and like 8. Another letter of such a group is read as the one that occurs.
 */

export const LETTERS = '2345678fklmpqrwy';

/** What was heard, or read, as something else. */
const MEANT: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'bcdegtvz'].map((letter) => [letter, 'p'])),
  ...{ j: 'k', n: 'm', s: 'f', x: 'f', u: 'q', h: '8', '9': '5', i: 'l', '1': 'l' },
};

export function spoken(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += LETTERS[byte >> 4]! + LETTERS[byte & 15]!;
  return out;
}

/** In small letters, each replaced by the one of its group that occurs. */
export const asSpoken = (text: string): string =>
  [...text.toLowerCase()].map((letter) => MEANT[letter] ?? letter).join('');

/** Undefined if a letter is in no group, or if there is half a byte. */
export function bytesOfSpoken(text: string): Uint8Array | undefined {
  const values = [...asSpoken(text)].map((letter) => LETTERS.indexOf(letter));
  if (values.length % 2 === 1 || values.includes(-1)) return undefined;
  return Uint8Array.from(
    { length: values.length / 2 },
    (_, i) => 16 * values[2 * i]! + values[2 * i + 1]!,
  );
}
