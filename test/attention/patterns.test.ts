import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computedPairs, walksOf } from '../../src/attention/kernels';
import { layoutOf, summariesOf } from '../../src/attention/layout';
import { EXACT, maskCells, SUMMARY } from '../../src/attention/cells';
import type { PatternSpec } from '../../src/attention/pattern';
import { patternOfLetter, patterns, patternSpec } from '../../src/attention/registry';
import { cachedKeys, visiblePairs } from '../../src/attention/cost';

/** The rule as a picture: '#' read exactly, '+' read through a summary. */
const picture = (spec: PatternSpec, T: number) => {
  const cells = maskCells(spec, T);
  return Array.from({ length: T }, (_, q) =>
    Array.from(cells.subarray(q * T, (q + 1) * T), (cell) => '.#+'[cell]).join(''),
  );
};

describe('the four masks of Fig. 1', () => {
  test('global: each token reads itself and everything before', () => {
    expect(picture(patternSpec('global', {}), 4)).toEqual(['#...', '##..', '###.', '####']);
  });

  test('local: a query reads the last `window` tokens, itself included', () => {
    expect(picture(patternSpec('local', { window: 3 }), 6)).toEqual([
      '#.....',
      '##....',
      '###...',
      '.###..',
      '..###.',
      '...###',
    ]);
  });

  test('approximate: the window is rounded out to a chunk border, the rest are summaries', () => {
    expect(picture(patternSpec('approximate', { window: 3, chunk: 2 }), 8)).toEqual([
      '#.......',
      '##......',
      '###.....',
      '####....', // q - W + 1 = 1 lies inside chunk 0, so the chunk is still read exactly
      '++###...',
      '++####..',
      '++++###.',
      '++++####',
    ]);
  });
});

const ONE_BY_ONE = { over: 'queries', together: 1, atOnce: 1 } as const;

/** Parameters near the borders, where mistakes live. */
const CASES = [
  { T: 1, window: 1, chunk: 1 },
  { T: 7, window: 1, chunk: 3 },
  { T: 23, window: 5, chunk: 4 },
  { T: 24, window: 24, chunk: 5 },
  { T: 30, window: 40, chunk: 1 },
  { T: 33, window: 8, chunk: 16 },
  { T: 40, window: 6, chunk: 6 },
];

