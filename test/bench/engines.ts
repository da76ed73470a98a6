/** @file The engines that are timed: the same model, the same data, one training step at a time. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { plans } from '../../src/attention/plans';
import { random } from '../../src/core/random';
import { meter } from '../../src/gpu/meter';
import { AdamW, ADAMW } from '../../src/model/adamw';
import { referenceLogits, referenceLoss } from '../../src/model/reference';
import { initialWeights, uploadWeights } from '../../src/model/weights';
import { Zebra } from '../../src/model/zebra';
import { hiddenOf, type ModelSpec } from '../../src/spec/model';

export interface Size {
  readonly B: number;
  readonly T: number;
  readonly D: number;
}

/** Four layers, four heads, vocabulary 64, tied embedding: small, middle, long. */
export const SIZES: Readonly<Record<string, Size>> = {
  S: { B: 4, T: 128, D: 64 },
  M: { B: 4, T: 256, D: 128 },
  L: { B: 1, T: 1024, D: 64 },
};

export const ENGINES = ['zebra-webgpu', 'zebra-wasm', 'tfjs-webgpu', 'tfjs-wasm'] as const;
export type EngineId = (typeof ENGINES)[number];

export const backendOf = (engine: EngineId) => (engine.endsWith('webgpu') ? 'webgpu' : 'wasm');

export interface Steppable {
  /** One step; resolves with its loss when everything is done. */
  step(): Promise<number>;
  readonly peakBytes: number | undefined;
  dispose(): void;
}

export function modelOf({ T, D }: Size, plan: string): ModelSpec {
  return {
    vocabulary: 64,
    context: T,
    width: D,
    heads: 4,
    kvHeads: 4,
    headDim: D / 4,
    hidden: hiddenOf(D),
    layers: plans
      .get(plan)
      .expand({ layers: 4, window: 64, chunk: 16, groupSize: 4, place: 'first', stripes: '' }),
    pool: 'post',
    ropeBase: 10_000,
    tied: true,
  };
}

function dataOf({ B, T }: Size) {
  const { below } = random('bench');
  const ids = () => Int32Array.from({ length: B * T }, () => below(64));
  return { tokens: ids(), targets: ids(), rows: B * T };
}

export function build(engine: EngineId, size: Size, plan: string): Steppable {
  return engine.startsWith('zebra') ? zebra(size, plan) : stock(size, plan);
}

function zebra(size: Size, plan: string): Steppable {
  const { tokens, targets, rows } = dataOf(size);
  const spec = modelOf(size, plan);
  const alive = () => tf.engine().state.numBytes; // of all engines that are built
  const before = alive();
  const model = new Zebra(spec, initialWeights(spec, 1));
  const optimizer = new AdamW(model.weights, ADAMW);
  const batch = {
    tokens: tf.tensor1d(tokens, 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    weights: tf.tensor1d(new Float32Array(rows).fill(1)),
    share: 1 / rows,
  };
  const own = alive() - before;
  let peakBytes = own;
  return {
    async step() {
      meter.reset();
      const others = alive() - own;
      const { report, gradients } = model.gradients(batch);
      const norm = optimizer.step(gradients, 0.001);
      peakBytes = Math.max(peakBytes, meter.peak - others);
      const [losses] = await Promise.all([report.data(), norm.data()]);
      tf.dispose([report, norm]);
      let sum = 0;
      for (let at = 0; at < 2 * rows; at += 2) sum += losses[at] as number;
      return sum / rows;
    },
    get peakBytes() {
      return peakBytes;
    },
    dispose() {
      optimizer.dispose();
      model.dispose();
      tf.dispose([batch.tokens, batch.targets, batch.weights]);
    },
  };
}

/** The composed model, the tape, and tf.train.adam: what one writes with tfjs alone. */
function stock(size: Size, plan: string): Steppable {
  const data = dataOf(size);
  const spec = modelOf(size, plan);
  const weights = [...uploadWeights(spec, initialWeights(spec, 1))].map(([name, tensor], i) => {
    const variable = tf.variable(tensor, true, `bench-${performance.now()}-${i}`);
    tensor.dispose();
    return [name, variable] as const;
  });
  const byName = Object.fromEntries(weights);
  const tokens = tf.tensor2d(data.tokens, [size.B, size.T], 'int32');
  const targets = tf.tensor1d(data.targets, 'int32');
  const ones = tf.ones([data.rows]) as tf.Tensor1D;
  const optimizer = tf.train.adam(0.001);
  return {
    async step() {
      const loss = optimizer.minimize(
        () => referenceLoss(referenceLogits(spec, byName, tokens), targets, ones),
        true,
        weights.map(([, variable]) => variable),
      )!;
      const value = (await loss.data())[0] as number;
      loss.dispose();
      await weights[0]![1].data(); // the update is done too
      return value;
    },
    peakBytes: undefined,
    dispose() {
      optimizer.dispose();
      tf.dispose([tokens, targets, ones, ...weights.map(([, variable]) => variable)]);
    },
  };
}
