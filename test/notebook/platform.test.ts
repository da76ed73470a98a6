import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { zlibSync } from 'fflate';
import { Bytes, fromBase64, Inflate, toBase64 } from '../../src/notebook/platform';

const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((all) => Array.from(all, (one) => String.fromCharCode(one)).join(''));

test('base64 is that of browsers, in both directions', () =>
  fc.assert(
    fc.property(bytes, (text) => {
      expect(toBase64(text)).toBe(btoa(text));
      expect(fromBase64(btoa(text))).toBe(text);
    }),
  ));

test('what is not base64 is refused', () => {
  for (const text of ['a', 'é', 'ab*d']) expect(() => fromBase64(text)).toThrow('not base64');
});

async function unpacked(packed: Uint8Array, at: number): Promise<Uint8Array> {
  const reader = new Bytes([packed.slice(0, at), packed.slice(at)])
    .stream()
    .pipeThrough(new Inflate())
    .getReader();
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces);
    if (value) pieces.push(value);
  }
}

test('what zlib packed is unpacked, in whatever pieces it comes', () =>
  fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 100_000, size: 'max' }),
      fc.nat(100_000),
      async (bytes, at) => {
        expect(await unpacked(zlibSync(bytes), at)).toEqual(Buffer.from(bytes));
      },
    ),
    { numRuns: 20 },
  ));

test('a zlib stream that is cut short is refused', async () => {
  const packed = zlibSync(new Uint8Array(1000).map((_, i) => (i * i) % 251));
  await expect(unpacked(packed.slice(0, 40), 7)).rejects.toThrow();
});