describe.each(patterns.all.map((p) => [p.id, p] as const))('%s', (id, pattern) => {
  describe.each(CASES)('T=$T, window=$window, chunk=$chunk', ({ T, window, chunk }) => {
    const spec = patternSpec(id, { window, chunk });
    const { params } = spec;
    const all = Array.from({ length: T }, (_, i) => i);

    test('never reads the future, always reads the token itself', () => {
      for (const q of all) {
        for (const k of all) if (k > q) expect(pattern.sees(q, k, params)).toBe(false);
        expect(pattern.sees(q, q, params)).toBe(true);
      }
    });

    test('firstKey says the same as the rule, and never falls', () => {
      let last = 0;
      for (const q of all) {
        const first = pattern.firstKey(q, params);
        expect(first).toBeGreaterThanOrEqual(last);
        for (const k of all) expect(pattern.sees(q, k, params)).toBe(k <= q && k >= first);
        last = first;
      }
    });

    test('summarises only whole chunks of the past', () => {
      const C = pattern.chunk(params);
      for (const q of all) if (C > 0) expect(pattern.firstKey(q, params) % C).toBe(0);
    });

    test('counts what it draws', () => {
      const C = pattern.chunk(params);
      let drawn = 0;
      for (const q of all) {
        for (const k of all) if (pattern.sees(q, k, params)) drawn++;
        if (C > 0) drawn += pattern.firstKey(q, params) / C;
      }
      expect(visiblePairs(spec, T)).toBe(drawn);
    });

    test('holds in its cache what a later query can read', () => {
      const C = pattern.chunk(params);
      const first = pattern.firstKey(T - 1, params);
      expect(cachedKeys(spec, T)).toBe(T - first + (C > 0 ? first / C : 0));
    });

    test('the layout seen from the keys is the layout seen from the queries', () => {
      const layout = layoutOf(spec, T);
      for (let j = 0; j < T + layout.summaries; j++) {
        const readers = all.filter((q) =>
          j < T ? j <= q && j >= layout.first[q]! : j - T < summariesOf(layout, q),
        );
        expect([layout.from[j], layout.to[j]]).toEqual([readers[0], readers.at(-1)]);
        expect(readers.length).toBe(layout.to[j]! - layout.from[j]! + 1);
      }
    });
  });

  test('its closed form holds up to T = 16,384 without the matrix', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16_384 }),
        fc.integer({ min: 1, max: 512 }),
        fc.integer({ min: 1, max: 128 }),
        (T, window, chunk) => {
          const spec = patternSpec(id, { window, chunk });
          expect(visiblePairs(spec, T)).toBe(computedPairs(spec, T, ONE_BY_ONE));
        },
      ),
      { numRuns: 60 },
    );
    const spec = patternSpec(id, { window: 512, chunk: 128 });
    expect(visiblePairs(spec, 16_384)).toBe(computedPairs(spec, 16_384, ONE_BY_ONE));
  });

  test('a kernel computes at least the visible pairs, and little more', () => {
    const spec = patternSpec(id, { window: 6, chunk: 6 });
    const needed = visiblePairs(spec, 48);
    for (const kernel of ['gpu', 'softwareGpu', 'simd', 'host'] as const) {
      for (const walk of walksOf(kernel, 16)) {
        const done = computedPairs(spec, 48, walk);
        expect(done).toBeGreaterThanOrEqual(needed);
        // Each reads at most what its neighbours do, and the rest of a vector, of tokens and of summaries.
        const more = walk.together - 1 + (walk.packed ? 2 : 1) * (walk.atOnce - 1);
        expect(done).toBeLessThanOrEqual(needed + (48 + 8) * 2 * more);
        if (kernel === 'host') expect(done).toBe(needed);
      }
    }
  });

  test('composed, all pairs of tokens with tokens and summaries are computed, forward and backward', () => {
    const spec = patternSpec(id, { window: 6, chunk: 6 });
    const walks = walksOf('composed', 16);
    expect(walks.map(({ flops }) => flops)).toEqual([4, 8]);
    // The last of 48 queries reads at least the 6 tokens of its window; what lies before is in whole chunks.
    const summaries = id === 'approximate' ? 7 : 0;
    for (const walk of walks) expect(computedPairs(spec, 48, walk)).toBe(48 * (48 + summaries));
  });

  test('walked by queries or by keys, the pairs are the same', () => {
    const spec = patternSpec(id, { window: 7, chunk: 4 });
    expect(computedPairs(spec, 50, { ...ONE_BY_ONE, over: 'keys' })).toBe(visiblePairs(spec, 50));
  });

  test('describes itself', () => {
    expect(pattern.letter).toMatch(/^[A-Z]$/);
    expect(patternOfLetter(pattern.letter)).toBe(pattern);
    expect(pattern.source.length).toBeGreaterThan(10);
    expect(pattern.summary).toMatch(/\.$/);
  });
});

describe('approximate meets its neighbours', () => {
  test('a chunk of one token is global attention: each summary is its token', () => {
    const cells = maskCells(patternSpec('approximate', { window: 3, chunk: 1 }), 9);
    const causal = maskCells(patternSpec('global', {}), 9);
    expect([...cells].map((c) => +(c !== 0))).toEqual([...causal]);
    expect(visiblePairs(patternSpec('approximate', { window: 3, chunk: 1 }), 9)).toBe(45);
  });

  test('a window as long as the sequence is global attention', () => {
    const spec = patternSpec('approximate', { window: 12, chunk: 4 });
    expect(maskCells(spec, 12)).toEqual(maskCells(patternSpec('global', {}), 12));
  });

  test('every token of the past is read exactly once: no gap, no double counting', () => {
    const cells = maskCells(patternSpec('approximate', { window: 5, chunk: 4 }), 30);
    for (let q = 0; q < 30; q++) {
      for (let k = 0; k < 30; k++) {
        expect([EXACT, SUMMARY].includes(cells[q * 30 + k]! as 1 | 2)).toBe(k <= q);
      }
    }
  });
});

test('an unknown pattern says which ones there are', () => {
  expect(() => patterns.get('locl')).toThrow(
    "no attention pattern is called 'locl'; there are global, local, approximate",
  );
});

test('an impossible window is refused', () => {
  expect(() => patternSpec('local', { window: 0 })).toThrow(
    'window is 0; it should be a whole number from 1 to 512 tokens',
  );
});
