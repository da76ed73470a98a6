/**
 * @file Bytes a training step holds, predicted from the spec alone.
 *
 * The list of tensors mirrors src/model/layer.ts: what a layer's forward pass keeps for its backward
 * pass, and what is alive at once while that runs. The engine's own count is held within 10 % of it by a test.
 */
import { layoutOf } from '../attention/layout';
import type { PatternSpec } from '../attention/pattern';
import { weightCount, weightTable, type ModelSpec } from './model';

const BYTES = 4; // float32

export interface TrainingMemory {
  readonly weights: number; // bytes
  readonly gradients: number; // bytes, all of them, as they stand when the optimizer runs
  readonly moments: number; // bytes, AdamW's two
  readonly activations: number; // bytes, kept for the backward pass, all layers
  readonly peak: number; // bytes alive at the worst moment of a step
  readonly largestTensor: number; // bytes
}

export function trainingMemory(m: ModelSpec, batch: number): TrainingMemory {
  const weights = BYTES * weightCount(m);
  const { perLayer, head, transient, largest } = activationBytes(m, batch);
  const layers = perLayer.reduce((a, b) => a + b, 0);

  // Walk back through the layers: gradients pile up as activations are let go.
  const layerGradient = m.layers.length > 0 ? layerWeightBytes(m) : 0;
  let peak = 3 * weights + layers + head;
  let kept = layers;
  for (let l = m.layers.length - 1; l >= 0; l--) {
    const gradients = (m.layers.length - 1 - l) * layerGradient;
    peak = Math.max(peak, 3 * weights + gradients + kept + transient[l]!);
    kept -= perLayer[l]!;
  }
  return {
    weights,
    gradients: weights,
    moments: 2 * weights,
    activations: layers + head,
    peak: Math.max(peak, 4 * weights),
    largestTensor: Math.max(
      largest,
      ...weightTable(m).map(({ shape }) => BYTES * shape.reduce((a, b) => a * b, 1)),
    ),
  };
}

function layerWeightBytes(m: ModelSpec): number {
  return weightTable(m)
    .filter(({ name }) => name.startsWith('model.layers.0.'))
    .reduce((sum, { shape }) => sum + BYTES * shape.reduce((a, b) => a * b, 1), 0);
}

function activationBytes(m: ModelSpec, batch: number) {
  const R = batch * m.context; // rows
  const { width: D, hidden: F, vocabulary: V } = m;
  const kvWidth = m.kvHeads * m.headDim;
  const virtualKeys = (layer: PatternSpec) => {
    const { T, summaries } = layoutOf(layer, m.context);
    return batch * (T + summaries);
  };
  // x, normed x, q, o, x after attention, normed again: 6 D; gate, up, gated: 3 F; two scales; lse and delta per head.
  const perLayer = m.layers.map(
    (layer) => BYTES * (R * (6 * D + 3 * F + 2 + 2 * m.heads) + 2 * virtualKeys(layer) * kvWidth),
  );
  // The last residual stream, normed, its scale; then logits and their gradient.
  const head = BYTES * (R * (2 * D + 1) + 2 * R * V);
  // In the MLP's backward pass: dx and the gradients of gated, gate and up, with one temporary of silu'.
  const transient = m.layers.map(() => BYTES * (R * (2 * D + 4 * F)));
  return { perLayer, head, transient, largest: BYTES * Math.max(R * V, R * F) };
}
