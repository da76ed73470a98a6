/** @file The reference numbers of test/fixtures: weights, logits, gradients and five AdamW steps from PyTorch. */
import { transposed, fromHuggingFace } from '../../src/model/files/huggingface';
import { readSafetensors } from '../../src/model/files/safetensors';
import { weightTable, type ModelSpec } from '../../src/spec/model';
import { patternSpec } from '../../src/attention/registry';

const files = import.meta.glob<string>('../fixtures/*/*.safetensors', {
  query: '?inline',
  import: 'default',
  eager: true,
});
const expectations = import.meta.glob<Expected>('../fixtures/*/expected.json', {
  import: 'default',
  eager: true,
});

interface Expected {
  readonly config: {
    readonly vocab_size: number;
    readonly hidden_size: number;
    readonly num_attention_heads: number;
    readonly num_key_value_heads: number;
    readonly head_dim: number;
    readonly intermediate_size: number;
    readonly rope_theta: number;
    readonly context: number;
    readonly window: number;
    readonly chunk: number;
    readonly pool: 'pre' | 'post' | null;
    readonly layers: readonly string[];
  };
  readonly loss: number;
  readonly adamw: {
    readonly lr: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly eps: number;
    readonly weightDecay: number;
    readonly clipNorm: number;
    readonly lossAndGradNorm: readonly (readonly [number, number])[];
  };
}

const bytesOf = (url: string) =>
  Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (c) => c.charCodeAt(0));

export const fixtureNames = Object.keys(expectations)
  .map((path) => path.split('/').at(-2)!)
  .sort();

export function fixture(name: string) {
  const expected = expectations[`../fixtures/${name}/expected.json`]!;
  const { config } = expected;
  const spec: ModelSpec = {
    vocabulary: config.vocab_size,
    context: config.context,
    width: config.hidden_size,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    headDim: config.head_dim,
    hidden: config.intermediate_size,
    layers: config.layers.map((id) =>
      patternSpec(id, { window: config.window, chunk: config.chunk }),
    ),
    pool: config.pool ?? 'post',
    ropeBase: config.rope_theta,
    ropeScale: 1,
    tied: true,
  };
  const model = readSafetensors(bytesOf(files[`../fixtures/${name}/model.safetensors`]!));
  const numbers = readSafetensors(bytesOf(files[`../fixtures/${name}/expected.safetensors`]!));
  const gradients = new Map(
    weightTable(spec).map(({ name: weight, shape, role }) => {
      const values = numbers.get(`grad.${weight}`)!.values as Float32Array;
      return [
        weight,
        role === 'matmul' ? transposed(values, shape[1]!, shape[0]!) : values,
      ] as const;
    }),
  );
  return {
    spec,
    expected,
    weights: fromHuggingFace(spec, model),
    tokens: numbers.get('tokens')!.values as Int32Array,
    targets: numbers.get('targets')!.values as Int32Array,
    logits: numbers.get('logits')!.values as Float32Array,
    gradients,
  };
}

/** Largest |a − b| over the largest |b|: the error in the scale of the whole tensor. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return a.length === b.length && !Number.isNaN(difference) ? difference / (scale || 1) : NaN;
}
