/**
 * @file One layer of the model, forward and backward, written out: no tape.
 *
 *   x' = x + attend(rotate(q), rotate(k), v) Wᴼ      with q, k, v = norm(x) W
 *   y  = x' + (silu(norm(x') Wgate) ∘ norm(x') Wup) Wdown
 *
 * Llama's block (Touvron et al. 2023): pre-norm, no biases. What `forward` keeps is what
 * src/spec/memory.ts counts; `backward` lets go of each as soon as it has been used.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Layout } from '../attention/layout';
import { launch } from '../gpu/launch';
import { NORM_EPS, type ModelSpec } from '../spec/model';
import { add } from '../ops/add/kernel';
import {
  attend,
  attendGrad,
  disposePlan,
  planAttention,
  type AttentionPlan,
} from '../ops/attention/attention';
import { matMul } from '../ops/matMul/matMul';
import { rmsNorm, rmsNormGradGain, rmsNormGradX } from '../ops/rmsNorm/kernel';
import { rotate, rotationTable, virtualPositions } from '../ops/rotate/kernel';
import { summarise, summariseGrad } from '../ops/summarise/kernel';
import { swiglu, swigluGrad } from '../ops/swiglu/kernel';

export interface LayerWeights {
  readonly attentionNorm: tf.Tensor; // [D]
  readonly query: tf.Tensor; // [D, heads d]
  readonly key: tf.Tensor; // [D, kvHeads d]
  readonly value: tf.Tensor; // [D, kvHeads d]
  readonly out: tf.Tensor; // [heads d, D]
  readonly mlpNorm: tf.Tensor; // [D]
  readonly gate: tf.Tensor; // [D, F]
  readonly up: tf.Tensor; // [D, F]
  readonly down: tf.Tensor; // [F, D]
}

/** What is the same for all layers of a kind at one context: the layout and the angles. */
export interface LayerPlan {
  readonly attention: AttentionPlan;
  readonly pool: ModelSpec['pool'];
  readonly queryAngles: tf.Tensor; // [T, d]
  /** [T, d], or [T + summaries, d] where keys are averaged before they are turned. */
  readonly keyAngles: tf.Tensor;
}

/** Puts a layout and its angles on the device; `disposeLayerPlan` takes them off. */
export function planLayer(
  layout: Layout,
  spec: Pick<ModelSpec, 'heads' | 'kvHeads' | 'headDim' | 'pool' | 'ropeBase'>,
): LayerPlan {
  const { T, chunk, summaries } = layout;
  const angles = (count: number) =>
    tf.tensor2d(rotationTable(virtualPositions(T, chunk, count), spec.headDim, spec.ropeBase), [
      T + count,
      spec.headDim,
    ]);
  return {
    attention: planAttention(layout, spec),
    pool: spec.pool,
    queryAngles: angles(0),
    keyAngles: angles(spec.pool === 'pre' ? summaries : 0),
  };
}

export function disposeLayerPlan({ attention, queryAngles, keyAngles }: LayerPlan): void {
  disposePlan(attention);
  tf.dispose([queryAngles, keyAngles]);
}

export interface Saved {
  readonly x: tf.Tensor; // [R, D], R = B T
  readonly normed: tf.Tensor; // [R, D]
  readonly scale: tf.Tensor; // [R]
  readonly q: tf.Tensor; // [R, heads d], turned
  readonly k: tf.Tensor; // [B (T + summaries), kvHeads d], turned
  readonly v: tf.Tensor; // [B (T + summaries), kvHeads d]
  readonly attended: tf.Tensor; // [R, heads d]
  readonly stats: tf.Tensor; // [B, heads, T, 2]
  readonly middle: tf.Tensor; // [R, D]
  readonly middleNormed: tf.Tensor; // [R, D]
  readonly middleScale: tf.Tensor; // [R]
  readonly gate: tf.Tensor; // [R, F]
  readonly up: tf.Tensor; // [R, F]
  readonly gated: tf.Tensor; // [R, F]
}

