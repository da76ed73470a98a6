/**
 * @file Bytes a training step holds, predicted from the spec alone.
 *
 * The list of tensors mirrors src/model/layer.ts: what a layer's forward pass keeps for its backward
 * pass, and what is alive at once while that runs. The engine's own count is held within 10 % of it by a test.
 */
import { layoutOf } from '../attention/layout';
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
  const a = activationBytes(m, batch);
  const layers = sum(a.perLayer);
  const always = 3 * weights + a.standing; // weights and moments, tables, the batch

  // The worst moment is at the loss, or in some layer's backward pass: gradients pile up as activations go.
  const layerGradients = sum(
    weightTable(m)
      .filter(({ name }) => name.startsWith('model.layers.0.'))
      .map(({ shape }) => BYTES * sizeOf(shape)),
  );
  let peak = always + layers + a.head;
  let kept = layers;
  for (let l = m.layers.length - 1; l >= 0; l--) {
    const gradients = a.embedding + (m.layers.length - 1 - l) * layerGradients;
    peak = Math.max(peak, always + gradients + kept + a.transient);
    kept -= a.perLayer[l]!;
  }
  return {
    weights,
    gradients: weights,
    moments: 2 * weights,
    activations: layers + a.head,
    peak: Math.max(peak, always + weights + a.ending),
    largestTensor: Math.max(a.largest, ...weightTable(m).map(({ shape }) => BYTES * sizeOf(shape))),
  };
}

/** Bytes, in the order in which a training step makes them; each line names the tensors of src/model. */
function activationBytes(m: ModelSpec, batch: number) {
  const T = m.context;
  const R = batch * T; // rows
  const { width: D, hidden: F, vocabulary: V, headDim: d } = m;
  const virtualKeys = m.layers.map((layer) => T + layoutOf(layer, T).summaries);
  return {
    // x, normed, q, attended, middle, middleNormed: 6 D; gate, up, gated: 3 F; two scales; stats; k and v.
    perLayer: virtualKeys.map(
      (keys) => BYTES * (R * (6 * D + 3 * F + 2 + 2 * m.heads) + 2 * batch * keys * m.kvHeads * d),
    ),
    // Last residual stream, normed, scale; logits and their gradient; the report.
    head: BYTES * R * (2 * D + 1 + 2 * V + 2),
    // dy, and the gradients of gated (whose place gated has left), gate, up and the down matrix.
    transient: BYTES * (R * (D + 2 * F) + F * D),
    // What the output head gave the tied embedding, or zeros and its own gradient; the final norm's.
    embedding: BYTES * ((m.tied ? 1 : 2) * V * D + D),
    // When the first layer's gradients are done: what came from the head, and x, dx, their norm's and their sum.
    ending: BYTES * (V * D + 5 * R * D),
    // Tokens, targets, weights; angles and intervals of each layer; partial sums of squares.
    standing:
      BYTES *
      (3 * R + sum(virtualKeys.map((keys) => T * (2 * d + 1) + 2 * keys)) + weightCount(m) / 64),
    largest: BYTES * R * Math.max(V, F),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
