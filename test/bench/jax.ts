/**
 * @file The same model in jax-js, written as one would there: one jitted function for the whole training step.
 *
 * Weights, tokens and targets come from the caller, so that its losses can be compared with those of the other engines.
 * AdamW is written out: jax-js's optimizers are a separate package, which these few lines do not need.
 */
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from '@jax-js/jax';
import { layoutOf } from '../../src/attention/layout';
import { patterns } from '../../src/attention/registry';
import { NORM_EPS, weightTable, type ModelSpec } from '../../src/spec/model';

/** Finite on purpose: a score that softmax turns into 0. */
const MASKED = -1e30;

export type JaxDevice = 'webgpu' | 'wasm';

export interface JaxSetup {
  readonly spec: ModelSpec;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly tokens: Int32Array; // [B T]
  readonly targets: Int32Array; // [B T]
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly decay: number;
  readonly clip: number; // largest global norm of the gradient
}

// Types, not interfaces: jax-js takes only those for its trees of arrays.
type Weights = Record<string, np.Array>;
type State = {
  weights: Weights;
  first: Weights; // Adam's m
  second: Weights; // Adam's v
  power1: np.Array; // β₁ᵗ
  power2: np.Array; // β₂ᵗ
};
type Data = {
  tokens: np.Array; // [B T]
  targets: np.Array; // [B T]
  cosine: np.Array; // [T, 1, d / 2]
  sine: np.Array; // [T, 1, d / 2]
  masks: np.Array[]; // one [T, T] per layer, added to its scores
};

/** One training step after another on `device`; throws if jax-js cannot start it. */
export async function jaxModel(device: JaxDevice, setup: JaxSetup) {
  const devices = await init(device);
  if (!devices.includes(device)) throw new Error(`jax-js found no ${device} here`);
  defaultDevice(device);
  const data = dataOf(setup);
  let state = stateOf(setup);
  const step = jit((before: State, batch: Data) => trainingStep(setup, before, batch));
  return {
    async step(): Promise<number> {
      defaultDevice(device); // another engine of the same page may have changed it
      const [after, loss] = step(state, tree.ref(data)); // frees the old state too
      state = after;
      const [value] = await loss.data();
      await blockUntilReady(state); // the update is done too
      return value as number;
    },
    dispose(): void {
      tree.dispose(state);
      tree.dispose(data);
      step.dispose();
    },
  };
}

function stateOf({ spec, weights }: JaxSetup): State {
  const table = weightTable(spec);
  const all = (make: (name: string, shape: number[]) => np.Array): Weights =>
    Object.fromEntries(table.map(({ name, shape }) => [name, make(name, [...shape])]));
  return {
    weights: all((name, shape) => np.array(weights.get(name)!.slice(), { shape })),
    first: all((_, shape) => np.zeros(shape)),
    second: all((_, shape) => np.zeros(shape)),
    power1: np.array(1),
    power2: np.array(1),
  };
}

function dataOf({ spec, tokens, targets }: JaxSetup): Data {
  const { context: T, headDim, ropeBase } = spec;
  const half = headDim / 2;
  const angle = (at: number) => Math.floor(at / half) * ropeBase ** (-(at % half) / half);
  const turns = (wave: (angle: number) => number) =>
    np.array(
      Float32Array.from({ length: T * half }, (_, at) => wave(angle(at))),
      { shape: [T, 1, half] },
    );
  return {
    tokens: np.array(tokens.slice(), { dtype: np.int32 }),
    targets: np.array(targets.slice(), { dtype: np.int32 }),
    cosine: turns(Math.cos),
    sine: turns(Math.sin),
    masks: spec.layers.map((pattern) => {
      if (layoutOf(pattern, T).summaries > 0)
        throw new Error('chunk summaries are not written in jax-js');
      const mask = new Float32Array(T * T).fill(MASKED);
      for (let q = 0; q < T; q++) {
        const runs = patterns.get(pattern.pattern).reads(q, T, pattern.params);
        for (let r = 0; r < runs.length; r += 2)
          mask.fill(0, q * T + runs[r]!, q * T + runs[r + 1]!);
      }
      return np.array(mask, { shape: [T, T] });
    }),
  };
}

