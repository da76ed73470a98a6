/** @file The model's sizes and its table of weights: one list feeds initialisation, counts, memory and files. */
import type { LayerPlan } from '../attention/pattern';
import { layersOf, sourceOf, type RunSpec } from './run';

export interface ModelSpec {
  readonly vocabulary: number; // V
  readonly context: number; // T
  readonly width: number; // D
  readonly heads: number; // H
  readonly kvHeads: number;
  readonly headDim: number; // d
  readonly hidden: number; // F, SwiGLU
  readonly layers: LayerPlan;
  readonly pool: 'post' | 'pre';
  readonly ropeBase: number;
  /** Divides positions before they rotate anything: position interpolation; 1 is plain RoPE. */
  readonly ropeScale: number;
  readonly tied: boolean;
}

export const NORM_EPS = 1e-5;

/** SwiGLU's width: 8/3 D, rounded up to a multiple of 8 (Llama's rule at small sizes). */
export const hiddenOf = (width: number): number => 8 * Math.ceil(width / 3);

export function modelSpecOf(spec: RunSpec): ModelSpec {
  return {
    vocabulary: sourceOf(spec).vocabulary.size,
    context: spec.context,
    width: spec.width,
    heads: spec.heads,
    kvHeads: spec.heads / spec.share,
    headDim: spec.width / spec.heads,
    hidden: hiddenOf(spec.width),
    layers: layersOf(spec),
    pool: spec.pool,
    ropeBase: spec.ropeBase,
    ropeScale: spec.ropeScale,
    tied: spec.tied === 1,
  };
}

export interface WeightSpec {
  /** Hugging Face's Llama name. */
  readonly name: string;
  /** Its shape as we store it, [in, out]; Hugging Face's files store [out, in]. */
  readonly shape: readonly number[];
  readonly role: 'embedding' | 'norm' | 'matmul';
}

export function weightTable(m: ModelSpec): readonly WeightSpec[] {
  const { width: D, hidden: F, vocabulary: V, headDim: d } = m;
  const matmul = (name: string, from: number, to: number): WeightSpec => ({
    name,
    shape: [from, to],
    role: 'matmul',
  });
  const norm = (name: string): WeightSpec => ({ name, shape: [D], role: 'norm' });
  return [
    { name: 'model.embed_tokens.weight', shape: [V, D], role: 'embedding' },
    ...m.layers.flatMap((_, i) => {
      const at = `model.layers.${i}.`;
      return [
        norm(`${at}input_layernorm.weight`),
        matmul(`${at}self_attn.q_proj.weight`, D, m.heads * d),
        matmul(`${at}self_attn.k_proj.weight`, D, m.kvHeads * d),
        matmul(`${at}self_attn.v_proj.weight`, D, m.kvHeads * d),
        matmul(`${at}self_attn.o_proj.weight`, m.heads * d, D),
        norm(`${at}post_attention_layernorm.weight`),
        matmul(`${at}mlp.gate_proj.weight`, D, F),
        matmul(`${at}mlp.up_proj.weight`, D, F),
        matmul(`${at}mlp.down_proj.weight`, F, D),
      ];
    }),
    norm('model.norm.weight'),
    ...(m.tied ? [] : [matmul('lm_head.weight', D, V)]),
  ];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The number of trained parameters. */
export const weightCount = (m: ModelSpec): number =>
  weightTable(m).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** N of design section 3: weights used in matmuls. The embedding's look-up is free; the head is not, tied or not. */
export function matmulWeights(m: ModelSpec): number {
  const own = weightTable(m)
    .filter(({ role }) => role === 'matmul')
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return own + (m.tied ? m.vocabulary * m.width : 0);
}
