import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attentionFlops, cacheBytes } from '../../src/attention/cost';
import { maskCells } from '../../src/attention/cells';
import type { LayerPlan } from '../../src/attention/pattern';
import type { PlanSettings } from '../../src/attention/plan';
import { lettersOf, plans, signsOf } from '../../src/attention/plans';
import { reach, reachCone } from '../../src/attention/reach';

const settings: PlanSettings = {
  layers: 4,
  window: 4,
  chunk: 2,
  groupSize: 2,
  place: 'first',
  stripes: 'GSAS',
  masks: '',
};
const letters = (id: string, change: Partial<PlanSettings> = {}) =>
  lettersOf(plans.get(id).expand({ ...settings, ...change }));

describe('plans expand to one pattern per layer', () => {
  test.each([
    ['global', {}, 'GGGG'],
    ['local', {}, 'SSSS'],
    ['approximate', {}, 'AAAA'],
    ['grouped', {}, 'GSGS'],
    ['grouped', { groupSize: 4 }, 'GSSS'],
    ['grouped', { groupSize: 4, place: 'last' as const }, 'SSSG'],
    ['grouped', { groupSize: 3, layers: 7 }, 'GSSGSSG'],
    ['grouped', { groupSize: 3, layers: 7, place: 'last' as const }, 'SSGSSGS'],
    ['grouped', { groupSize: 1 }, 'GGGG'],
    ['custom', {}, 'GSAS'],
  ])('%s %o is %s', (id, change, expected) => expect(letters(id, change)).toBe(expected));

  test('custom stripes must name every layer', () => {
    expect(() => letters('custom', { stripes: 'GS' })).toThrow(
      "the stripes 'GS' name 2 layers, the model has 4",
    );
    expect(() => letters('custom', { stripes: 'GSXS' })).toThrow(
      "'X' is not a layer; write G (global)",
    );
  });
});

describe('layers with a mask of their own', () => {
  const masks = 'causal & (window(3) | sink(1)); causal&chunk(4)';
  const expanded = (stripes: string, given = masks) =>
    plans.get('custom').expand({ ...settings, stripes, masks: given });

  test('are named by number, and their pattern is the mask itself', () => {
    expect(expanded('G121').map(({ pattern }) => pattern)).toEqual([
      'global',
      'causal & (window(3) | sink(1))',
      'causal & chunk(4)',
      'causal & (window(3) | sink(1))',
    ]);
    expect(lettersOf(expanded('G121'))).toBe('GMMM');
  });

  test('are written as they are read', () => {
    for (const stripes of ['G121', 'SSSS', '2211', 'AK1G']) {
      const layers = expanded(stripes);
      const signs = signsOf(layers);
      expect(
        plans
          .get('custom')
          .expand({ ...settings, ...signs })
          .map((l) => l.pattern),
      ).toEqual(layers.map((l) => l.pattern));
    }
  });

  test('are masks even if a pattern shares the name of a term', () => {
    for (const text of ['global', 'global()'])
      expect(expanded('GG1G', text).map((layer) => layer.pattern)).toEqual([
        'global',
        'global',
        'global()',
        'global',
      ]);
  });

  test('name the mask that is missing or cannot be read', () => {
    expect(() => expanded('G131')).toThrow('a layer asks for mask 3; there are 2');
    expect(() => expanded('GG1G', '')).toThrow('a layer asks for mask 1; there is none');
    expect(() => expanded('GG1G', 'causal & windw(3)')).toThrow(/^the mask has 'windw'/);
  });
});

describe.each(plans.all.map((plan) => [plan.id, plan] as const))('plan %s', (_, plan) => {
  test('gives the requested number of layers', () => {
    for (let layers = 1; layers <= 12; layers++) {
      const stripes = 'G'.repeat(layers);
      expect(plan.expand({ ...settings, layers, stripes })).toHaveLength(layers);
    }
  });

  test('reads only the settings that it declares', () => {
    const plain = plan.expand(settings);
    const other: PlanSettings = {
      ...settings,
      window: 7,
      chunk: 3,
      groupSize: 3,
      place: 'last',
      stripes: 'SSSS',
      masks: 'causal',
    };
    for (const name of Object.keys(settings) as (keyof PlanSettings)[]) {
      if (name === 'layers' || plan.reads.includes(name)) continue;
      expect(plan.expand({ ...settings, [name]: other[name] }), name).toEqual(plain);
    }
  });
});

describe('reach', () => {
  /** Which token depends on which through all layers, by multiplying the masks. */
  const product = (plan: LayerPlan, T: number) => {
    let depends = Array.from({ length: T }, (_, q) => Array.from({ length: T }, (_, k) => q === k));
    for (const layer of [...plan].reverse()) {
      const cells = maskCells(layer, T);
      depends = depends.map((row) =>
        row.map((_, k) => row.some((through, q) => through && cells[q * T + k] !== 0)),
      );
    }
    return depends;
  };

  test.each(['GSGS', 'SSSS', 'SSSG', 'GSSS', 'AAAA', 'SSAS', 'SKSK'])(
    '%s: the intervals equal the boolean product of the masks',
    (stripes) => {
      const T = 20;
      const plan = plans.get('custom').expand({ ...settings, stripes });
      const depends = product(plan, T);
      for (let q = 0; q < T; q++) {
        expect([...reachCone(plan, T, q)[0]!].map(Boolean)).toEqual(depends[q]);
      }
    },
  );

  test('n local layers of window W reach 1 + n (W - 1) tokens', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        (layers, window, T) => {
          const plan = plans.get('local').expand({ ...settings, layers, window });
          expect(reach(plan, T)).toBe(Math.min(T, 1 + layers * (window - 1)));
        },
      ),
    );
  });

  test('one global layer anywhere reaches every earlier token', () => {
    for (const stripes of ['GSSS', 'SGSS', 'SSGS', 'SSSG']) {
      expect(reach(plans.get('custom').expand({ ...settings, stripes }), 100)).toBe(100);
    }
  });

  test('the needle preset’s four local layers of window 6 reach 21 tokens', () => {
    expect(reach(plans.get('local').expand({ ...settings, window: 6 }), 48)).toBe(21);
  });
});

describe('costs', () => {
  test('stripes cost the sum of their layers', () => {
    const plan = plans.get('grouped').expand({ ...settings, layers: 5, groupSize: 4, window: 4 });
    expect(lettersOf(plan)).toBe('GSSSG');
    const shape = { T: 10, heads: 2, headDim: 8 };
    expect(attentionFlops(plan, shape)).toBe(4 * (2 * 55 + 3 * 34) * 2 * 8);
    expect(cacheBytes(plan, { T: 10, kvHeads: 2, headDim: 8, bytesPerNumber: 4 })).toBe(
      2 * (2 * 10 + 3 * 4) * 2 * 8 * 4,
    );
  });

  test('a 7B model at 128k tokens uses the same formulas', () => {
    const plan = plans
      .get('grouped')
      .expand({ ...settings, layers: 32, groupSize: 4, window: 512 });
    const cache = { T: 131_072, kvHeads: 32, headDim: 128, bytesPerNumber: 2 };
    const all = plans.get('global').expand({ ...settings, layers: 32 });
    expect(cacheBytes(all, cache)).toBe(64 * 2 ** 30);
    expect(cacheBytes(plan, cache) / cacheBytes(all, cache)).toBeCloseTo(0.2529, 4);
  });
});
