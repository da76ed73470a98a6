/** @file Which kinds of layers a machine is tested with, and that this covers every shader of the models that follow. */
import { describe, expect, test } from 'vitest';
import { bundleOf } from '../../src/model/bundle';
import { poolingFor } from '../../src/model/pooling';
import type { KernelId } from '../../src/ops/attention/costs';
import { DEFAULTS } from '../../src/spec/controls';
import { modelSpecOf, type ModelSpec } from '../../src/spec/model';
import type { RunSpec } from '../../src/spec/run';
import { kindsIn, kindsToTest, type LayerKind } from '../../src/train/layerKinds';
import { TINY, tinyLayers } from '../../src/train/selfTest';

const specOf = (settings: Partial<RunSpec>): RunSpec => ({ ...DEFAULTS, ...settings });
const kinds = (...names: LayerKind[]) => new Set(names);

const MODELS: readonly (readonly [string, Partial<RunSpec>, Set<LayerKind>])[] = [
  ['the model that the Lab opens with', {}, kinds('run')],
  ['global layers', { plan: 'global' }, kinds('run')],
  ['approximate layers', { plan: 'approximate', chunk: 8 }, kinds('summaries')],
  [
    'approximate layers among global ones',
    { plan: 'custom', stripes: 'GAGA', chunk: 8 },
    kinds('run', 'summaries'),
  ],
  ['sinks among global ones', { plan: 'custom', stripes: 'GKGK' }, kinds('run', 'tiles')],
];

test.each(MODELS)('the kinds of %s', (_, settings, expected) => {
  expect(kindsIn([specOf(settings)])).toEqual(expected);
});

test('several models use the kinds of all of them, and an invalid one adds none', () => {
  const specs = [{ plan: 'approximate', chunk: 8 }, { plan: 'no such plan' }, {}].map(specOf);
  expect(kindsIn(specs)).toEqual(kinds('run', 'summaries'));
});

describe('a machine is tested', () => {
  test.each<[KernelId, Set<LayerKind>, Set<LayerKind>]>([
    ['softwareGpu', kinds('run'), kinds('run')],
    ['softwareGpu', kinds('summaries', 'tiles'), kinds('summaries', 'tiles')],
    ['softwareGpu', kinds(), kinds('run')],
    ['gpu', kinds('run'), kinds('run', 'summaries')],
    ['gpu', kinds('tiles'), kinds('run', 'summaries', 'tiles')],
    ['simd', kinds('run'), kinds('run', 'summaries', 'tiles')],
    ['host', kinds(), kinds('run', 'summaries', 'tiles')],
  ])('on %s, for %o, with %o', (kernel, used, expected) => {
    expect(kindsToTest(kernel, used)).toEqual(expected);
  });
});

/** The shaders of a model, by what decides their text. */
function shadersOf(model: ModelSpec, kernel: KernelId): Set<string> {
  const { programs } = bundleOf(model, { batch: 2, pooling: poolingFor(model.context), kernel });
  const launches = Object.values(programs).flatMap((program) => program.launches);
  return new Set(
    launches.map(({ kernel: { name }, constants }) => `${name} ${JSON.stringify(constants)}`),
  );
}

describe.each(['gpu', 'softwareGpu'] as const)('on %s', (kernel) => {
  test.each(MODELS)(
    'the self-test compiles every shader of %s, so that the run compiles none',
    (_, settings) => {
      const spec = specOf(settings);
      const layers = tinyLayers(kindsToTest(kernel, kindsIn([spec])));
      const tested = shadersOf({ ...TINY, layers }, kernel);
      expect([...shadersOf(modelSpecOf(spec), kernel)].filter((one) => !tested.has(one))).toEqual(
        [],
      );
    },
  );
});

test('on software, a model without summaries has no shader with their part, and is tested with none', () => {
  const parts = (model: ModelSpec, kernel: KernelId) =>
    [...shadersOf(model, kernel)].filter((one) => one.startsWith('attentionGradKeys'));
  const layers = tinyLayers(kindsToTest('softwareGpu', kinds('run')));
  expect(parts({ ...TINY, layers }, 'softwareGpu')).toEqual([
    'attentionGradKeys {"D4":4,"keys":4,"summaries":0}',
  ]);
  expect(parts(TINY, 'softwareGpu')).toHaveLength(2);
  expect(parts(TINY, 'gpu')).toEqual(['attentionGradKeys {"D4":4,"keys":1}']);
});
