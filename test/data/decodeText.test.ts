import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { decodeText } from '../../src/data/decodeText';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  [...`\uFEFF${text}`.split('')].forEach((unit, i) =>
    view.setUint16(2 * i, unit.charCodeAt(0), littleEndian),
  );
  return new Uint8Array(view.buffer);
};
const wellFormed = fc.string({ unit: 'grapheme' }).filter((text) => !/\0|^\uFEFF/.test(text));

test('UTF-8 comes back unchanged, with or without a byte order mark', () => {
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(decodeText(utf8(text))).toBe(text);
      expect(decodeText(utf8(`\uFEFF${text}`))).toBe(text);
    }),
  );
});

test('UTF-16 comes back unchanged, in both byte orders', () => {
  fc.assert(
    fc.property(wellFormed, fc.boolean(), (text, littleEndian) => {
      expect(decodeText(utf16(text, littleEndian))).toBe(text);
    }),
  );
});

test('an empty file is an empty text', () => {
  expect(decodeText(new Uint8Array(0))).toBe('');
});

test('a byte that is not UTF-8 is reported with its position', () => {
  expect(() => decodeText(Uint8Array.of(0x63, 0x61, 0x66, 0xe9))).toThrow(
    'byte 3 of the file, 0xe9, is not valid UTF-8; the file may be in an older encoding',
  );
});

test.each([
  ['a continuation without its lead', [0x80]],
  ['a lead without its continuation', [0xc3, 0x41]],
  ['two bytes for ASCII', [0xc1, 0xbf]],
  ['three bytes instead of two', [0xe0, 0x9f, 0xbf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['four bytes instead of three', [0xf0, 0x8f, 0xbf, 0xbf]],
  ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a lead that is never used', [0xf5, 0x80, 0x80, 0x80]],
])('%s is refused at its first byte', (_, malformed) => {
  const file = Uint8Array.of(...utf8('é𐍈 '), ...malformed, 0x41);
  expect(() => decodeText(file)).toThrow(`byte ${utf8('é𐍈 ').length} of the file, 0x`);
});

test('a binary file is recognised by its NUL bytes', () => {
  const message =
    'byte 2 of the file is NUL, so this is not plain text; open a text file, such as .txt or .md';
  expect(() => decodeText(Uint8Array.of(0x50, 0x4b, 0, 1))).toThrow(message);
  expect(() => decodeText(utf16('a\0', true))).toThrow('character 1 of the file is NUL');
});

test('UTF-16 that ends in half a character is refused', () => {
  expect(() => decodeText(Uint8Array.of(0xff, 0xfe, 0x41))).toThrow(
    'the file begins like UTF-16LE but has half a character in its 3 bytes',
  );
});

/** Bytes near the borders of UTF-8, which arbitrary bytes seldom hit. */
const borders = [
  0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0,
  0xf3, 0xf4, 0xf5, 0xff,
];
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.array(fc.constantFrom(...borders), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
);

test('any bytes are either decoded or refused in words', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      try {
        expect(typeof decodeText(bytes)).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 2000 },
  );
});

test('the reported byte is the first that cannot be decoded', () => {
  // Oracle: a tolerant decoder puts U+FFFD where the first malformed sequence begins.
  const firstBad = (bytes: Uint8Array) => {
    const [before] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\uFFFD');
    return utf8(before!).length;
  };
  let named = 0;
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      fc.pre(!bytes.includes(0) && new TextDecoder().decode(bytes).includes('\uFFFD'));
      fc.pre(
        !(bytes[0] === 0xff && bytes[1] === 0xfe) && !(bytes[0] === 0xfe && bytes[1] === 0xff),
      );
      fc.pre(!containsGenuineReplacement(bytes));
      named++;
      expect(() => decodeText(bytes)).toThrow(`byte ${firstBad(bytes)} of the file`);
    }),
    { numRuns: 2000 },
  );
  expect(named).toBeGreaterThan(500);
});

const containsGenuineReplacement = (bytes: Uint8Array) =>
  bytes.some((byte, i) => byte === 0xef && bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd);

describe('a file that is not plain text is named, with a way to get its text', () => {
  const bytes = (...parts: readonly (string | number)[]) =>
    Uint8Array.from(
      parts.flatMap((part) =>
        typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)],
      ),
    );
  test.each([
    [
      'a PDF',
      bytes('%PDF-1.7\n%', 0xe2, 0xe3),
      'this is a PDF, not plain text: open it, select all, copy, and paste',
    ],
    [
      'a Word document',
      bytes('PK', 3, 4, 20, 0),
      'this is a Word document, an e-book or another ZIP',
    ],
    [
      'an old Word document',
      bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1),
      'this is an old Word or Office document',
    ],
    ['Rich Text', bytes('{\\rtf1\\ansi Hello}'), 'this is a document in Rich Text Format'],
    [
      'a PNG',
      bytes(0x89, 'PNG', 13, 10),
      'this is a picture, not plain text: only text can be read',
    ],
    ['a JPEG', bytes(0xff, 0xd8, 0xff, 0xe0), 'this is a picture'],
    [
      'a compressed file',
      bytes(0x1f, 0x8b, 8),
      'this is a compressed file, not plain text: unpack it',
    ],
  ])('%s', (_, file, said) => {
    expect(() => decodeText(file)).toThrow(said);
  });
  test('a text that only mentions a file format is read', () => {
    expect(decodeText(bytes('PDF and PK are letters'))).toBe('PDF and PK are letters');
  });
});
