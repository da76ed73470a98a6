/** @file AdamW over all weights, clipping by the global norm without reading anything back. */
import * as tf from '@tensorflow/tfjs-core';
import { renew } from '../gpu/host';
import { launch } from '../gpu/launch';
import { adamw, globalNorm, squares, SQUARES_PER_THREAD } from '../ops/adamw/kernel';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly decay: number; // decoupled, applied to every weight
  readonly clip: number; // largest global norm of the gradient
}

export const ADAMW: AdamWOptions = { beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: 0.01, clip: 1 };

export class AdamW {
  readonly #m: Map<string, tf.Tensor>;
  readonly #v: Map<string, tf.Tensor>;
  readonly #partial: tf.Tensor;
  #step = 0;

  /** Keeps two moments for each weight; `weights` is updated in place, its tensors may be replaced. */
  constructor(
    readonly weights: Map<string, tf.Tensor>,
    readonly options: AdamWOptions,
  ) {
    const zeros = () =>
      new Map(
        [...weights].map(([name, w]) => [name, tf.tensor(new Float32Array(w.size), w.shape)]),
      );
    this.#m = zeros();
    this.#v = zeros();
    const sums = [...weights.values()].reduce((n, w) => n + partials(w), 0);
    this.#partial = tf.tensor1d(new Float32Array(sums));
  }

  /** One step with learning rate `rate`. Disposes of the gradients; returns their global norm, [1]. */
  step(gradients: ReadonlyMap<string, tf.Tensor>, rate: number): tf.Tensor {
    const { beta1, beta2, eps, decay, clip } = this.options;
    this.#step++;
    let offset = 0;
    for (const [name, w] of this.weights) {
      const gradient = gradients.get(name)!;
      launch(squares, partials(w), { gradient, partial: this.#partial }, { count: w.size, offset });
      offset += partials(w);
    }
    const { norm } = launch(
      globalNorm,
      1,
      { partial: this.#partial, norm: [1] },
      { count: this.#partial.size },
    );
    for (const [name, w] of this.weights) {
      const gradient = gradients.get(name)!;
      launch(
        adamw,
        w.size,
        { gradient, norm, w, m: this.#m.get(name)!, v: this.#v.get(name)! },
        {
          rate,
          beta1,
          beta2,
          eps,
          clip,
          shrink: 1 - rate * decay,
          correct1: 1 - beta1 ** this.#step,
          correct2: 1 - beta2 ** this.#step,
        },
      );
      gradient.dispose();
      this.weights.set(name, renew(w));
    }
    return norm;
  }

  dispose(): void {
    tf.dispose([...this.#m.values(), ...this.#v.values(), this.#partial]);
  }
}

const partials = (w: tf.Tensor) => Math.ceil(w.size / SQUARES_PER_THREAD);
