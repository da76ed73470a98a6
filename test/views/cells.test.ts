/** @file A grid of cells: where arrow keys lead, which cells a pointer crosses, the names of cells. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clamped, moved, nameOf, same, tickEvery, wayTo } from '../../src/views/CellGrid/cells';

const size = { queries: 6, keys: 8 };

test('keys lead to the neighbour, the ends of the row, the corners, and never out', () => {
  const at = { query: 2, key: 3 };
  expect(moved(at, 'ArrowUp', false, size)).toEqual({ query: 1, key: 3 });
  expect(moved(at, 'ArrowRight', false, size)).toEqual({ query: 2, key: 4 });
  expect(moved(at, 'Home', false, size)).toEqual({ query: 2, key: 0 });
  expect(moved(at, 'End', false, size)).toEqual({ query: 2, key: 7 });
  expect(moved(at, 'Home', true, size)).toEqual({ query: 0, key: 0 });
  expect(moved(at, 'End', true, size)).toEqual({ query: 5, key: 7 });
  expect(moved(at, 'PageDown', false, size)).toEqual({ query: 5, key: 3 });
  expect(moved({ query: 0, key: 0 }, 'ArrowLeft', false, size)).toEqual({ query: 0, key: 0 });
  expect(moved(at, 'a', false, size)).toBeUndefined();
});

test('a fast pointer leaves no gap: it moves from neighbour to neighbour', () => {
  const cell = fc.record({ query: fc.nat(23), key: fc.nat(23) });
  fc.assert(
    fc.property(cell, cell, (from, to) => {
      const way = [from, ...wayTo(from, to)];
      if (!same(from, to)) expect(way.at(-1)).toEqual(to);
      way.slice(1).forEach((one, i) => {
        expect(Math.abs(one.query - way[i]!.query)).toBeLessThanOrEqual(1);
        expect(Math.abs(one.key - way[i]!.key)).toBeLessThanOrEqual(1);
      });
    }),
  );
});

test('a cell gives its query, its key and its kind', () => {
  expect(nameOf({ query: 5, key: 3 }, 'painted')).toBe('query 5, key 3, painted');
  expect(nameOf({ query: 5, key: 3 }, 'blank', undefined, 'wrong')).toBe(
    'query 5, key 3, blank, wrong',
  );
});

test('a position outside is clamped; numbers are as close as they are legible', () => {
  expect(clamped({ query: 9, key: -1 }, size)).toEqual({ query: 5, key: 0 });
  expect([24, 12, 6].map(tickEvery)).toEqual([1, 2, 4]);
});
