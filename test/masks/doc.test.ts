/** @file Paint over a mask, and the workbench's document as a URL. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAddress, maskOfLayer, toAddress, type MaskDoc } from '../../src/masks/doc';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf } from '../../src/attention/mask';
import { jsonOf, readJson } from '../../src/masks/save';
import {
  isIdle,
  MAX_RECTANGLES,
  painted,
  readRectangles,
  sayLeftOut,
  tidied,
  writeRectangles,
  type Rectangle,
} from '../../src/masks/paint';

const T = 12;
const base = maskOf(read('causal & window(4)'), T);
const rectangle: fc.Arbitrary<Rectangle> = fc
  .tuple(fc.nat(T - 1), fc.nat(T - 1), fc.nat(T - 1), fc.nat(T - 1), fc.boolean())
  .map(([a, b, c, d, open]) => ({
    query: Math.min(a, b),
    toQuery: Math.max(a, b) + 1,
    key: Math.min(c, d),
    toKey: Math.max(c, d) + 1,
    open,
  }));

describe('paint', () => {
  test('covers cells one rectangle after the other', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 6 }), (all) => {
        const cells = cellsOf(base);
        for (const { query, toQuery, key, toKey, open } of all)
          for (let q = query; q < toQuery; q++) cells.fill(+open, q * T + key, q * T + toKey);
        expect(cellsOf(painted(base, all))).toEqual(cells);
      }),
    );
  });

  test('is tidied to the same cells in rectangles that do not overlap, and to none if nothing changed', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 6 }), (all) => {
        const tidy = tidied(base, all);
        expect(cellsOf(painted(base, tidy))).toEqual(cellsOf(painted(base, all)));
        const covered = new Uint8Array(T * T);
        for (const { query, toQuery, key, toKey } of tidy)
          for (let q = query; q < toQuery; q++)
            for (let k = key; k < toKey; k++) expect(++covered[q * T + k]!).toBe(1);
      }),
    );
    const one: Rectangle = { query: 2, toQuery: 5, key: 6, toKey: 8, open: true };
    expect(tidied(base, [one, { ...one, open: false }])).toEqual([]);
    expect(tidied(base, [one])).toEqual([one]);
    expect(isIdle(base, one)).toBe(false);
    expect(isIdle(painted(base, [one]), one)).toBe(true);
  });

  test('is written in short form and read back; anything outside is left out', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 6 }), (all) => {
        const read = readRectangles(writeRectangles(all), { queries: T, keys: T });
        expect(read).toEqual({ rectangles: all, dropped: 0, beyond: 0, unclear: [] });
      }),
    );
    expect(readRectangles('0.0.1.1-zz.0.1.1-<b>-0.0.0.1', { queries: T, keys: T })).toEqual({
      rectangles: [{ query: 0, toQuery: 1, key: 0, toKey: 1, open: true }],
      dropped: 3,
      beyond: 0,
      unclear: [],
    });
  });

  test('is refused beyond the number that a link holds, with that reason', () => {
    const one: Rectangle = { query: 2, toQuery: 5, key: 6, toKey: 8, open: true };
    const all = Array.from({ length: MAX_RECTANGLES + 3 }, () => one);
    const left = readRectangles(writeRectangles(all), { queries: T, keys: T });
    expect(left).toMatchObject({ dropped: 0, beyond: 3 });
    expect(sayLeftOut(left)).toEqual([
      '3 painted rectangles beyond the first 2000 were left out; a link holds no more',
    ]);
  });
});

describe('the URL of a workbench', () => {
  const layer = (text: string, paint: readonly Rectangle[] = []) => ({
    expression: read(text),
    paint,
  });
  const doc: MaskDoc = {
    T: 48,
    layers: [
      layer('causal'),
      ...Array.from({ length: 5 }, () => layer('causal & (window(4) | sink(2)) & ~!padding(2, 0)')),
      layer('causal', [{ query: 3, toQuery: 9, key: 0, toKey: 2, open: false }]),
    ],
  };

  test('brings back layers, their number and their paint', () => {
    const address = toAddress(doc);
    expect(address).toContain('layer=5*causal');
    expect(fromAddress(address)).toEqual({ doc, notes: [], rest: new Map() });
    expect(fromAddress('').doc.T).toBe(32);
  });

  test('is corrected if wrong, and says how', () => {
    expect(fromAddress('T=99999&layer=causal').notes[0]).toMatch(
      /^T is '99999'; it should be .* 16384 was taken$/,
    );
    expect(fromAddress('layer=windy(3)&layer=causal')).toMatchObject({
      doc: { layers: [layer('causal')] },
      notes: [expect.stringMatching(/has 'windy'.*the layer was left out$/)],
    });
    expect(fromAddress('layer=causal&paint=7:0.0.1.1').notes).toEqual([
      "'paint=7:0.0.1.1' names no layer of this address; what it paints was left out",
    ]);
    expect(fromAddress('layer=999*causal').doc.layers).toHaveLength(128);
  });

  test('can be shown, whatever it contains', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'T=4',
        'T=-1',
        'layer=causal',
        'layer=3*window(2)',
        'paint=0:0.0.1.1',
        'paint=',
        '%E0%A4%A',
        'at=3.2',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { doc: read } = fromAddress(pieces.join('&'));
        expect(read.layers.length).toBeGreaterThan(0);
        maskOfLayer(read.layers[0]!, read.T).row(read.T - 1);
      }),
    );
  });

  test('brings back fewer or more queries than keys with their paint, as does a file', () => {
    for (const queries of [3, 20]) {
      const paint = [{ query: queries - 1, toQuery: queries, key: 2, toKey: 5, open: false }];
      const doc: MaskDoc = { T, queries, layers: [{ expression: read('causal'), paint }] };
      expect(fromAddress(toAddress(doc)).doc).toEqual(doc);
      expect(readJson(jsonOf(doc))).toEqual(doc);
      const mask = maskOfLayer(doc.layers[0]!, T, queries);
      expect([mask.queries, mask.keys]).toEqual([queries, T]);
    }
    const { doc, notes } = fromAddress('T=12&queries=some&layer=causal');
    expect(doc.queries).toBeUndefined();
    expect(notes.join()).toContain("queries is 'some'");
  });
});
