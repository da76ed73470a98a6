/**
 * @file Bytes as letters that can be read off a wall and typed: Crockford's base 32, in lower case. Upper case means
 * the same, o is 0, i and l are 1, and u does not occur; hyphens and spaces are ignored.
 * https://www.crockford.com/base32.html
 */

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** 8 letters per 5 bytes; the last one is padded with zeros. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += LETTERS[(held >> (bits - 5)) & 31]!;
  }
  return bits > 0 ? out + LETTERS[(held << (5 - bits)) & 31]! : out;
}

/** Undefined if a letter is not one of these, or if the last letter encodes what no byte could. */
export function bytesOfBase32(text: string): Uint8Array | undefined {
  const tidy = text
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  const out = new Uint8Array(Math.floor((tidy.length * 5) / 8));
  let [bits, held, at] = [0, 0, 0];
  for (const letter of tidy) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) out[at++] = (held >> (bits -= 8)) & 255;
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? out : undefined;
}
