/** @file The cases of matrix products. */
import { random, type Random } from '../../../src/core/random';
import { productAdd, productNN, productNT, productTN } from '../../../src/ops/product/kernel';
import { productSwiglu, productSwigluGrad } from '../../../src/ops/product/swiglu';
import { empty, normals, type Case, type Numbers, type Values } from '../../support/simd';
import { PLAIN, WITH_EXP, subject, type Subject } from './subject';

/** [rows, inner, columns] */
const SHAPES = [
  [1, 4, 4],
  [1, 64, 8],
  [2, 12, 20],
  [3, 8, 12],
  [5, 64, 192],
  [37, 128, 36],
  [64, 700, 28],
  [130, 344, 64],
  [515, 64, 100],
] as const;

function productCases(
  buffersOf: (
    shape: { readonly rows: number; readonly inner: number; readonly columns: number },
    from: Random,
  ) => Record<string, Values>,
  constants: Numbers,
  shapes: readonly (readonly [number, number, number])[] = SHAPES,
): Case[] {
  return shapes.map(([rows, inner, columns]) => {
    const shape = { rows, inner, columns };
    const label = `${rows} × ${inner} × ${columns}`;
    return { label, buffers: buffersOf(shape, random(label)), uniforms: shape, constants };
  });
}

const TILE = { tall: 8, wide: 2 };
const GATED = SHAPES.map(([rows, inner, columns]) => [rows, inner, 2 * columns] as const);
const TALL = [
  [4, 1, 4],
  [8, 3, 12],
  [64, 255, 20],
  [64, 256, 192],
  [36, 257, 64],
  [132, 514, 28],
  [12, 1030, 704],
] as const;

export const products: readonly Subject[] = [
  subject(
    productNN,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productAdd,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        base: normals(rows * columns, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productSwiglu,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(inner * columns, from),
        both: empty(rows * columns),
        gated: empty((rows * columns) / 2),
      }),
      TILE,
      GATED,
    ),
  ),
  subject(
    productNT,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(columns * inner, from),
        y: empty(rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productSwigluGrad,
    WITH_EXP,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(rows * inner, from),
        b: normals(columns * inner, from),
        both: normals(2 * rows * columns, from, 3),
        dboth: empty(2 * rows * columns),
      }),
      TILE,
    ),
  ),
  subject(
    productTN,
    PLAIN,
    productCases(
      ({ rows, inner, columns }, from) => ({
        a: normals(inner * rows, from),
        b: normals(inner * columns, from),
        y: empty(rows * columns),
      }),
      { high: 2, wide: 2 },
      TALL,
    ),
  ),
];
