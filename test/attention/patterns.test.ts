import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computedPairs, walksOf } from '../../src/ops/attention/costs';
import { isTiled, layoutOf, summariesOf } from '../../src/attention/layout';
import { maskOf, write, type Expression } from '../../src/attention/expression';
import { EXACT, maskCells, SUMMARY } from '../../src/attention/cells';
import { definePattern, type PatternSpec } from '../../src/attention/pattern';
import { coneThrough } from '../../src/attention/reach';
import { patternOfLetter, patterns, patternSpec } from '../../src/attention/registry';
import { cachedKeys, visiblePairs } from '../../src/attention/cost';
import { has } from '../../src/attention/runs';
import { sayBlocked, sayReads } from '../../src/attention/words';
import { cellsInTiles } from '../../src/attention/tiles';
import { anyExpression, cellOf } from '../support/cellsOfTerms';
import { inWholeTiles } from '../support/wholeTiles';

/** The rule as a picture: '#' read exactly, '+' read through a summary. */
const picture = (spec: PatternSpec, T: number) => {
  const cells = maskCells(spec, T);
  return Array.from({ length: T }, (_, q) =>
    Array.from(cells.subarray(q * T, (q + 1) * T), (cell) => '.#+'[cell]).join(''),
  );
};

describe('the masks of Fig. 1, and with sinks', () => {
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

  test('local with sinks: a query reads its window and the first four tokens, none of them twice', () => {
    expect(picture(patternSpec('sinks', { window: 2 }), 8)).toEqual([
      '#.......',
      '##......',
      '###.....',
      '####....',
      '#####...',
      '######..',
      '####.##.',
      '####..##',
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

/** What definePattern makes of any expression, checked against the meaning of its terms. */
describe('any expression as a pattern', () => {
  const T = 9;
  const of = (expression: Expression) =>
    definePattern({
      id: 'any',
      letter: 'X',
      label: 'Any',
      order: 0,
      summary: 'Any.',
      source: 'drawn by lot',
      params: {},
      expression: () => expression,
    });
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const opens = (expression: Expression, q: number, k: number, among = T) =>
    cellOf(expression, q, k, among) ?? true;

  test('reads its cells and counts them', () => {
    fc.assert(
      fc.property(anyExpression(T), (expression) => {
        const pattern = of(expression);
        let pairs = 0;
        for (const q of range(T)) {
          const row = pattern.reads(q, T, {});
          for (const k of range(T)) {
            expect(has(row, k), `${write(expression)} at ${q}, ${k}`).toBe(opens(expression, q, k));
            pairs += +opens(expression, q, k);
          }
        }
        expect(pattern.visiblePairs(T, {})).toBe(pairs);
        expect(pattern.chunk({})).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  // Padding at the end depends on the length of the text, which a single cell and a decoder do not know.
  const unpadded = anyExpression(T, ['padding']);

  test('gives single cells the same values as its rows', () => {
    fc.assert(
      fc.property(unpadded, fc.nat(T - 1), fc.nat(T - 1), (expression, q, k) => {
        expect(of(expression).sees(q, k, {})).toBe(opens(expression, q, k));
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the keys that later queries still read, however long the text becomes', () => {
    const FAR = 2 * 840 + 2 * T; // chunks and steps of up to 8 line up again within 840 tokens
    fc.assert(
      fc.property(unpadded, fc.integer({ min: 0, max: T }), (expression, length) => {
        let held = 0;
        for (const k of range(length))
          for (let q = length - 1; q < FAR; q++)
            if (opens(expression, q, k, FAR)) {
              held++;
              break;
            }
        expect(of(expression).cachedKeys(length, {}), write(expression)).toBe(held);
      }),
      { numRuns: 100 },
    );
  });

  test('reaches through a stack of layers what the product of their cells reaches', () => {
    fc.assert(
      fc.property(
        fc.array(anyExpression(T), { minLength: 1, maxLength: 4 }),
        fc.nat(T - 1),
        (layers, query) => {
          let needed = range(T).map((k) => k === query);
          const expected = [needed];
          for (const layer of layers.toReversed()) {
            needed = range(T).map((k) => range(T).some((q) => needed[q] && opens(layer, q, k)));
            expected.unshift(needed);
          }
          const masks = layers.map((layer) => maskOf(layer, T));
          expect(coneThrough(masks, T, query).map((row) => [...row].map(Boolean))).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('says what it reads, and why a cell is blocked', () => {
    fc.assert(
      fc.property(anyExpression(T), fc.nat(T - 1), fc.nat(T - 1), (expression, q, k) => {
        const why = sayBlocked(expression, q, k, T);
        expect(why === '').toBe(opens(expression, q, k));
        if (why) expect(why).toMatch(/^(it comes later|outside |within )/);
        expect(sayReads(expression)).toMatch(/\S/);
      }),
    );
  });
});

const ONE_BY_ONE = { over: 'queries', together: 1, atOnce: 1 } as const;

/** Parameters near the borders, where mistakes are likely. */
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

    test('reads what its expression lets through, cell by cell, itself or in a summary', () => {
      const expression = pattern.expression(params);
      const C = pattern.chunk(params);
      for (const q of all) {
        const exact = pattern.reads(q, T, params);
        for (const k of all) {
          const through = has(exact, k) || (C > 0 && k < exact[0]!);
          expect(through, `${q}, ${k}`).toBe(cellOf(expression, q, k, T));
          expect(pattern.sees(q, k, params)).toBe(has(exact, k));
        }
      }
    });

    test('has a firstKey, if any, that agrees with the rule and never decreases', () => {
      if (!pattern.firstKey) {
        // Without firstKey some query must read several runs, which it could not describe.
        const long = all.some((q) => pattern.reads(q, T, params).length > 2);
        expect(long).toBe(T > window + 4);
        return;
      }
      let last = 0;
      for (const q of all) {
        const first = pattern.firstKey(q, params);
        expect(first).toBeGreaterThanOrEqual(last);
        for (const k of all) expect(pattern.sees(q, k, params)).toBe(k <= q && k >= first);
        last = first;
      }
    });

    test('summarises only whole chunks of the past, and only those before firstKey', () => {
      const C = pattern.chunk(params);
      if (C > 0) for (const q of all) expect(pattern.firstKey!(q, params) % C).toBe(0);
    });

    test('counts what it draws', () => {
      const C = pattern.chunk(params);
      let drawn = 0;
      for (const q of all) {
        for (const k of all) if (pattern.sees(q, k, params)) drawn++;
        if (C > 0) drawn += pattern.firstKey!(q, params) / C;
      }
      expect(visiblePairs(spec, T)).toBe(drawn);
    });

    test('keeps in its cache what this query or a later one can read', () => {
      const C = pattern.chunk(params);
      const later = Array.from({ length: 64 }, (_, i) => T - 1 + i);
      const exact = all.filter((k) => later.some((q) => pattern.sees(q, k, params)));
      const summaries = C > 0 ? pattern.firstKey!(T - 1, params) / C : 0;
      expect(cachedKeys(spec, T)).toBe(exact.length + summaries);
    });

    test('has closed forms that agree with its rows', () => {
      if (pattern.chunk(params) > 0) return; // rows do not tell a summary from its tokens
      const { visiblePairs: _, cachedKeys: __, firstKey: ___, ...bare } = pattern;
      const derived = definePattern(bare);
      for (const length of [0, 1, T]) {
        expect(derived.visiblePairs(length, params)).toBe(pattern.visiblePairs(length, params));
        expect(derived.cachedKeys(length, params)).toBe(pattern.cachedKeys(length, params));
      }
      for (const q of all) expect(derived.reads(q, T, params)).toEqual(pattern.reads(q, T, params));
    });

    test('has the same layout seen from the keys and from the queries', () => {
      const layout = layoutOf(spec, T);
      expect(isTiled(layout)).toBe(!pattern.firstKey);
      if (isTiled(layout)) {
        const cells = cellsInTiles(layout);
        expect(cells).toEqual(maskCells(spec, T));
        const turned = cells.map((_, i) => cells[(i % T) * T + Math.floor(i / T)]!);
        expect(cellsInTiles({ T, reads: layout.readers })).toEqual(turned);
        return;
      }
      for (let j = 0; j < T + layout.summaries; j++) {
        const readers = all.filter((q) =>
          j < T ? j <= q && j >= layout.first[q]! : j - T < summariesOf(layout, q),
        );
        expect([layout.from[j], layout.to[j]]).toEqual([readers[0], readers.at(-1)]);
        expect(readers.length).toBe(layout.to[j]! - layout.from[j]! + 1);
      }
    });
  });

  test('has the pairs of its layout up to T = 16,384, without the matrix', () => {
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
      { numRuns: pattern.firstKey ? 60 : 6 },
    );
    const spec = patternSpec(id, { window: 512, chunk: 128 });
    expect(visiblePairs(spec, 16_384)).toBe(computedPairs(spec, 16_384, ONE_BY_ONE));
  });

  test('makes a kernel compute at least the visible pairs, and few others', () => {
    const spec = patternSpec(id, { window: 6, chunk: 6 });
    const needed = visiblePairs(spec, 48);
    for (const kernel of ['gpu', 'softwareGpu', 'simd', 'host'] as const) {
      for (const walk of walksOf(kernel, 16)) {
        const done = computedPairs(spec, 48, walk);
        expect(done).toBeGreaterThanOrEqual(needed);
        if (kernel === 'host') expect(done).toBe(needed);
        if (!pattern.firstKey) {
          const alone = walk.together === 1 && walk.atOnce === 1;
          if (!alone) expect(done).toBe(inWholeTiles(maskCells(spec, 48), 48, walk));
          else expect(done).toBe(needed);
          continue;
        }
        // Each reads at most what its neighbours read, and the rest of a vector, of tokens and of summaries.
        const more = walk.together - 1 + (walk.packed ? 2 : 1) * (walk.atOnce - 1);
        expect(done).toBeLessThanOrEqual(needed + (48 + 8) * 2 * more);
      }
    }
  });

  test('composed, computes all pairs of tokens with tokens and summaries, forward and backward', () => {
    const spec = patternSpec(id, { window: 6, chunk: 6 });
    const walks = walksOf('composed', 16);
    expect(walks.map(({ flops }) => flops)).toEqual([4, 8]);
    // The last of 48 queries reads at least the 6 tokens of its window; what lies before is in whole chunks.
    const summaries = pattern.chunk(spec.params) > 0 ? 7 : 0;
    for (const walk of walks) expect(computedPairs(spec, 48, walk)).toBe(48 * (48 + summaries));
  });

  test('walked by queries or by keys, has the same pairs', () => {
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

describe('approximate compared with other patterns', () => {
  test('chunks of one token give global attention: each summary is its token', () => {
    const cells = maskCells(patternSpec('approximate', { window: 3, chunk: 1 }), 9);
    const causal = maskCells(patternSpec('global', {}), 9);
    expect([...cells].map((c) => +(c !== 0))).toEqual([...causal]);
    expect(visiblePairs(patternSpec('approximate', { window: 3, chunk: 1 }), 9)).toBe(45);
  });

  test('a window as long as the sequence gives global attention', () => {
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

test('an unknown pattern lists the known ones', () => {
  expect(() => patterns.get('locl')).toThrow(
    "no attention pattern is called 'locl' (there are global, local, approximate, sinks), and as a mask it cannot be read: the mask has 'locl'",
  );
});

test('an impossible window is refused', () => {
  expect(() => patternSpec('local', { window: 0 })).toThrow(
    'window is 0; it should be a whole number from 1 to 512 tokens',
  );
});
