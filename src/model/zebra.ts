/** @file The whole model: embedding, layers, output head; logits, loss and gradients. */
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf } from '../attention/layout';
import { launch } from '../gpu/launch';
import { crossEntropy } from '../ops/crossEntropy/kernel';
import { embed, embedGrad } from '../ops/embed/kernel';
import { probe } from '../ops/attention/attention';
import { matMul } from '../ops/matMul/matMul';
import type { ModelSpec } from '../spec/model';
import {
  backward,
  disposeLayerPlan,
  forward,
  norm,
  normGrad,
  planLayer,
  type LayerPlan,
  type LayerWeights,
  type Saved,
} from './layer';
import { uploadWeights, type HostWeights } from './weights';

const EMBEDDING = 'model.embed_tokens.weight';
const FINAL_NORM = 'model.norm.weight';
const HEAD = 'lm_head.weight';

/** Where each field of LayerWeights stands in Hugging Face's Llama. */
const LAYER_NAMES: Record<keyof LayerWeights, string> = {
  attentionNorm: 'input_layernorm',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  out: 'self_attn.o_proj',
  mlpNorm: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};

const layerName = (layer: number, field: keyof LayerWeights) =>
  `model.layers.${layer}.${LAYER_NAMES[field]}.weight`;

/** A batch on the device. */
export interface DeviceBatch {
  readonly tokens: tf.Tensor; // int32 [R]
  readonly targets: tf.Tensor; // int32 [R]
  readonly weights: tf.Tensor; // float32 [R]
  readonly share: number; // 1 / Σ weights
}

export class Zebra {
  readonly weights: Map<string, tf.Tensor>;
  readonly #plans: readonly LayerPlan[];

  constructor(
    readonly spec: ModelSpec,
    start: HostWeights,
  ) {
    this.weights = uploadWeights(spec, start);
    this.#plans = spec.layers.map((pattern) => planLayer(layoutOf(pattern, spec.context), spec));
  }

  dispose(): void {
    tf.dispose([...this.weights.values()]);
    this.#plans.forEach(disposeLayerPlan);
  }

  /** [B T, V]; the caller disposes of them. `tokens` is int32 [B T], B whatever its length says. */
  logits(tokens: tf.Tensor): tf.Tensor {
    const { logits, normed, layers, last, scale } = this.#forward(tokens);
    tf.dispose([normed, last, scale]);
    for (const saved of layers) tf.dispose({ ...saved });
    return logits;
  }

  /** [R, 2] of loss × weight and hit × weight of each row; the caller disposes of it. No gradients. */
  evaluate(batch: DeviceBatch): tf.Tensor {
    const logits = this.logits(batch.tokens);
    const { report, dlogits } = this.#loss(logits, batch);
    tf.dispose([logits, dlogits]);
    return report;
  }

  /** The same, with the gradient of the mean loss for every weight, by name. */
  gradients(batch: DeviceBatch): { report: tf.Tensor; gradients: Map<string, tf.Tensor> } {
    const kept = this.#forward(batch.tokens);
    const { report, dlogits } = this.#loss(kept.logits, batch);
    kept.logits.dispose();
    const gradients = new Map<string, tf.Tensor>();

    const [embedding, head] = [this.#weight(EMBEDDING), this.weights.get(HEAD)];
    // A tied head is the embedding transposed: logits = normed Eᵀ.
    const dnormed = head ? matMul(dlogits, head, 'NT') : matMul(dlogits, embedding, 'NN');
    const fromHead = head ? tf.zerosLike(embedding) : matMul(dlogits, kept.normed, 'TN');
    if (head) gradients.set(HEAD, matMul(kept.normed, dlogits, 'TN'));
    tf.dispose([dlogits, kept.normed]);
    const final = normGrad(kept.last, this.#weight(FINAL_NORM), kept.scale, dnormed);
    gradients.set(FINAL_NORM, final.dgain);
    tf.dispose([dnormed, kept.last, kept.scale]);

    let dx = final.dx;
    for (let l = kept.layers.length - 1; l >= 0; l--) {
      const back = backward(dx, kept.layers[l]!, this.#layerWeights(l), this.#plans[l]!);
      dx = back.dx;
      for (const [field, gradient] of Object.entries(back.gradients)) {
        gradients.set(layerName(l, field as keyof LayerWeights), gradient);
      }
    }
    const [rows, width] = dx.shape as [number, number];
    const { dtable } = launch(
      embedGrad,
      embedding.size,
      { ids: batch.tokens, dx, base: fromHead, dtable: embedding.shape },
      { rows, width },
    );
    gradients.set(EMBEDDING, dtable);
    tf.dispose([dx, fromHead]);
    return { report, gradients };
  }

  /** What every layer and head read in the first sequence: [heads, T, T] cells per layer; the caller disposes of them. */
  maps(tokens: tf.Tensor): tf.Tensor[] {
    const { logits, normed, layers, last, scale } = this.#forward(tokens);
    const cells = layers.map((saved, l) => probe(this.#plans[l]!.attention, saved));
    tf.dispose([logits, normed, last, scale]);
    for (const saved of layers) tf.dispose({ ...saved });
    return cells;
  }

  #forward(tokens: tf.Tensor) {
    const table = this.#weight(EMBEDDING);
    const { width } = this.spec;
    const rows = tokens.size;
    let x = launch(embed, rows * width, { ids: tokens, table, x: [rows, width] }, { width }).x;
    const layers: Saved[] = [];
    this.#plans.forEach((plan, l) => {
      const { y, saved } = forward(x, this.#layerWeights(l), plan);
      layers.push(saved);
      x = y;
    });
    const { y: normed, scale } = norm(x, this.#weight(FINAL_NORM));
    const head = this.weights.get(HEAD);
    const logits = head ? matMul(normed, head) : matMul(normed, table, 'NT');
    return { layers, last: x, normed, scale, logits };
  }

  #loss(logits: tf.Tensor, { targets, weights, share }: DeviceBatch) {
    const [rows, V] = logits.shape as [number, number];
    return launch(
      crossEntropy,
      rows,
      { logits, targets, weights, dlogits: logits.shape, report: [rows, 2] },
      { V, share },
    );
  }

  #weight(name: string): tf.Tensor {
    return this.weights.get(name)!;
  }

  #layerWeights(layer: number): LayerWeights {
    const fields = Object.keys(LAYER_NAMES) as (keyof LayerWeights)[];
    return Object.fromEntries(
      fields.map((field) => [field, this.#weight(layerName(layer, field))]),
    ) as unknown as LayerWeights;
  }
}
