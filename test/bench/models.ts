/** @file What is timed: sizes, models, data, and our own engine on a machine. Knows neither tfjs nor a browser. */
import { plans } from '../../src/attention/plans';
import { random } from '../../src/core/random';
import type { Machine } from '../../src/machines/machine';
import { initialWeights } from '../../src/model/weights';
import { hiddenOf, type ModelSpec } from '../../src/spec/model';
import { Zebra } from '../../src/train/zebra';
import type { Calls } from './calls';

export interface Size {
  readonly B: number;
  readonly T: number;
  readonly D: number;
}

/**
 * Four layers, four heads, vocabulary 64, tied embedding: small, middle, long. XL and L4 have equally many tokens,
 * which shows the cost per token at four times the context.
 */
export const SIZES: Readonly<Record<string, Size>> = {
  S: { B: 4, T: 128, D: 64 },
  M: { B: 4, T: 256, D: 128 },
  L: { B: 1, T: 1024, D: 64 },
  L4: { B: 4, T: 1024, D: 64 },
  XL: { B: 1, T: 4096, D: 64 },
  XXL: { B: 1, T: 16_384, D: 64 },
};

export const RATE = 0.001;

export interface Steppable {
  /** One step; resolves with its loss when everything is done. */
  step(): Promise<number>;
  readonly peakBytes: number | undefined;
  /** What its own page has handed to the GPU, if that is not this page. */
  calls?(): Calls;
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
    ropeScale: 1,
    tied: true,
  };
}

export function dataOf({ B, T }: Size) {
  const { below } = random('bench');
  const ids = () => Int32Array.from({ length: B * T }, () => below(64));
  return { tokens: ids(), targets: ids(), rows: B * T };
}

/** Our engine: one planned step, and the wait for its loss. */
export async function zebra(machine: Machine, size: Size, plan: string): Promise<Steppable> {
  const { tokens, targets, rows } = dataOf(size);
  const spec = modelOf(size, plan);
  const model = await Zebra.open(machine, spec, initialWeights(spec, 1), { batch: size.B });
  const batch = { tokens, targets, weights: new Float32Array(rows).fill(1) };
  return {
    async step() {
      model.train(batch, RATE);
      return (await model.reports())[0]!.loss;
    },
    peakBytes: model.session.bytes,
    dispose: () => model.dispose(),
  };
}