/** jax-js takes ownership of an argument; `.ref` keeps it for another use. */
function trainingStep(setup: JaxSetup, state: State, data: Data): [State, np.Array] {
  const { rate, beta1, beta2, eps, decay, clip } = setup;
  const loss = (weights: Weights, batch: Data) => lossOf(setup.spec, weights, batch);
  const [value, gradients] = valueAndGrad(loss)(tree.ref(state.weights), data);

  const names = Object.keys(gradients);
  const squares = names
    .map((name) => np.square(gradients[name]!.ref).sum())
    .reduce((sum, square) => sum.add(square));
  const scale = np.minimum(1, np.reciprocal(np.sqrt(squares).add(1e-6)).mul(clip));
  const power1 = state.power1.mul(beta1);
  const power2 = state.power2.mul(beta2);
  const correct1 = np.reciprocal(np.subtract(1, power1.ref));
  const correct2 = np.reciprocal(np.subtract(1, power2.ref));

  const after: State = { weights: {}, first: {}, second: {}, power1, power2 };
  for (const name of names) {
    const gradient = gradients[name]!.mul(scale.ref);
    const first = state.first[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const second = state.second[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
    const spread = np.sqrt(second.ref.mul(correct2.ref)).add(eps);
    const move = first.ref.mul(correct1.ref).div(spread).mul(rate);
    after.weights[name] = state.weights[name]!.mul(1 - rate * decay).sub(move);
    after.first[name] = first;
    after.second[name] = second;
  }
  for (const used of [scale, correct1, correct2]) used.dispose();
  return [after, value];
}

/** Mean of −log softmax(logits)[target]. */
function lossOf(spec: ModelSpec, w: Weights, data: Data): np.Array {
  const { vocabulary: V, heads, headDim } = spec;
  const T = spec.context;
  const rows = data.tokens.shape[0]!;
  const embedding = w['model.embed_tokens.weight']!;
  const split = (x: np.Array) => x.reshape([rows / T, T, heads, headDim]);
  const turned = (x: np.Array) => turn(split(x), data.cosine.ref, data.sine.ref);

  let x = embedding.ref.slice(data.tokens);
  spec.layers.forEach((_, l) => {
    const at = (name: string) => w[`model.layers.${l}.${name}.weight`]!;
    const normed = rmsNorm(x.ref, at('input_layernorm'));
    const q = turned(np.matmul(normed.ref, at('self_attn.q_proj')));
    const k = turned(np.matmul(normed.ref, at('self_attn.k_proj')));
    const v = split(np.matmul(normed, at('self_attn.v_proj')));
    const attended = nn.dotProductAttention(q, k, v, { bias: data.masks[l]! });
    x = x.add(np.matmul(attended.reshape([rows, heads * headDim]), at('self_attn.o_proj')));
    const again = rmsNorm(x.ref, at('post_attention_layernorm'));
    const gate = nn.silu(np.matmul(again.ref, at('mlp.gate_proj')));
    const gated = gate.mul(np.matmul(again, at('mlp.up_proj')));
    x = x.add(np.matmul(gated, at('mlp.down_proj')));
  });
  data.cosine.dispose();
  data.sine.dispose();
  const logits = np.matmul(rmsNorm(x, w['model.norm.weight']!), embedding.transpose());
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(data.targets, V))
    .sum()
    .mul(-1 / rows);
}

const rmsNorm = (x: np.Array, gain: np.Array) =>
  x.ref.div(np.sqrt(np.square(x).mean(-1, { keepdims: true }).add(NORM_EPS))).mul(gain);

/** Rotary positions, a head's first half against its second. */
function turn(x: np.Array, cosine: np.Array, sine: np.Array): np.Array {
  const [a, b] = np.split(x, 2, -1) as [np.Array, np.Array];
  return np.concatenate(
    [a.ref.mul(cosine.ref).sub(b.ref.mul(sine.ref)), b.mul(cosine).add(a.mul(sine))],
    -1,
  );
}