/** The layer's output, and what its gradient needs. Takes ownership of x. */
export function forward(
  x: tf.Tensor,
  w: LayerWeights,
  plan: LayerPlan,
): { readonly y: tf.Tensor; readonly saved: Saved } {
  const { y: normed, scale } = norm(x, w.attentionNorm);
  const raw = { q: matMul(normed, w.query), k: matMul(normed, w.key), v: matMul(normed, w.value) };
  const { q, k, v } = place(raw, plan);
  const { out: attended, stats } = attend(plan.attention, q, k, v);
  const middle = sum(x, matMul(attended, w.out), 'second');

  const { y: middleNormed, scale: middleScale } = norm(middle, w.mlpNorm);
  const gate = matMul(middleNormed, w.gate);
  const up = matMul(middleNormed, w.up);
  const gated = launch(swiglu, gate.size, { gate, up, y: gate.shape }, {}).y;
  const y = sum(middle, matMul(gated, w.down), 'second');

  return {
    y,
    saved: {
      x,
      normed,
      scale,
      q,
      k,
      v,
      attended,
      stats,
      middle,
      middleNormed,
      middleScale,
      gate,
      up,
      gated,
    },
  };
}

/** Gradients of the layer's weights, and of its input. Disposes of `saved` and of dy. */
export function backward(
  dy: tf.Tensor,
  s: Saved,
  w: LayerWeights,
  plan: LayerPlan,
): { readonly dx: tf.Tensor; readonly gradients: LayerWeights } {
  // MLP
  const down = matMul(s.gated, dy, 'TN');
  const dgated = matMul(dy, w.down, 'NT');
  s.gated.dispose();
  const { dgate, dup } = launch(
    swigluGrad,
    dgated.size,
    { gate: s.gate, up: s.up, dy: dgated, dgate: s.gate.shape, dup: s.up.shape },
    {},
  );
  tf.dispose([dgated, s.gate, s.up]);
  const gate = matMul(s.middleNormed, dgate, 'TN');
  const up = matMul(s.middleNormed, dup, 'TN');
  const dMiddleNormed = sum(matMul(dgate, w.gate, 'NT'), matMul(dup, w.up, 'NT'), 'both');
  tf.dispose([dgate, dup, s.middleNormed]);
  const mlp = normGrad(s.middle, w.mlpNorm, s.middleScale, dMiddleNormed);
  const dMiddle = sum(dy, mlp.dx, 'both');
  tf.dispose([dMiddleNormed, s.middle, s.middleScale]);

  // Attention
  const out = matMul(s.attended, dMiddle, 'TN');
  const dout = matMul(dMiddle, w.out, 'NT');
  const { dq, dk, dv } = attendGrad(plan.attention, { ...s, out: s.attended }, dout);
  tf.dispose([dout, s.attended, s.stats, s.q, s.k, s.v]);
  const d = placeGrad(dq, dk, dv, plan);
  const query = matMul(s.normed, d.query, 'TN');
  const key = matMul(s.normed, d.key, 'TN');
  const value = matMul(s.normed, d.value, 'TN');
  s.normed.dispose();
  const fromQueryAndKey = sum(matMul(d.query, w.query, 'NT'), matMul(d.key, w.key, 'NT'), 'both');
  const dNormed = sum(fromQueryAndKey, matMul(d.value, w.value, 'NT'), 'both');
  tf.dispose([d.query, d.key, d.value]);
  const attention = normGrad(s.x, w.attentionNorm, s.scale, dNormed);
  const dx = sum(dMiddle, attention.dx, 'both');
  tf.dispose([dNormed, s.x, s.scale]);

  return {
    dx,
    gradients: {
      attentionNorm: attention.dgain,
      query,
      key,
      value,
      out,
      mlpNorm: mlp.dgain,
      gate,
      up,
      down,
    },
  };
}

