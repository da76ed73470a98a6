import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf, fromRule, pairsOf, type Mask } from '../../src/attention/mask';
import { eachSpan, pairsInTiles, tileBlocks, tilesOf } from '../../src/attention/tiles';

/** The cells that a list of tiles covers, row-major [T, T]; none twice. */
function cellsOfTiles(list: Int32Array, T: number): Uint8Array {
  const cells = new Uint8Array(T * T);
  for (let b = 0; b < tileBlocks(T); b++) {
    let last = -1;
    eachSpan(list, b, (from, to, bits) => {
      expect(from).toBeGreaterThanOrEqual(last);
      expect(bits).not.toBe(0);
      last = to;
      for (let tile = from; tile < to; tile++)
        for (let bit = 0; bit < 32; bit++)
          if ((bits >> bit) & 1) {
            const [row, column] = [4 * b + (bit >> 3), 8 * tile + (bit & 7)];
            expect(Math.max(row, column)).toBeLessThan(T);
            cells[row * T + column] = 1;
          }
    });
  }
  return cells;
}

const turned = (cells: Uint8Array, T: number) =>
  cells.map((_, i) => cells[(i % T) * T + Math.floor(i / T)]!);

function holds(mask: Mask): void {
  const T = mask.queries;
  const cells = cellsOf(mask);
  const { reads, readers } = tilesOf(mask);
  expect(cellsOfTiles(reads, T)).toEqual(cells);
  expect(cellsOfTiles(readers, T)).toEqual(turned(cells, T));
}

describe('tiles of a mask', () => {
  test.each([
    'causal',
    'causal & window(5)',
    'causal & (window(6) | sink(2))',
    'causal & chunk(5)',
    'causal & dilated(3)',
    'causal & documents(7, 20)',
    'causal | prefix(9)',
    'window(4) & !ahead(4)',
    'causal & (window(4) | global(0, 9))',
    '!causal',
    'padding(3, 2)',
    'causal & !causal',
  ])('cover the pairs of %s, from the queries and from the keys', (text) => {
    for (const T of [1, 3, 8, 31, 40]) holds(maskOf(read(text), T));
  });

  test('cover any cells', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 37 })
          .chain((T) =>
            fc.tuple(
              fc.constant(T),
              fc.array(fc.boolean(), { minLength: T * T, maxLength: T * T }),
            ),
          ),
        ([T, cells]) => holds(fromRule(T, T, (q, k) => cells[q * T + k]!)),
      ),
      { numRuns: 60 },
    );
  });

  test('count its pairs at up to 16,384 tokens, in little memory', () => {
    for (const [text, T, most] of [
      ['causal', 16_384, 60_000],
      ['causal & (window(64) | sink(4))', 16_384, 100_000],
      ['causal & documents(256, 512, 9000)', 16_384, 60_000],
      ['causal & dilated(2)', 2048, 10_000],
    ] as const) {
      const mask = maskOf(read(text), T);
      const tiles = tilesOf(mask);
      expect(pairsInTiles(tiles)).toBe(pairsOf(mask));
      expect(tiles.reads.length, text).toBeLessThan(most);
      expect(tiles.readers.length, text).toBeLessThan(most);
    }
  });

  test('require a square mask', () => {
    expect(() => tilesOf(fromRule(2, 3, () => true))).toThrow(
      'a layer reads as many keys as it has queries; the mask is 2 × 3',
    );
  });
});
