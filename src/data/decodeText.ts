/** @file The bytes of a file the person opened, as text. UTF-8, or UTF-16 that says so with a byte order mark. */
import { check, InputError } from '../core/check';

export function decodeText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return decodeUtf16('utf-16le', bytes);
  if (a === 0xfe && b === 0xff) return decodeUtf16('utf-16be', bytes);

  const nul = bytes.indexOf(0);
  check(nul < 0, binary(`byte ${nul}`));
  const text = attempt('utf-8', bytes);
  if (text !== undefined) return text;
  const at = firstInvalid(bytes);
  throw new InputError(
    `byte ${at} of the file, 0x${bytes[at]!.toString(16).padStart(2, '0')}, is not valid UTF-8; save the file as UTF-8 and open it again`,
  );
}

function decodeUtf16(encoding: 'utf-16le' | 'utf-16be', bytes: Uint8Array): string {
  const text = attempt(encoding, bytes);
  check(
    text !== undefined,
    `the file begins like ${encoding.toUpperCase()} but has half a character in its ${bytes.length} bytes; save the file as UTF-8 and open it again`,
  );
  const nul = text.indexOf('\0');
  check(nul < 0, binary(`character ${nul}`));
  return text;
}

const binary = (where: string) =>
  `${where} of the file is NUL, so this is no plain text; open a text file, such as .txt or .md, saved as UTF-8`;

/** Undefined where the bytes are not valid. The byte order mark is left out. */
function attempt(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where the first malformed sequence begins. Unicode 16, table 3-7 (well-formed UTF-8). */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = wellFormed(bytes, at);
    if (length === 0) break;
    at += length;
  }
  return at;
}

/** Bytes of the character that begins at `at`; 0 where none does. */
function wellFormed(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xf0 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const [low, high] = i === 1 ? secondByte(lead) : [0x80, 0xbf];
    const byte = bytes[at + i] ?? 0;
    if (byte < low || byte > high) return 0;
  }
  return length;
}

/** Narrower after four leads: no overlong forms, no surrogates, nothing above U+10FFFF. */
function secondByte(lead: number): [low: number, high: number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
