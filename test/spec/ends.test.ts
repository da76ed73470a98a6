import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visiblePairs } from '../../src/attention/cost';
import { pairsIn } from '../../src/attention/documents';
import { layoutOf } from '../../src/attention/layout';
import { patterns, patternSpec } from '../../src/attention/registry';
import { readsEverything } from '../../src/attention/whole';
import { trainingFlops } from '../../src/spec/cost';
import { endOf } from '../../src/spec/ends';
import { modelSpecOf } from '../../src/spec/model';
import type { RunSpec, Setting } from '../../src/spec/run';
import { controlOf, DEFAULTS, type Control } from '../../src/spec/controls';
import { fromQuery, toQuery } from '../../src/spec/url';
import { endSays, wholeSay, wholeSays } from '../../src/state/sayWhole';

const number = (name: Setting) => controlOf(name) as Control & { kind: 'number' };
const all = patternSpec('global', {});

/** Whether its rows are those of a global layer. */
function rowsOfGlobal(layer: ReturnType<typeof patternSpec>, T: number): boolean {
  const rule = patterns.get(layer.pattern);
  if (rule.chunk(layer.params) > 0 && rule.reads(T - 1, T, layer.params)[0] !== 0) return false;
  return Array.from({ length: T }, (_, q) => rule.reads(q, T, layer.params).join()).every(
    (row, q) => row === `0,${q + 1}`,
  );
}

describe('a layer that reads everything', () => {
  test('has the rows of a global layer, and is counted like one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('local', 'approximate', 'sinks', 'global'),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (pattern, window, chunk, T) => {
          const layer = patternSpec(pattern, { window, chunk });
          expect(readsEverything(layer, T)).toBe(rowsOfGlobal(layer, T));
          if (readsEverything(layer, T)) {
            expect(visiblePairs(layer, T)).toBe(visiblePairs(all, T));
            expect(pairsIn(layoutOf(layer, T))).toBe(pairsIn(layoutOf(all, T)));
          }
        },
      ),
    );
  });

  test.each([
    ['causal', true],
    ['causal & window(20)', true],
    ['causal & window(19)', false],
    ['causal & chunk(20)', true],
    ['window(20)', false], // it reads the future
    ['causal & (window(16) | sink(4))', true],
  ])('among masks of 20 tokens: %s is %s', (mask, whole) => {
    expect(readsEverything(patternSpec(mask, {}), 20)).toBe(whole);
  });

  test('costs what a global layer costs', () => {
    const spec: RunSpec = { ...DEFAULTS, plan: 'local', window: 200, context: 64 };
    for (const kernel of ['host', 'simd', 'gpu'] as const)
      expect(trainingFlops(modelSpecOf(spec), kernel)).toEqual(
        trainingFlops(modelSpecOf({ ...spec, plan: 'global' }), kernel),
      );
  });

  test('is called what it is', () => {
    expect(wholeSay(patternSpec('local', { window: 64 }), 64)).toBe(
      'reads everything: the window is as wide as the text',
    );
    expect(wholeSay(patternSpec('local', { window: 63 }), 64)).toBeUndefined();
    expect(wholeSay(all, 64)).toBeUndefined();
    const { layers } = modelSpecOf({ ...DEFAULTS, window: 200 });
    expect(wholeSays(layers, 64)).toBe(
      'Layers 2, 4 (local) read everything: the window is as wide as the text.',
    );
    expect(endSays(number('window'), { ...DEFAULTS, window: 200 })).toBe(
      'As wide as the text (64 tokens): a layer with this window reads everything.',
    );
  });
});

describe('a slider', () => {
  test.each<[Setting, Partial<RunSpec>, number]>([
    ['window', {}, 64],
    ['window', { context: 1024 }, 512],
    ['window', { context: 8 }, 8],
    ['chunk', { plan: 'approximate', window: 16 }, 49], // one more than the 48 tokens before the last window
    ['chunk', { plan: 'approximate', window: 64 }, 1],
    ['groupSize', { layers: 4 }, 4],
    ['groupSize', { layers: 4, place: 'last' }, 5], // longer than the model: no layer is global
    ['groupSize', { layers: 12 }, 8],
    ['share', { heads: 4 }, 4],
    ['distance', { task: 'needle', context: 64 }, 0],
    ['width', {}, 256],
  ])('of %s with %j ends at %i', (name, settings, end) => {
    const spec = { ...DEFAULTS, ...settings };
    const found = endOf(number(name), spec);
    if (name === 'distance') {
      expect(found).toBeLessThan(64);
      expect(found).toBeGreaterThan(1);
    } else expect(found).toBe(end);
  });

  test('ends where the layers change for the last time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('window', 'chunk', 'groupSize'),
        fc.constantFrom('local', 'approximate', 'grouped', 'custom'),
        fc.integer({ min: 1, max: 16 }).map((n) => 8 * n),
        fc.integer({ min: 1, max: 140 }),
        fc.constantFrom('first', 'last'),
        (name, plan, context, window, place) => {
          const spec: RunSpec = { ...DEFAULTS, plan, context, window, place, stripes: 'SAKG' };
          const control = number(name as Setting);
          const end = endOf(control, spec);
          const rows = (value: number) =>
            modelSpecOf({ ...spec, [name]: value })
              .layers.map((layer) => {
                const rule = patterns.get(layer.pattern);
                return Array.from({ length: context }, (_, q) => {
                  const row = rule.reads(q, context, layer.params);
                  const chunk = rule.chunk(layer.params);
                  return `${row.join()}:${(row[0] ?? 0) > 0 ? chunk : 0}`;
                }).join(';');
              })
              .join('|');
          const { min, max } = control.param;
          expect(rows(max)).toBe(rows(end));
          if (end > min) expect(rows(end - 1)).not.toBe(rows(end));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('leaves a link beyond its end unchanged, with its numbers', () => {
    const { spec, notes } = fromQuery('v=1&plan=local&window=512&context=64');
    expect([spec.window, notes]).toEqual([512, []]);
    expect(fromQuery(toQuery(spec)).spec).toEqual(spec);
  });
});
