/** @file The matrix products against sums in float64, with each epilogue and both sizes of tile, on any machine. */
import { describe, expect, test } from 'vitest';
import { random } from '../../src/core/random';
import type { Machine } from '../../src/machines/machine';
import { productAdd, productNN, productNT, productTN } from '../../src/ops/product/kernel';
import { productSwiglu, productSwigluGrad } from '../../src/ops/product/swiglu';
import { ProgramWriter, type Part } from '../../src/program/program';
import { shareOfProduct } from '../../src/ops/product/share';
import {
  LARGE_TILES,
  MEDIUM_TILES,
  SHARED_TILES,
  SMALL_TILES,
  type Tiles,
} from '../../src/program/tiles';
import { relativeError } from './fixtures';

/** Whole tiles of 8, of 4, and ragged rows. */
const SHAPES: readonly (readonly [rows: number, inner: number, columns: number])[] = [
  [1, 4, 4],
  [8, 4, 8],
  [13, 8, 24],
  [16, 12, 40],
  [12, 8, 20],
  [33, 24, 12],
  [64, 176, 64],
];
const FORMS = ['NN', 'NT', 'TN', 'add', 'swiglu', 'swiglu gradient'] as const;
type Form = (typeof FORMS)[number];

/** On a processor no threads share the work, so there is one kind. */
export function describeProducts(machine: () => Machine, onGpu = false): void {
  const kinds: readonly (readonly [string, Tiles])[] = onGpu
    ? [
        ['large tiles', LARGE_TILES],
        ['medium tiles', MEDIUM_TILES],
        ['small tiles', SMALL_TILES],
        ['workgroup memory', SHARED_TILES],
      ]
    : [['in one thread', MEDIUM_TILES]];
  describe.each(kinds)('%s', (_, tiles) => {
    describe.each(FORMS)('product %s', (form) => {
      test.each(SHAPES)('%d × %d × %d', async (rows, inner, columns) => {
        if (form === 'TN' && rows % 4 !== 0) rows = 12;
        const { got, expected } = await product(machine(), form, rows, inner, columns, tiles);
        expect(relativeError(got, expected)).toBeLessThan(1e-5);
      });
    });
  });
}

const silu = (x: number) => x / (1 + Math.exp(-x));

async function product(
  machine: Machine,
  form: Form,
  rows: number,
  inner: number,
  columns: number,
  tiles: Tiles,
) {
  const { normal } = random('product', form, rows, inner, columns);
  const normalOf = (size: number) => Float32Array.from({ length: size }, normal);
  const [a, b] = [normalOf(rows * inner), normalOf(inner * columns)];
  const product = new Float64Array(rows * columns);
  const [aT, bT] = [form === 'TN', form === 'NT' || form === 'swiglu gradient'];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let k = 0; k < inner; k++) {
        product[r * columns + c]! +=
          a[aT ? k * rows + r : r * inner + k]! * b[bT ? c * inner + k : k * columns + c]!;
      }
    }
  }
  const writer = new ProgramWriter();
  const kept: Record<string, { element: 'f32'; length: number; content?: () => Float32Array }> = {};
  const keep = (name: string, values: Float32Array): Part => {
    kept[name] = { element: 'f32', length: values.length, content: () => values };
    return { buffer: name, at: 0, length: values.length };
  };
  const [A, B] = [keep('a', a), keep('b', b)];
  const u = { rows, inner, columns };
  const { threads, constants } = shareOfProduct('plain', rows, columns, tiles);
  let expected: Float64Array | Float32Array = product;
  let size = rows * columns;
  const y = (length: number) => writer.temporary('y', (size = length));
  let result: Part;
  switch (form) {
    case 'NN':
      writer.launch(productNN, threads, { a: A, b: B, y: (result = y(size)) }, u, constants);
      break;
    case 'NT':
      writer.launch(productNT, threads, { a: A, b: B, y: (result = y(size)) }, u, constants);
      break;
    case 'TN': {
      const share = shareOfProduct('TN', rows, columns, tiles);
      const buffers = { a: A, b: B, y: (result = y(size)) };
      writer.launch(productTN, share.threads, buffers, u, share.constants);
      break;
    }
    case 'add': {
      const base = normalOf(rows * columns);
      expected = product.map((x, i) => x + base[i]!);
      const buffers = { a: A, b: B, base: keep('base', base), y: (result = y(size)) };
      writer.launch(productAdd, threads, buffers, u, constants);
      break;
    }
    case 'swiglu': {
      const F = columns / 2;
      if (F % 4 !== 0) return { got: [1], expected: [1] }; // the model has no such width
      expected = new Float64Array(rows * F).map((_, i) => {
        const at = Math.floor(i / F) * columns + (i % F);
        return silu(product[at]!) * product[at + F]!;
      });
      const both = writer.temporary('both', rows * columns);
      const buffers = { a: A, b: B, both, gated: (result = y(rows * F)) };
      const share = shareOfProduct('swiglu', rows, columns, tiles);
      writer.launch(productSwiglu, share.threads, buffers, u, share.constants);
      break;
    }
    case 'swiglu gradient': {
      const both = normalOf(2 * rows * columns);
      expected = new Float64Array(2 * rows * columns);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const at = r * 2 * columns + c;
          const [gate, up] = [both[at]!, both[at + columns]!];
          const s = 1 / (1 + Math.exp(-gate));
          const dgated = product[r * columns + c]!;
          expected[at] = dgated * up * s * (1 + gate * (1 - s));
          expected[at + columns] = dgated * silu(gate);
        }
      }
      const dboth = (result = y(2 * rows * columns));
      const buffers = { a: A, b: B, both: keep('both', both), dboth };
      writer.launch(productSwigluGrad, threads, buffers, u, constants);
      break;
    }
  }
  writer.result('y', result);
  const session = await machine.open({ kept, programs: { all: writer.program() } });
  session.run('all');
  const got: ArrayLike<number> = await session.read(result, 'all');
  session.dispose();
  return { got, expected };
}
