/**
 * @file Parameters and FLOPs of the models that the bench times, counted by one rule (src/spec/cost.ts): matrix
 * products and attention over visible pairs, a multiply-add is 2 FLOPs, the backward pass costs twice the forward pass.
 */
import { attentionFlops } from '../../src/attention/cost';
import { trainingFlops } from '../../src/spec/cost';
import { weightTable } from '../../src/spec/model';
import { modelOf, type Size } from './models';

const LAYERS = 4;
const HEADS = 4;
const VOCABULARY = 64;

export interface Cost {
  readonly parameters: number;
  readonly flops: number; // per training step
}

/** Ours, and the same model in tfjs and jax-js. */
export function zebraCost(size: Size, plan: string): Cost {
  const spec = modelOf(size, plan);
  return {
    parameters: weightTable(spec).reduce(
      (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
      0,
    ),
    flops: size.B * size.T * trainingFlops(spec, 'simd').needed,
  };
}

/** @genai-fi/nanogpt's NanoGPTV1: a tied embedding; per layer 4 D² in attention and 8 D² in the MLP. */
const nanogptMatmuls = ({ D }: Size): number => VOCABULARY * D + LAYERS * 12 * D * D;

/** The gains of the norms as well: two per layer, and one at the end. */
export const nanogptParameters = (size: Size): number =>
  nanogptMatmuls(size) + (2 * LAYERS + 1) * size.D;

export function nanogptCost(size: Size): Cost {
  const { B, T, D } = size;
  const { layers } = modelOf(size, 'global');
  const attention = attentionFlops(layers, { T, heads: HEADS, headDim: D / HEADS });
  return {
    parameters: nanogptParameters(size),
    flops: B * 3 * (2 * nanogptMatmuls(size) * T + attention),
  };
}
