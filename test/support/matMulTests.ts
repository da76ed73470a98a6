/** @file Matrix products of every form and of ragged sizes, against plain loops, on whatever backend is set. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { random } from '../../src/core/random';
import { matMul, type Form } from '../../src/ops/matMul/matMul';
import { relativeError } from './fixtures';

/** Whole tiles of 8, of 4, ragged rows, and sizes no tile fits. */
const SHAPES: readonly (readonly [rows: number, inner: number, columns: number])[] = [
  [1, 1, 1],
  [8, 4, 8],
  [13, 8, 24],
  [16, 12, 40],
  [12, 8, 20],
  [5, 7, 4],
  [33, 25, 12],
  [7, 9, 5],
  [64, 176, 64],
];

export function describeMatMul(): void {
  describe.each(['NN', 'NT', 'TN'] as const satisfies readonly Form[])('product %s', (form) => {
    test.each(SHAPES)('%d × %d × %d', async (rows, inner, columns) => {
      const { normal } = random('product', form, rows, inner, columns);
      const normalOf = (size: number) => Float32Array.from({ length: size }, normal);
      const [a, b] = [normalOf(rows * inner), normalOf(inner * columns)];
      const expected = new Float64Array(rows * columns);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          for (let k = 0; k < inner; k++) {
            expected[r * columns + c]! +=
              a[form === 'TN' ? k * rows + r : r * inner + k]! *
              b[form === 'NT' ? c * inner + k : k * columns + c]!;
          }
        }
      }
      const product = matMul(
        tf.tensor2d(a, form === 'TN' ? [inner, rows] : [rows, inner]),
        tf.tensor2d(b, form === 'NT' ? [columns, inner] : [inner, columns]),
        form,
      );
      expect(product.shape).toEqual([rows, columns]);
      expect(relativeError(await product.data(), expected)).toBeLessThan(1e-5);
    });
  });
}
