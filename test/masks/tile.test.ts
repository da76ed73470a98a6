import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf, maskOfCells } from '../../src/attention/mask';
import { thumbnailOf } from '../../src/masks/thumbnail';
import { tileOf } from '../../src/masks/tile';
import { timed } from '../support/cpu';

test('every pixel has the share of its cells, counted one by one', () => {
  const T = 21;
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: T * T, maxLength: T * T, max: 1 }),
      fc.nat(T - 1),
      fc.nat(T - 1),
      fc.integer({ min: 1, max: T }),
      fc.integer({ min: 1, max: 30 }),
      (cells, query, key, side, pixels) => {
        const tile = tileOf(maskOfCells(cells, T, T), { query, key, side }, pixels);
        const edge = (i: number) => Math.floor((i * side) / tile.size);
        expect(tile.size).toBe(Math.min(side, pixels));
        for (let y = 0; y < tile.size; y++)
          for (let x = 0; x < tile.size; x++) {
            let [open, all] = [0, 0];
            for (let q = edge(y); q < edge(y + 1); q++)
              for (let k = edge(x); k < edge(x + 1); k++) {
                all++;
                if (query + q < T && key + k < T) open += cells[(query + q) * T + key + k]!;
              }
            const shown = tile.cells[y * tile.size + x]!;
            if (open === 0) expect(shown).toBe(0);
            else if (open === all) expect(shown).toBe(255);
            else expect(Math.abs(shown - (255 * open) / all)).toBeLessThanOrEqual(1);
          }
      },
    ),
  );
});

test('a mask of 16,384 tokens is drawn whole in a moment', () => {
  const mask = maskOf(read('causal & (window(512) | sink(4))'), 16_384);
  const { ms, value } = timed(() => tileOf(mask, { query: 0, key: 0, side: 16_384 }, 600));
  expect(ms).toBeLessThan(1500); // some 100 ms on an idle machine
  const { size, cells } = value;
  expect(size).toBe(600);
  expect(cells[599 * 600 + 599]).toBeGreaterThan(100);
  expect(cells[599 * 600 + 300]).toBe(0);
  expect(cells[599 * 600]).toBeGreaterThan(0); // the sink: 4 cells of 27
});

test('a stamp shows the cell in the middle of each pixel', () => {
  const mask = maskOf(read('causal & window(4)'), 16);
  expect(thumbnailOf(mask, 16)).toEqual(cellsOf(mask));
  const large = thumbnailOf(maskOf(read('causal & window(4096)'), 16_384), 16);
  expect([...large.subarray(15 * 16)].join('')).toBe('0000000000001111');
});
