/** @file The bytes of a file the user opened, as text: UTF-8, or UTF-16 marked by a byte order mark. */
import { check, InputError } from '../core/check';

/**
 * The first bytes of files that are not plain text, according to the specifications of their formats, and how the user
 * can get their text.
 */
const OTHERS: readonly {
  readonly begins: readonly number[];
  readonly is: string;
  readonly way: string;
}[] = [
  { begins: ascii('%PDF'), is: 'a PDF', way: 'document' },
  { begins: [0x50, 0x4b, 0x03, 0x04], is: 'a Word document, an e-book or another ZIP', way: 'zip' },
  { begins: [0xd0, 0xcf, 0x11, 0xe0], is: 'an old Word or Office document', way: 'document' },
  { begins: ascii('{\\rtf'), is: 'a document in Rich Text Format', way: 'document' },
  { begins: [0x89, ...ascii('PNG')], is: 'a picture', way: 'picture' },
  { begins: [0xff, 0xd8, 0xff], is: 'a picture', way: 'picture' },
  { begins: ascii('GIF8'), is: 'a picture', way: 'picture' },
  { begins: [0x1f, 0x8b], is: 'a compressed file', way: 'unpack' },
];

const WAYS: Readonly<Record<string, string>> = {
  document: 'open it, select all, copy, and paste the text here, or save it as plain text (.txt)',
  zip: 'open it, select all, copy, and paste the text here, or unpack it and open a .txt file from it',
  picture: 'only text can be read; paste it here, or open a .txt file',
  unpack: 'unpack it and open the text inside',
};

export function decodeText(bytes: Uint8Array): string {
  const other = OTHERS.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte));
  check(!other, `this is ${other?.is}, not plain text: ${other && WAYS[other.way]}`);
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return decodeUtf16('utf-16le', bytes);
  if (a === 0xfe && b === 0xff) return decodeUtf16('utf-16be', bytes);

  const nul = bytes.indexOf(0);
  check(nul < 0, binary(`byte ${nul}`));
  const text = attempt('utf-8', bytes);
  if (text !== undefined) return text;
  const at = firstInvalid(bytes);
  throw new InputError(
    `byte ${at} of the file, 0x${bytes[at]!.toString(16).padStart(2, '0')}, is not valid UTF-8; ` +
      'the file may be in an older encoding, such as Latin-1, Windows-1251, Shift JIS or GB 18030: save it as UTF-8 and open it again, or copy the text and paste it here',
  );
}

function ascii(text: string): readonly number[] {
  return Array.from(text, (sign) => sign.charCodeAt(0));
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
  `${where} of the file is NUL, so this is not plain text; open a text file, such as .txt or .md, saved as UTF-8`;

/** Undefined if the bytes are invalid. The byte order mark is left out. */
function attempt(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The index of the first malformed sequence. Unicode 16, table 3-7 (well-formed UTF-8). */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = wellFormed(bytes, at);
    if (length === 0) break;
    at += length;
  }
  return at;
}

/** Bytes of the character that begins at `at`; 0 if none does. */
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

/**
 * The range of the second byte, which is narrower after four lead bytes: no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */
function secondByte(lead: number): [low: number, high: number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
