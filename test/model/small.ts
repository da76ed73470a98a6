/** @file Small models whose attention is far from even. */
import type { LayerPlan } from '../../src/attention/pattern';
import type { HostWeights } from '../../src/model/arena';
import type { ModelSpec } from '../../src/spec/model';

const modelOf = (layers: LayerPlan): ModelSpec => ({
  vocabulary: 11,
  context: 64,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  hidden: 24,
  layers,
  pool: 'post',
  ropeBase: 10_000,
  ropeScale: 1,
  tied: true,
});

const far = (weights: HostWeights): HostWeights =>
  new Map([...weights].map(([name, w]) => [name, name.includes('proj') ? w.map((x) => 3 * x) : w]));

export const small = { modelOf, far };
