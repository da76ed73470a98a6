import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../src/notebook/platform';

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
