/** @file Foreign masks as documents: terms and a little paint if they can express it, otherwise the rows as given. */
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

/** Causal, with every second cell blocked at random; its queries are the last of T tokens. */
function noise(T: number, queries = T): Mask {
  const { next } = random(T, 'opened');
  const ahead = T - queries;
  return fromRule(queries, T, (q, k) => k === q + ahead || (k < q + ahead && next() < 0.5));
}
const openedOf = (mask: Mask) => docOfRecognised(recognise(matrixOf(mask, [1, 0])));

describe('an opened mask', () => {
  test('is kept as its rows, cell by cell, if terms and a little paint cannot express it', () => {
    const mask = noise(140);
    const { doc, says } = openedOf(mask);
    expect(doc.T).toBe(140);
    const [layer] = doc.layers;
    expect(layer!.expression.kind).toBe('rows');
    expect(layer!.paint).toEqual([]);
    expect(cellsOf(maskOfLayer(layer!, 140))).toEqual(cellsOf(mask));
    expect(says).toContain('Its rows are kept as they came.');
    // It is trained like this too.
    const { masks, context } = trainedBy(doc);
    expect(context).toBe(140);
    expect(cellsOf(maskOf(read(masks), 140))).toEqual(cellsOf(mask));
  });

  test('with fewer queries than keys has only those rows, and says which they are', () => {
    const mask = noise(150, 130);
    const { doc, says } = docOfRecognised(recognise(matrixOf(mask, [1, 0])));
    expect(doc).toMatchObject({ T: 150, queries: 130 });
    const [layer] = doc.layers;
    expect(readRows(rowsIn(layer!.expression)[0]!)).toMatchObject({ T: 150, queries: 130 });
    const whole = maskOfLayer(layer!, 150, 130);
    for (let q = 0; q < 130; q++) expect(whole.row(q)).toEqual(mask.row(q));
    expect(says).toContain('Its 130 queries are at positions 20 to 149 of 150 keys');
    expect(says).toContain('Its rows are kept as they came.');
  });

  test('with a few wrong cells is terms and paint, and does not mention rows', () => {
    const mask = fromRule(140, 140, (q, k) => k <= q && q - k < 8 && !(q === 90 && k === 88));
    const { doc, says } = openedOf(mask);
    const [layer] = doc.layers;
    expect(rowsIn(layer!.expression)).toEqual([]);
    expect(layer!.paint).toHaveLength(1);
    expect(cellsOf(maskOfLayer(layer!, 140))).toEqual(cellsOf(mask));
    expect(says).not.toContain('rows are kept');
  });
});
