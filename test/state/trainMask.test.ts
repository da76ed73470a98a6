import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, read, write } from '../../src/attention/expression';
import { cellsOf } from '../../src/attention/mask';
import { fromAddress, toAddress } from '../../src/compare/address';
import { specsOf } from '../../src/compare/comparison';
import { layerOf, maskOfLayer, type LayerDoc } from '../../src/masks/doc';
import { checkRun } from '../../src/spec/check';
import { layersOf } from '../../src/spec/run';
import { fromQuery, toQuery } from '../../src/spec/url';
import { comparedBy, trainedBy, withPaint } from '../../src/state/trainMask';

const layer = (text: string): LayerDoc => layerOf(read(text));

describe('masks of the workbench, trained', () => {
  test('paint becomes terms that read the very same cells', () => {
    const T = 20;
    const place = fc.nat(T - 1);
    const rectangle = fc
      .tuple(place, place, place, place, fc.boolean())
      .map(([a, b, c, d, open]) => ({
        query: Math.min(a, b),
        toQuery: Math.max(a, b) + 1,
        key: Math.min(c, d),
        toKey: Math.max(c, d) + 1,
        open,
      }));
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 6 }), (paint) => {
        const painted: LayerDoc = { ...layer('causal & window(4)'), paint };
        expect(cellsOf(maskOf(withPaint(painted, T), T))).toEqual(cellsOf(maskOfLayer(painted, T)));
      }),
    );
  });

  test('a rectangle dragged over a whole triangle is one term', () => {
    const paint = Array.from({ length: 63 }, (_, q) => ({
      query: q,
      toQuery: q + 1,
      key: q + 1,
      toKey: 64,
      open: true,
    }));
    expect(write(withPaint({ ...layer('causal'), paint }, 64))).toBe(
      'causal | cells(0, 62, 1, 63)',
    );
  });

  test('one mask is trained in four layers, several in as many as they are', () => {
    const one = trainedBy({ T: 96, layers: [layer('causal & chunk(8)')] });
    expect(layersOf(one).map(({ pattern }) => pattern)).toEqual(Array(4).fill('causal & chunk(8)'));
    expect(one.context).toBe(96);
    const several = trainedBy({
      T: 64,
      layers: [layer('causal'), layer('causal & window(4)'), layer('causal')],
    });
    expect(layersOf(several).map(({ pattern }) => pattern)).toEqual([
      'causal',
      'causal & window(4)',
      'causal',
    ]);
    for (const spec of [one, several]) {
      checkRun(spec);
      expect(fromQuery(toQuery(spec))).toMatchObject({ spec, notes: [] });
    }
  });

  test('what was opened and what was meant are two runs, and a link holds both', () => {
    const compared = comparedBy({ T: 64, layers: [layer('causal | chunk(8)')] }, read('causal'));
    const { comparison, notes } = fromAddress(toAddress(compared));
    expect(notes).toEqual([]);
    expect(specsOf(comparison).map((spec) => layersOf(spec)[0]!.pattern)).toEqual([
      'causal | chunk(8)',
      'causal',
    ]);
  });

  test('what no model of the Lab has is refused in words', () => {
    const many = Array.from({ length: 40 }, () => layer('causal'));
    expect(() => trainedBy({ T: 64, layers: many })).toThrow(
      'these masks are of 40 layers; the Lab trains up to',
    );
    const different = Array.from({ length: 12 }, (_, i) => layer(`causal & window(${i + 1})`));
    expect(() => trainedBy({ T: 64, layers: different })).toThrow(/12 different masks|12 layers/);
    const paint = Array.from({ length: 100 }, (_, i) => ({
      query: 2 * i,
      toQuery: 2 * i + 1,
      key: 2 * i + 2,
      toKey: 2 * i + 3,
      open: true,
    }));
    expect(() => trainedBy({ T: 256, layers: [{ ...layer('causal'), paint }] })).toThrow(
      /characters long/,
    );
  });
});
