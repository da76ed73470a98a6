import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { terms } from '../../src/attention/expression';
import { plans } from '../../src/attention/plans';
import { clampParam } from '../../src/core/params';
import { written } from '../../src/data/alphabet';
import { sources } from '../../src/data/registry';
import { checkMemory, trainingMemory } from '../../src/model/memory';
import { checkRun } from '../../src/spec/check';
import { kvCacheBytes, layerFlops, trainingFlops } from '../../src/spec/cost';
import { matmulWeights, modelSpecOf, weightCount } from '../../src/spec/model';
import { presets, specOfPreset } from '../../src/spec/preset';
import { packingOf, withAdded, type RunSpec } from '../../src/spec/run';
import { CONTROLS, DEFAULTS } from '../../src/spec/controls';
import { fromQuery, adjust, toQuery } from '../../src/spec/url';

/** Specs as a user can set them: each control anywhere in its range. */
const anySpec: fc.Arbitrary<RunSpec> = fc
  .record(
    Object.fromEntries(
      CONTROLS.map((control) => {
        switch (control.kind) {
          case 'number': {
            const { min, max, step, multiple } = control.param;
            if (multiple) {
              const most = max / multiple;
              return [control.name, fc.integer({ min: 1, max: most }).map((n) => n * multiple)];
            }
            const whole = step === undefined || step === 1;
            const steps = typeof step === 'number' ? step : 0.01;
            return [
              control.name,
              whole
                ? fc.integer({ min, max })
                : fc
                    .integer({ min: 0, max: Math.floor((max - min) / steps) })
                    .map((n) => Number((min + n * steps).toPrecision(12))),
            ];
          }
          case 'choice':
            return [
              control.name,
              fc.constantFrom(
                ...control.options.map(({ value }) =>
                  typeof DEFAULTS[control.name] === 'number' ? Number(value) : value,
                ),
              ),
            ];
          case 'stripes':
            return [
              control.name,
              fc.string({
                unit: fc.constantFrom('G', 'S', 'A', 'K', '1', '2'),
                minLength: 1,
                maxLength: 12,
              }),
            ];
          case 'alphabet':
            return [
              control.name,
              fc.constantFrom('', 'bytes', '0-2m.8k2-1r', written([...'αβγ 你好 😀'])),
            ];
          case 'masks':
            return [
              control.name,
              fc.constantFrom(
                'causal & chunk(3); causal & (window(2) | sink(1))',
                'causal; !causal',
                'chunk(8); causal & documents(5, 9); prefix(3)',
              ),
            ];
        }
      }),
    ),
  )
  .map((settings) => adjust(settings as unknown as RunSpec))
  .filter((spec) => {
    try {
      checkRun(spec);
      return true;
    } catch {
      return false;
    }
  });

/** Specs as a file can give them: numbers anywhere in their range, often at its ends, also between slider stops. */
const beyondSliders: fc.Arbitrary<RunSpec> = anySpec.chain((spec) =>
  fc
    .record(
      Object.fromEntries(
        CONTROLS.flatMap((control) => {
          if (control.kind !== 'number' || control.name === 'width') return [];
          const { min, max, step } = control.param;
          const whole = step === 'log2' || (step !== 'log10' && Number.isInteger(step ?? 1));
          const anywhere = whole
            ? fc.integer({ min, max })
            : fc.double({ min, max, noNaN: true }).map((n) => n + 0);
          return [[control.name, fc.oneof(anywhere, fc.constantFrom(min, max))]];
        }),
      ),
      { requiredKeys: [] },
    )
    .map((numbers) => adjust({ ...spec, ...numbers } as RunSpec)),
);
const canRun = (spec: RunSpec) => {
  try {
    checkRun(spec);
    return true;
  } catch {
    return false;
  }
};

