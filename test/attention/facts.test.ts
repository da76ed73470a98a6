import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskFacts } from '../../src/attention/facts';
import { has } from '../../src/attention/runs';
import { patterns, patternSpec } from '../../src/attention/registry';

const factsOf = (text: string, T: number) => maskFacts(patternSpec(text, {}), T);

describe('mask warnings', () => {
  test('our own patterns read no future, and every query reads something', () => {
    for (const { id } of patterns.all)
      expect(maskFacts(patternSpec(id, { window: 3, chunk: 2 }), 20)).toEqual({ empty: [] });
  });

  test('name the first cell of the future', () => {
    expect(factsOf('causal | chunk(4)', 10).future).toEqual({ query: 0, key: 1 });
    expect(factsOf('causal | (global(7) & dilated(2))', 10).future).toEqual({ query: 1, key: 7 });
  });

  test('list the queries that read nothing', () => {
    expect(factsOf('causal & !window(3)', 10).empty).toEqual([0, 3]);
    expect(factsOf('causal & !causal', 4).empty).toEqual([0, 4]);
  });

  test('agree with counting every cell', () => {
    const term = fc.constantFrom(
      'causal',
      'window(3)',
      'chunk(4)',
      'dilated(3)',
      'sink(2)',
      'documents(5)',
      'ahead(2)',
    );
    const text = fc
      .array(fc.tuple(fc.boolean(), term), { minLength: 1, maxLength: 4 })
      .chain((parts) =>
        fc
          .constantFrom(' & ', ' | ')
          .map((sign) => parts.map(([no, one]) => (no ? '!' : '') + one).join(sign)),
      );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 18 }), (mask, T) => {
        const { future, empty } = factsOf(mask, T);
        const rule = patterns.get(mask);
        const cells = Array.from({ length: T }, (_, q) =>
          Array.from({ length: T }, (_, k) => has(rule.reads(q, T, {}), k)),
        );
        const leaks = cells.flatMap((row, query) =>
          row.flatMap((on, key) => (on && key > query ? [{ query, key }] : [])),
        );
        expect(future).toEqual(leaks[0]);
        cells.forEach((row, q) => expect(has(empty, q)).toBe(!row.includes(true)));
      }),
    );
  });
});
