import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, rowsOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { namesInAddress } from '../../src/attention/rowNames';
import { writeRows } from '../../src/attention/writeRows';
import { cellsOf } from '../../src/attention/mask';
import { fromAddress, toAddress } from '../../src/compare/address';
import { readFile, writeFile } from '../../src/compare/file';
import { LONGEST_LINK } from '../../src/core/link';
import { random as randomOf } from '../../src/core/random';
import { specsOf } from '../../src/compare/comparison';
import { layerOf, maskOfLayer, type LayerDoc } from '../../src/masks/doc';
import { checkRun } from '../../src/spec/check';
import { layersOf } from '../../src/spec/run';
import { fromQuery, toQuery } from '../../src/spec/url';
import { forgetRows } from '../support/rows';
import { comparedBy, trainedBy, withPaint } from '../../src/state/trainMask';

const layer = (text: string): LayerDoc => layerOf(read(text));

/** Some cells flipped, so that neither terms nor a few rectangles express it. */
function noiseOver(text: string, T: number, cells: number, seed = 1): LayerDoc {
  const random = randomOf(seed);
  const paint = Array.from({ length: cells }, () => {
    const query = random.below(T);
    const key = random.below(query + 1);
    return { query, key, toQuery: query + 1, toKey: key + 1, open: random.next() < 0.5 };
  });
  return { ...layer(text), paint };
}

describe('training masks of the workbench', () => {
  test('turns paint into terms that read the same cells', () => {
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

  test('turns a rectangle dragged over a whole triangle into one term', () => {
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

  test('uses one mask in four layers, and several in as many layers as masks', () => {
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

  test('makes two runs of the opened and the intended mask, and one link for both', () => {
    const compared = comparedBy({ T: 64, layers: [layer('causal | chunk(8)')] }, read('causal'));
    const { comparison, notes } = fromAddress(toAddress(compared));
    expect(notes).toEqual([]);
    expect(specsOf(comparison).map((spec) => layersOf(spec)[0]!.pattern)).toEqual([
      'causal | chunk(8)',
      'causal',
    ]);
  });

  test('replaces only the compared mask, in every layer that has it', () => {
    const [own, wrong, right] = ['causal & dilated(2)', 'causal | chunk(8)', 'causal | chunk(4)'];
    const doc = { T: 64, layers: [own, wrong, own, wrong].map((text) => layer(text)) };
    const { comparison } = fromAddress(toAddress(comparedBy(doc, read(right), 1)));
    expect(specsOf(comparison).map((spec) => layersOf(spec).map(({ pattern }) => pattern))).toEqual(
      [
        [own, wrong, own, wrong],
        [own, right, own, right],
      ],
    );
  });

  test('keeps paint that is too much for terms as rows, cell by cell', () => {
    const T = 96;
    const noisy = noiseOver('causal & window(8)', T, 700);
    const spec = trainedBy({ T, layers: [noisy] });
    expect(spec.masks).toMatch(/^rows\([\w-]+\)$/);
    checkRun(spec);
    expect(spec.context).toBe(T);
    expect(layersOf(spec)).toHaveLength(4);
    expect(cellsOf(maskOf(read(layersOf(spec)[0]!.pattern), T))).toEqual(
      cellsOf(maskOfLayer(noisy, T)),
    );
    expect(() => checkRun({ ...spec, context: 64 })).toThrow(
      'mask 1 is kept as rows of 96 × 96 tokens and the context is 64 tokens',
    );
  });

  test('uses rows at the length at which they are shown', () => {
    const longer = layerOf(rowsOf(writeRows(maskOf(read('causal & window(3)'), 40))));
    const { masks } = trainedBy({ T: 24, layers: [longer] });
    expect(cellsOf(maskOf(read(masks), 24))).toEqual(
      cellsOf(maskOf(read('causal & window(3)'), 24)),
    );
  });

  test('puts rows into the link if they fit, and otherwise their name', () => {
    const fits = trainedBy({ T: 96, layers: [noiseOver('causal & window(8)', 96, 300)] });
    expect(toQuery(fits).length).toBeLessThan(LONGEST_LINK);
    expect(namesInAddress(toQuery(fits))).toEqual([]);
    expect(fromQuery(toQuery(fits))).toMatchObject({ spec: fits, notes: [] });

    const long = trainedBy({ T: 512, layers: [noiseOver('causal', 512, 4000)] });
    expect(long.masks.length).toBeGreaterThan(LONGEST_LINK);
    const query = toQuery(long);
    expect(query.length).toBeLessThan(300);
    const [name] = namesInAddress(query);
    expect(name).toMatch(/^#512-/);
    // If the rows are known, the link restores everything; otherwise it says which mask is missing.
    expect(fromQuery(query)).toMatchObject({ spec: long, notes: [] });
    const elsewhere = query.replace(name!.slice(1), `512-${'0'.repeat(16)}`);
    const { spec, notes } = fromQuery(elsewhere);
    expect(notes.join()).toMatch(/names rows #512-0{16}, which are not kept in this browser/);
    expect(spec.masks).toBe('');
  });

  test('makes two runs of two masks of rows, in a link and in a file, which contains them whole', () => {
    const doc = { T: 512, layers: [noiseOver('causal', 512, 4000)] };
    const compared = comparedBy(doc, read('causal'));
    const query = toAddress(compared);
    expect(query.length).toBeLessThan(600);
    expect(specsOf(fromAddress(query).comparison)).toEqual(specsOf(compared));
    const file = writeFile({
      comparison: compared,
      machine: { name: 'cpu', device: 'here', kernel: 'host' },
      program: '1',
      made: '2026-11-30',
      histories: compared.runs.map(() => ({ steps: [], validations: [] })),
      repeats: [],
    });
    expect(file).toContain(specsOf(compared)[0]!.masks);
    // In a browser that has never seen the rows, the URL alone does not open, and does once the file was read.
    forgetRows();
    expect(fromAddress(query).notes.join()).toContain('not kept in this browser');
    expect(specsOf(readFile(file).comparison)).toEqual(specsOf(compared));
    expect(toAddress(readFile(file).comparison)).toBe(query);
    expect(fromAddress(query).notes).toEqual([]);
    expect(specsOf(fromAddress(query).comparison)).toEqual(specsOf(compared));
  });

  test('refuses in words a mask that no model of the Lab can have', () => {
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
    expect(() => trainedBy({ T: 16_385, layers: [{ ...layer('causal'), paint }] })).toThrow(
      /characters long.*as rows.*8 to 16384, and this one has 16385/,
    );
    const small = layerOf(rowsOf(writeRows(maskOf(read('causal'), 6))));
    expect(() => trainedBy({ T: 6, layers: [small] })).toThrow(/8 to 16384, and this one has 6/);
  });
});