describe('the URL', () => {
  test('is short for the defaults, with the version and the seed', () => {
    expect(toQuery(DEFAULTS)).toBe('v=1&seed=1');
  });

  test('contains only what differs, readably', () => {
    expect(toQuery({ ...DEFAULTS, plan: 'local', window: 4 })).toBe(
      'v=1&plan=local&window=4&seed=1',
    );
  });

  test('brings back any settings that can run, without a message', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const { spec: back, notes } = fromQuery(toQuery(spec));
        expect(notes).toEqual([]);
        expect(back).toEqual(spec);
      }),
    );
  });

  test('brings back values between slider stops too, to both ends of every range', () => {
    fc.assert(
      fc.property(beyondSliders.filter(canRun), (spec) => {
        const { spec: back, notes } = fromQuery(toQuery(spec));
        expect(notes).toEqual([]);
        expect(back).toEqual(spec);
      }),
      { numRuns: 300 },
    );
  });

  test('always gives a spec that can run', () => {
    const key = fc.oneof(fc.constantFrom(...CONTROLS.map(({ name }) => name)), fc.string());
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.integer().map(String),
      fc.constantFrom(
        'global',
        'custom',
        'needle',
        '<img src=x onerror=alert(1)>',
        '%',
        '__proto__',
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
        const { spec } = fromQuery(pairs.map(([k, v]) => `${k}=${v}`).join('&'));
        expect(() => checkRun(spec)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test('clamps and ignores garbage, and says so', () => {
    const { spec, notes } = fromQuery('v=1&window=0&layers=1e9&plan=zigzag&colour=red&heads=NaN');
    expect(spec).toMatchObject({
      window: 1,
      layers: 12,
      plan: DEFAULTS.plan,
      heads: DEFAULTS.heads,
    });
    expect(notes.join('\n')).toContain("window='0' became 1");
    expect(notes.join('\n')).toContain("layers='1e9' became 12");
    expect(notes.join('\n')).toContain("plan='zigzag' is not known; grouped is used");
    expect(notes.join('\n')).toContain("'colour' is not a setting; ignored");
  });

  test('loses nothing else to a mask with a mistake', () => {
    const asked = 'task=sotu&width=32&documents=masked&plan=custom&stripes=1111';
    const { spec, notes } = fromQuery(`${asked}&masks=causal%20%26%20windw(4)`);
    expect(spec).toEqual({ ...DEFAULTS, task: 'sotu', width: 32, documents: 'masked' });
    expect(notes).toEqual([
      expect.stringMatching(
        /^the mask has 'windw' at character 10; .*; the plan is grouped instead$/,
      ),
    ]);
    expect(fromQuery(`${asked}&masks=`).spec.task).toBe('sotu'); // a layer uses a mask that is not there
  });

  test('adjusts a width that does not divide into its heads', () => {
    const { spec, notes } = fromQuery('width=100&heads=3');
    expect(spec.width % (4 * spec.heads)).toBe(0);
    expect(notes).toContain('width became 96 so that the model can be built');
  });

  test('passes on hide, lock and embed', () => {
    expect([...fromQuery('hide=plan,seed&embed=1').rest]).toEqual([
      ['hide', 'plan,seed'],
      ['embed', '1'],
    ]);
  });
});

describe('impossible settings are refused with what would work', () => {
  test.each<[Partial<RunSpec>, string]>([
    [
      { width: 100, heads: 3 },
      'width 100 does not divide into 3 heads of 4, 8, 12, … numbers; try 96 or 108',
    ],
    [{ window: 0 }, 'window is 0; it should be a whole number from 1 to 512 tokens'],
    [{ heads: 4, share: 3 }, '4 heads cannot share key-value heads by 3; try 1, 2, 4'],
    [{ plan: 'custom', stripes: 'GS' }, "the stripes 'GS' name 2 layers"],
    [{ task: 'needle', context: 48, distance: 60 }, 'distance is 60; '],
    [{ task: 'nothing' }, "text or task is 'nothing'; it should be one of moby-dick"],
    [{ rate: 0 }, 'learning rate is 0'],
  ])('%o', (change, message) => {
    expect(() => checkRun({ ...DEFAULTS, ...change })).toThrow(message);
  });

  test('a model too large for the device is refused', () => {
    const limits = { total: 1_000_000, largestTensor: 1_000_000 };
    expect(() => checkMemory(DEFAULTS, { limits })).toThrow(
      /training this model needs about .* MiB, this device allows 977 KiB; lower the batch/,
    );
  });
});

describe.each(presets.all.map((preset) => [preset.id, preset] as const))(
  'preset %s',
  (_, preset) => {
    test('can run, and its URL brings it back', () => {
      const spec = specOfPreset(preset);
      expect(() => checkRun(spec)).not.toThrow();
      expect(fromQuery(toQuery(spec))).toMatchObject({ spec, notes: [] });
    });
  },
);

test('every number starts at a value its slider can have', () => {
  for (const control of CONTROLS) {
    if (control.kind !== 'number') continue;
    const { param } = control;
    expect(clampParam(param, param.initial), control.name).toBe(param.initial);
  }
});

test('every control is in the defaults, and every default in a control', () => {
  expect(CONTROLS.map(({ name }) => name).sort()).toEqual(Object.keys(DEFAULTS).sort());
  expect(() => checkRun(DEFAULTS)).not.toThrow();
});

describe('the numbers of a model, by hand', () => {
  const spec: RunSpec = {
    ...DEFAULTS,
    layers: 2,
    width: 16,
    heads: 2,
    plan: 'global',
    context: 10,
  };
  const m = modelSpecOf(spec);
  const V = sources.get(spec.task).vocabulary.size;

  test('weights', () => {
    const perLayer = 4 * 16 * 16 + 3 * 16 * 48 + 2 * 16;
    expect(weightCount(m)).toBe(V * 16 + 2 * perLayer + 16);
    expect(matmulWeights(m)).toBe(V * 16 + 2 * (4 * 16 * 16 + 3 * 16 * 48));
  });

  test('an output head of its own is one more matrix, and the same matmuls', () => {
    const own = modelSpecOf({ ...spec, tied: 0 });
    expect(weightCount(own)).toBe(weightCount(m) + V * 16);
    expect(matmulWeights(own)).toBe(matmulWeights(m));
  });

  test('FLOPs per token of training: 3 (2 N + 4 D P / T)', () => {
    const needed = 3 * (2 * matmulWeights(m) + (2 * 4 * 16 * 55) / 10);
    expect(trainingFlops(m, 'host').needed).toBeCloseTo(needed, 6);
  });

  test('our kernels do more than needed, because they compute scores again', () => {
    const layer = layerFlops(m, m.layers[0]!, 'softwareGpu');
    expect(layer.done).toBeGreaterThan(layer.needed);
    // loops: 4 forward and 14 backward against 12
    const loops = layerFlops(m, m.layers[0]!, 'host');
    expect(loops.done / loops.needed).toBeCloseTo(18 / 12, 6);
  });

  test('a layer is counted once, however often a training page requests it', () => {
    const [layer] = m.layers;
    const first = layerFlops(m, layer!, 'host');
    expect(layerFlops({ ...m }, { ...layer! }, 'host')).toBe(first);
    expect(layerFlops({ ...m, context: m.context + 1 }, layer!, 'host')).not.toEqual(first);
    expect(layerFlops(m, layer!, 'simd')).not.toEqual(first);
  });

  test('the key-value cache: 2 kvHeads d bytes per key and layer', () => {
    expect(kvCacheBytes(m)).toBe(2 * 2 * 10 * 16 * 4);
    expect(kvCacheBytes(modelSpecOf({ ...spec, share: 2 }))).toBe(2 * 2 * 10 * 8 * 4);
  });

  test('memory counts weights, gradients, two moments and activations', () => {
    const memory = trainingMemory(m, 4);
    // A buffer may have some padding: WebGPU binds at multiples of 256 bytes.
    expect(memory.weights).toBeGreaterThanOrEqual(4 * weightCount(m));
    expect(memory.weights).toBeLessThan(4 * weightCount(m) + 256 * 20 + 4 * 8 * 16);
    expect(memory.adamMoments).toBe(2 * memory.weights);
    expect(memory.peak).toBeGreaterThanOrEqual(
      memory.weights + memory.gradients + memory.adamMoments,
    );
  });
});

test('grouped attention never needs more than global or less than local', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const needed = (plan: string) => trainingFlops(modelSpecOf({ ...spec, plan }), 'host').needed;
      expect(needed('grouped')).toBeLessThanOrEqual(needed('global') + 1e-6);
      expect(needed('grouped')).toBeGreaterThanOrEqual(needed('local') - 1e-6);
      expect(plans.has(spec.plan)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

describe('consecutive documents', () => {
  const packed: RunSpec = { ...DEFAULTS, documents: 'masked' };

  test('are read as one text by every URL and file that does not mention them', () => {
    expect(fromQuery('task=sotu').spec.documents).toBe('off');
    const { documents: _, ...old } = DEFAULTS;
    expect(withAdded(old, ['documents'])).toEqual(DEFAULTS);
    expect(toQuery(DEFAULTS)).not.toContain('documents');
    expect(fromQuery(toQuery(packed))).toMatchObject({ spec: packed, notes: [] });
  });

  test('are refused in words if a layer reads averages of chunks; a URL says how it was adjusted', () => {
    const plan = { ...packed, plan: 'approximate' };
    expect(() => checkRun(plan)).toThrow(/documents cannot be kept apart .* averages of chunks/);
    expect(() => checkRun({ ...packed, plan: 'custom', stripes: 'GSAS' })).toThrow(/averages/);
    expect(fromQuery(toQuery(plan)).spec.documents).toBe('off');
    expect(fromQuery(toQuery(plan)).notes).toEqual([
      'documents became off so that the model can be built',
    ]);
  });

  test('have no effect on a task', () => {
    const task = { ...packed, task: 'needle', plan: 'approximate' };
    expect(packingOf(task)).toBe('off');
    expect(() => checkRun(task)).not.toThrow();
  });
});

test('the needs of a long text are counted without walking a kernel over all its rows', () => {
  const spec = { ...DEFAULTS, plan: 'custom', stripes: '1111', masks: 'causal & dilated(5)' };
  const rows = vi.spyOn(terms.get('dilated'), 'row');
  const flops = trainingFlops(modelSpecOf({ ...spec, context: 2048 }), 'host');
  expect(flops.needed).toBeGreaterThan(0);
  expect(rows.mock.calls.length).toBeLessThan(200);
  expect(flops.done).toBeGreaterThanOrEqual(flops.needed);
  expect(rows.mock.calls.length).toBeGreaterThan(2000);
  rows.mockRestore();
});
