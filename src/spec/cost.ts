/** @file What a model costs, per token and per layer, counted from its spec. A multiply-add is 2 FLOPs. */
import { attentionFlops, cacheBytes } from '../attention/cost';
import { computedPairs, walksOf, type KernelId } from '../ops/attention/costs';
import type { PatternSpec } from '../attention/pattern';
import { remembering } from '../core/remember';
import { matmulWeights, type ModelSpec } from './model';

export type { KernelId };

export interface TrainingFlops {
  /** FLOPs per token that the definition requires: 3 × (2 N + 4 D P / T). */
  readonly needed: number;
  /** FLOPs per token that the kernel in use computes, including recomputation and ragged ends. */
  readonly done: number;
}

type Layer = Pick<ModelSpec, 'context' | 'heads' | 'headDim'> & {
  readonly layer: PatternSpec;
  readonly kernel: KernelId;
};

/** Training FLOPs per token of the attention of one layer. */
export const layerFlops = (
  { context, heads, headDim }: ModelSpec,
  layer: PatternSpec,
  kernel: KernelId,
): TrainingFlops =>
  counted(JSON.stringify({ context, heads, headDim, layer, kernel } satisfies Layer));

/**
 * Cached: the text of a finding is rewritten on every message of a training run, and needs the pairs of the same layers
 * over 16,384 tokens.
 */
const counted = remembering(256, (key): TrainingFlops => {
  const { context: T, heads, headDim, layer, kernel } = JSON.parse(key) as Layer;
  const size = heads * headDim;
  const computed = () =>
    walksOf(kernel, headDim).reduce(
      (sum, walk) => sum + walk.flops * computedPairs(layer, T, walk),
      0,
    );
  let done: number | undefined;
  return {
    needed: (3 * attentionFlops([layer], { T, heads, headDim })) / T,
    // Only on request: it needs all rows of a mask, which at 16,384 tokens may take seconds.
    get done() {
      return (done ??= (size * computed()) / T);
    },
  };
});

/** Training FLOPs per token of the whole model. */
export function trainingFlops(m: ModelSpec, kernel: KernelId): TrainingFlops {
  const matmuls = 3 * 2 * matmulWeights(m);
  const layers = m.layers.map((layer) => layerFlops(m, layer, kernel));
  // In the composed version, an embedding look-up is a product with one-hot rows, and so is its gradient.
  const lookUp = kernel === 'composed' ? 2 * 2 * m.vocabulary * m.width : 0;
  return {
    needed: matmuls + layers.reduce((sum, { needed }) => sum + needed, 0),
    get done() {
      return matmuls + lookUp + layers.reduce((sum, { done }) => sum + done, 0);
    },
  };
}

/** The same model with every layer global: the striped model is compared with it. */
export const allGlobal = (m: ModelSpec): ModelSpec => ({
  ...m,
  layers: m.layers.map(() => ({ pattern: 'global', params: {} })),
});

/** Bytes of keys and values, float32, after a full context; of one layer or of all. */
export const kvCacheBytes = (m: ModelSpec, layers = m.layers): number =>
  cacheBytes(layers, {
    T: m.context,
    kvHeads: m.kvHeads,
    headDim: m.headDim,
    bytesPerNumber: 4,
  });
