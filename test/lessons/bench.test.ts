/** @file The small mask workbench: cells, reasons, differences and findings of terms and of every bug of the zoo. */
import { describe, expect, test } from 'vitest';
import {
  benchOfBug,
  benchOfTerms,
  cellsOf,
  differencesOf,
  findingsOf,
  sayCell,
  sayDeclared,
  sayDifferences,
} from '../../src/lessons/pictures/bench';
import { profileOf } from '../../src/masks/analysis/profile';
import { zoo } from '../../src/masks/zoo';

describe('a mask by terms', () => {
  const bench = benchOfTerms('causal & window(3)', 6);

  test('shows its cells and counts its keys', () => {
    const rows = cellsOf(bench).map((cell) => (cell === 'open' ? 1 : 0));
    expect(rows.slice(5 * 6)).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...profileOf(bench.mask).keys]).toEqual([1, 2, 3, 3, 3, 3]);
  });

  test('says which terms decide a cell', () => {
    expect(sayCell(bench, { query: 5, key: 3 })).toBe(
      'Query 5 may read key 3, 2 back: causal and window(3) let it through.',
    );
    expect(sayCell(bench, { query: 5, key: 2 })).toBe(
      'Query 5 may not read key 2, 3 back: window(3) forbids it.',
    );
    expect(sayCell(bench, { query: 1, key: 4 })).toBe(
      'Query 1 may not read key 4, 3 ahead: causal forbids it.',
    );
    expect(sayCell(bench, { query: 1, key: 1 })).toContain('key 1, itself:');
  });

  test('hatches tokens that are read only through summaries', () => {
    const row = cellsOf(benchOfTerms('causal & (exact(2, 3) | summaries(2, 3))', 8)).slice(7 * 8);
    // s(7) = 3 floor(6 / 3) = 6
    expect(row).toEqual([...Array<string>(6).fill('summary'), 'open', 'open']);
  });

  test('is compared with the intended mask', () => {
    const other = benchOfTerms('causal & window(4)', 6, 'causal & window(3)');
    expect(differencesOf(other)).toEqual([
      { query: 3, key: 0 },
      { query: 4, key: 1 },
      { query: 5, key: 2 },
    ]);
    expect(sayDifferences(other)).toBe(
      'Meant: causal & window(3). 3 cells differ; the first is query 3, key 0: it may be read, and should not.',
    );
    expect(findingsOf(other).map(({ code }) => code)).toEqual(['L5']);
    expect(sayDifferences(benchOfTerms('causal', 6, 'causal'))).toBe(
      'Meant: causal. No cell differs.',
    );
    expect(findingsOf(bench)).toEqual([]);
  });

  test('with unreadable terms is refused in a sentence', () => {
    expect(() => benchOfTerms('causal & windo(3)', 6)).toThrow(
      "the mask has 'windo' at character 10; the terms are",
    );
  });
});

describe.each(zoo.all.map((bug) => [bug.id, bug] as const))('the bug %s', (id, bug) => {
  test('is found by its lint on the bench', () => {
    expect(findingsOf(benchOfBug(id)).map(({ code }) => code)).toContain(bug.lint);
  });

  test('has a sentence for every cell, and differences of the selected layer', () => {
    for (const layer of bug.subject.masks.keys()) {
      const bench = benchOfBug(id, layer);
      const { queries, keys } = bench.mask;
      expect(cellsOf(bench)).toHaveLength(queries * keys);
      for (let query = 0; query < queries; query++)
        for (let key = 0; key < keys; key++)
          expect(sayCell(bench, { query, key })).toMatch(
            /^Query \d+ may (not )?read key \d+, .+\.$/,
          );
      expect(sayDifferences(bench)).toMatch(/^Meant: /);
    }
  });

  test('does not tell its story before the reader asks', () => {
    expect(benchOfBug(id).facts.join(' ')).not.toContain(bug.story.slice(0, 30));
  });
});

test('an invalid layer number becomes the nearest valid one', () => {
  expect(benchOfBug('wrong-layer', 9)).toMatchObject({ layer: 3, layers: 4 });
});

test('facts say what no cell shows', () => {
  expect(benchOfBug('short-ring').facts).toEqual([
    'Declared: causal.',
    'Its cache is a ring of 4 keys.',
  ]);
  expect(benchOfBug('weak-fill').facts).toContain('Blocked scores are set to -10,000 (float32).');
  expect(benchOfBug('top-left').facts[0]).toBe(
    '4 queries at the end of 12 tokens: query 0 is at position 8.',
  );
  expect(benchOfBug('block-averages').facts).toContain(
    'Token 7 was changed, and the outputs at 4 to 11 moved.',
  );
  expect(sayDeclared({ causal: true, documents: [5, 9] }, 12)).toBe(
    'causal, documents from 5 and 9 on',
  );
  expect(sayDeclared({}, 12)).toBe('nothing');
});
