/** @file Fused attention as the model calls it: forward, gradient, and the picture of its weights. */
import * as tf from '@tensorflow/tfjs-core';
import type { Layout } from '../../attention/layout';
import { launch } from '../../gpu/launch';
import { attentionGradKeys, attentionGradQuery } from './backward';
import { attentionForward } from './forward';
import { attentionProbe } from './probe';

/** The sizes of one layer's attention, and its layout on the device. Made once per layer, disposed of with it. */
export interface AttentionPlan {
  readonly layout: Layout;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number; // a multiple of 4
  readonly first: tf.Tensor; // int32 [T]
  readonly readers: tf.Tensor; // int32 [T + summaries, 2]
}

export function planAttention(
  layout: Layout,
  sizes: { readonly heads: number; readonly kvHeads: number; readonly headDim: number },
): AttentionPlan {
  const readers = new Int32Array(2 * layout.from.length);
  layout.from.forEach((q, j) => readers.set([q, layout.to[j]!], 2 * j));
  return {
    layout,
    heads: sizes.heads,
    kvHeads: sizes.kvHeads,
    headDim: sizes.headDim,
    first: tf.tensor1d(layout.first, 'int32'),
    readers: tf.tensor2d(readers, [layout.from.length, 2], 'int32'),
  };
}

export function disposePlan({ first, readers }: AttentionPlan): void {
  first.dispose();
  readers.dispose();
}

const uniformsOf = ({ layout, heads, kvHeads, headDim }: AttentionPlan) => ({
  T: layout.T,
  summaries: layout.summaries,
  heads,
  kvHeads,
  chunk: layout.chunk,
  scale: 1 / Math.sqrt(headDim),
  bias: layout.chunk > 0 ? Math.log(layout.chunk) : 0,
});

const constantsOf = ({ headDim }: AttentionPlan) => ({ D4: headDim / 4 });

/**
 * q [B T, heads d], k and v [B (T + summaries), kvHeads d] → out [B T, heads d] and stats [B, heads, T, 2].
 */
export function attend(plan: AttentionPlan, q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) {
  const { T } = plan.layout;
  const B = q.shape[0]! / T;
  return launch(
    attentionForward,
    B * plan.heads * T,
    { q, k, v, first: plan.first, out: q.shape, stats: [B, plan.heads, T, 2] },
    uniformsOf(plan),
    constantsOf(plan),
  );
}

/** The gradients of q, k and v. Uses up the second half of `stats`. */
export function attendGrad(
  plan: AttentionPlan,
  saved: {
    readonly q: tf.Tensor;
    readonly k: tf.Tensor;
    readonly v: tf.Tensor;
    readonly out: tf.Tensor;
    readonly stats: tf.Tensor;
  },
  dout: tf.Tensor,
) {
  const { q, k, v, out, stats } = saved;
  const { T, summaries } = plan.layout;
  const B = q.shape[0]! / T;
  const [uniforms, constants] = [uniformsOf(plan), constantsOf(plan)];
  const { dq } = launch(
    attentionGradQuery,
    B * plan.heads * T,
    { q, k, v, first: plan.first, out, dout, stats, dq: q.shape },
    uniforms,
    constants,
  );
  const { dk, dv } = launch(
    attentionGradKeys,
    B * plan.kvHeads * (T + summaries),
    { q, k, v, readers: plan.readers, dout, stats, dk: k.shape, dv: v.shape },
    uniforms,
    constants,
  );
  return { dq, dk, dv };
}

/** [heads, T, T] cells of the first sequence, in the code of probe.ts. */
export function probe(
  plan: AttentionPlan,
  { q, k, stats }: { readonly q: tf.Tensor; readonly k: tf.Tensor; readonly stats: tf.Tensor },
): tf.Tensor {
  const { T } = plan.layout;
  return launch(
    attentionProbe,
    plan.heads * T * T,
    { q, k, first: plan.first, stats, cells: [plan.heads, T, T] },
    { ...uniformsOf(plan), headDim: plan.headDim },
  ).cells;
}
