/** @file Masks from elsewhere as documents: terms and a little paint where they say it, and else the rows as they came. */
import { describe, expect, test } from 'vitest';
import { maskOf, rowsIn } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { readRows } from '../../src/attention/given';
import { cellsOf, fromRule, type Mask } from '../../src/attention/mask';
import { random } from '../../src/core/random';
import { maskOfLayer } from '../../src/masks/doc';
import { recognise } from '../../src/masks/foreign/recognise';
import { docOfRecognised } from '../../src/masks/opened';
import { trainedBy } from '../../src/state/trainMask';
import { matrixOf } from './patterns';

/** Causal, with every second cell blocked by lot; its queries are the last of T tokens. */
function noise(T: number, queries = T): Mask {
  const { next } = random(T, 'opened');
  const ahead = T - queries;
  return fromRule(queries, T, (q, k) => k === q + ahead || (k < q + ahead && next() < 0.5));
}
const openedOf = (mask: Mask) => docOfRecognised(recognise(matrixOf(mask, [1, 0])));

describe('a mask that is opened', () => {
  test('is kept as its rows, cell by cell, where no terms and little paint say it', () => {
    const mask = noise(140);
    const { doc, says } = openedOf(mask);
    expect(doc.T).toBe(140);
    const [layer] = doc.layers;
    expect(layer!.expression.kind).toBe('rows');
    expect(layer!.paint).toEqual([]);
    expect(cellsOf(maskOfLayer(layer!, 140))).toEqual(cellsOf(mask));
    expect(says).toContain('Its rows are kept as they came.');
    // And so it is trained.
    const { masks, context } = trainedBy(doc);
    expect(context).toBe(140);
    expect(cellsOf(maskOf(read(masks), 140))).toEqual(cellsOf(mask));
  });

  test('of fewer queries than keys has those rows alone, and says where they stand', () => {
    const mask = noise(150, 130);
    const { doc, says } = docOfRecognised(recognise(matrixOf(mask, [1, 0])));
    expect(doc).toMatchObject({ T: 150, queries: 130 });
    const [layer] = doc.layers;
    expect(readRows(rowsIn(layer!.expression)[0]!)).toMatchObject({ T: 150, queries: 130 });
    const whole = maskOfLayer(layer!, 150, 130);
    for (let q = 0; q < 130; q++) expect(whole.row(q)).toEqual(mask.row(q));
    expect(says).toContain('Its 130 queries stand at positions 20 to 149 of 150 keys');
    expect(says).toContain('Its rows are kept as they came.');
  });

  test('with a few cells wrong is terms and paint, and says nothing of rows', () => {
    const mask = fromRule(140, 140, (q, k) => k <= q && q - k < 8 && !(q === 90 && k === 88));
    const { doc, says } = openedOf(mask);
    const [layer] = doc.layers;
    expect(rowsIn(layer!.expression)).toEqual([]);
    expect(layer!.paint).toHaveLength(1);
    expect(cellsOf(maskOfLayer(layer!, 140))).toEqual(cellsOf(mask));
    expect(says).not.toContain('rows are kept');
  });
});
