/** @file The mark under a selected row covers the cells that its query reads, and no others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patterns, patternSpec } from '../../src/attention/registry';
import { fromCells, has } from '../../src/attention/runs';
import { cellsOfRuns } from '../../src/views/AttentionMap/marks';

test('a cell is marked if one of its tokens is read', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40, max: 1 }),
      fc.integer({ min: 1, max: 7 }),
      (tokens, factor) => {
        const marked = cellsOfRuns(fromCells(tokens, 0, tokens.length), factor);
        for (let cell = 0; cell < Math.ceil(tokens.length / factor); cell++) {
          const own = tokens.subarray(cell * factor, (cell + 1) * factor);
          expect(has(marked, cell)).toBe(own.includes(1));
        }
      },
    ),
  );
});

test('runs in neighbouring cells become one, so that no edge is drawn between them', () => {
  expect(cellsOfRuns([0, 4, 6, 12], 1)).toEqual([0, 4, 6, 12]);
  expect(cellsOfRuns([0, 4, 6, 12], 3)).toEqual([0, 4]);
  expect(cellsOfRuns([], 3)).toEqual([]);
});

test('a local layer with sinks has two marks, the others one', () => {
  for (const { id } of patterns.all) {
    const { params } = patternSpec(id, { window: 6, chunk: 4 });
    const marked = cellsOfRuns(patterns.get(id).reads(40, 64, params), 2);
    expect(marked.length / 2, id).toBe(id === 'sinks' ? 2 : 1);
  }
});