/** Queries and keys turned by their positions, keys and values with their chunk averages behind them. Disposes of `raw`. */
export function place(
  raw: { readonly q: tf.Tensor; readonly k: tf.Tensor; readonly v: tf.Tensor },
  plan: LayerPlan,
) {
  const q = turn(raw.q, plan.queryAngles, plan, 1);
  const v = average(raw.v, plan);
  const k =
    plan.pool === 'post'
      ? average(turn(raw.k, plan.keyAngles, plan, 1), plan)
      : turn(average(raw.k, plan), plan.keyAngles, plan, 1);
  return { q, k, v };
}

/** The gradient of `place`. Disposes of its arguments. */
export function placeGrad(dq: tf.Tensor, dk: tf.Tensor, dv: tf.Tensor, plan: LayerPlan) {
  return {
    query: turn(dq, plan.queryAngles, plan, -1),
    key:
      plan.pool === 'post'
        ? turn(averageGrad(dk, plan), plan.keyAngles, plan, -1)
        : averageGrad(turn(dk, plan.keyAngles, plan, -1), plan),
    value: averageGrad(dv, plan),
  };
}

/** x turned forth (1) or back (−1). Disposes of x. */
function turn(x: tf.Tensor, angles: tf.Tensor, { attention }: LayerPlan, sign: 1 | -1): tf.Tensor {
  const { headDim } = attention;
  const heads = x.shape[1]! / headDim;
  const { y } = launch(
    rotate,
    x.shape[0]! * heads,
    { x, table: angles, y: x.shape },
    { perSequence: angles.shape[0]!, heads, headDim, sign },
  );
  x.dispose();
  return y;
}

const averaging = (plan: LayerPlan, width: number) => {
  const { T, summaries, chunk } = plan.attention.layout;
  return { T, summaries, chunk, width };
};

/** x with its chunk averages behind the tokens of each sequence; x itself where there are none. Disposes of x. */
function average(x: tf.Tensor, plan: LayerPlan): tf.Tensor {
  const u = averaging(plan, x.shape[1]!);
  if (u.summaries === 0) return x;
  const rows = (x.shape[0]! / u.T) * (u.T + u.summaries);
  const { all } = launch(summarise, rows * u.width, { x, all: [rows, u.width] }, u);
  x.dispose();
  return all;
}

function averageGrad(dall: tf.Tensor, plan: LayerPlan): tf.Tensor {
  const u = averaging(plan, dall.shape[1]!);
  if (u.summaries === 0) return dall;
  const rows = (dall.shape[0]! / (u.T + u.summaries)) * u.T;
  const { dx } = launch(summariseGrad, rows * u.width, { dall, dx: [rows, u.width] }, u);
  dall.dispose();
  return dx;
}

/** a + b, disposing of b, or of both. */
function sum(a: tf.Tensor, b: tf.Tensor, dispose: 'second' | 'both'): tf.Tensor {
  const total = launch(add, a.size, { a, b, sum: a.shape }, {}).sum;
  b.dispose();
  if (dispose === 'both') a.dispose();
  return total;
}

export function norm(x: tf.Tensor, gain: tf.Tensor) {
  const [rows, width] = x.shape as [number, number];
  return launch(rmsNorm, rows, { x, gain, y: x.shape, scale: [rows] }, { width, eps: NORM_EPS });
}

export function normGrad(x: tf.Tensor, gain: tf.Tensor, scale: tf.Tensor, dy: tf.Tensor) {
  const [rows, width] = x.shape as [number, number];
  const { dx } = launch(rmsNormGradX, rows, { x, gain, scale, dy, dx: x.shape }, { width });
  const { dgain } = launch(
    rmsNormGradGain,
    width,
    { x, scale, dy, dgain: gain.shape },
    { rows, width },
  );
  return { dx, dgain };
}
