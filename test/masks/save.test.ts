import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { FIRST_DOC, fromAddress } from '../../src/masks/doc';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf, maskOfCells } from '../../src/attention/mask';
import { jsonOf, npyOf, readJson, shapesOf, svgOf } from '../../src/masks/save';

test('a .npy has the header NumPy writes, and its cells at a multiple of 64', () => {
  const mask = maskOf(read('causal & window(3)'), 7);
  const bytes = npyOf(mask);
  const header = 10 + bytes[8]! + 256 * bytes[9]!;
  expect(header % 64).toBe(0);
  expect(new TextDecoder('latin1').decode(bytes.subarray(0, header))).toBe(
    `\u0093NUMPY\u0001\u0000v\u0000{'descr': '|b1', 'fortran_order': False, 'shape': (7, 7), }`
      .padEnd(127)
      .replace(/\s*$/, (spaces) => ' '.repeat(spaces.length)) + '\n',
  );
  expect(bytes.subarray(header)).toEqual(cellsOf(mask));
  expect(() => npyOf(maskOf(read('causal'), 16_384))).toThrow('8192 × 8192 is the largest');
});

test('the shapes cover every visible cell, each once', () => {
  const T = 11;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: T * T, maxLength: T * T, max: 1 }), (cells) => {
      const drawn = new Uint8Array(T * T);
      for (const { query, key, queries, keys } of shapesOf(maskOfCells(cells, T, T))!)
        for (let q = query; q < query + queries; q++)
          for (let k = key; k < key + keys; k++) drawn[q * T + k]!++;
      expect(drawn).toEqual(cells);
    }),
  );
});

test('an SVG has a title that cannot inject markup', () => {
  const svg = svgOf(maskOf(read('causal'), 4), '<script>causal & more</script>')!;
  expect(svg).not.toContain('<script>');
  expect(svg).toContain('&#60;script&#62;causal &#38; more');
});

test('the JSON has T, convention and every layer', () => {
  const { doc } = fromAddress('T=16&layer=causal&layer=2*causal%20%26%20window(4)&paint=0:1.2.3.4');
  expect(JSON.parse(jsonOf(doc))).toMatchObject({
    format: 'zebra-lab-masks',
    version: 1,
    T: 16,
    layers: [
      { mask: 'causal', paint: [{ query: 1, key: 2, toQuery: 4, toKey: 6, open: true }] },
      { mask: 'causal & window(4)', paint: [] },
      { mask: 'causal & window(4)' },
    ],
  });
  expect(JSON.parse(jsonOf(FIRST_DOC))).toHaveProperty('layers.length', 1);
});

test('the JSON is opened again, refused if broken, and ignored if it is another format', () => {
  const { doc } = fromAddress('T=16&layer=causal&layer=2*causal%20%26%20window(4)&paint=0:1.2.3.4');
  const text = jsonOf(doc);
  expect(readJson(text)).toEqual(doc);
  expect(readJson('[[1,0],[1,1]]')).toBeUndefined();
  expect(() => readJson(text.slice(0, -9))).toThrow('not complete JSON');
  expect(() => readJson(text.replace('"version": 1', '"version": 2'))).toThrow(
    'of version 2; this page reads version 1',
  );
  expect(() => readJson(text.replace('"T": 16', '"T": 99999'))).toThrow('T of the file is 99999');
  expect(() => readJson(text.replace('window(4)', 'windy'))).toThrow("has 'windy'");
  expect(() => readJson(text.replace('"toKey": 6', '"toKey": 60'))).toThrow(
    'does not lie in 16 × 16 cells',
  );
});

test('any content of such a file is opened or refused with InputError', () => {
  const file = JSON.parse(jsonOf(FIRST_DOC)) as Record<string, unknown>;
  fc.assert(
    fc.property(fc.constantFrom('version', 'T', 'layers'), fc.jsonValue(), (name, value) => {
      try {
        readJson(JSON.stringify({ ...file, [name]: value }));
        readJson(JSON.stringify({ ...file, [name]: { toString: value } })); // no String() on it
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
  );
});
