/**
 * @file How many weights a decoder has, counted from the sizes in its config: embeddings, projections, feed-forwards, experts.
 *
 * The class's code is not asked, so this is a prediction: norms and biases are left out (a thousandth), and whatever makes a
 * family special is counted only where it is named below. Released models give it away: test/masks/plannerWeights.test.ts.
 */
import { InputError } from '../../core/check';
import type { ConfigLayer, ConfigLayers } from '../configLayer';
import { modelTypeOf } from '../configType';
import type { Fields } from '../fields';
import { fromMistral } from '../mistralParams';
import { parse } from '../fields';

export interface Weights {
  /** All of them, as they lie in memory. */
  readonly parameters: number;
  /** Of them the table that tokens are looked up in; engines may keep it elsewhere. */
  readonly embedding: number;
  /** Numbers of the widest thing a token passes through in a layer, for what a step holds meanwhile. */
  readonly widest: number;
}

const SIZE = { min: 1, max: 2 ** 24 };
const COUNT = { min: 0, max: 2 ** 16 };

/** Their input table is their output matrix, where a file does not say. */
const TIED = /^(gemma|cohere|falcon|gpt2|gpt_neo|bloom|mpt|opt|codegen)/;
/** Two matrices in a feed-forward, not three. */
const PLAIN =
  /^(gpt2|gpt_neo|gptj|gpt_bigcode|opt|bloom|mpt|falcon|starcoder2|phi$|persimmon|nemotron|codegen)/;
/** Something in them is not counted here. */
const UNCOUNTED =
  /^(gemma3n|gemma4|nemotron_h|llama4|jamba|zamba|bamba|falcon_h1|deepseek_v4|zebra|granitemoehybrid)/;

/** Or the reason why they are not counted, as a sentence's end. Throws InputError for what is no config. */
export function weightsOf(text: string, config: ConfigLayers): Weights | string {
  const file = parse(text, 'the config');
  const { own, type, entry } = modelTypeOf(fromMistral(file) ?? file);
  const fields = own.renamed({ ...(entry.a ?? {}), intermediate_size: 'n_inner' }).over(entry.d);
  if (config.part) return 'it is of an encoder and a decoder, whose weights are not counted here';
  const special = UNCOUNTED.exec(type) && !(type === 'gemma4_text' && isDense(fields));
  if (special) return `${config.label} has parts whose sizes are not counted here`;
  if (!config.causal) return 'it is an encoder';
  if (!['intermediate_size', 'moe_intermediate_size', 'hidden_dim'].some((n) => fields.has(n)))
    return 'the file does not say intermediate_size';
  if (config.vocabulary === undefined) return 'the file does not say vocab_size';
  try {
    return counted(fields, type, config, config.vocabulary);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const isDense = (fields: Fields) =>
  !fields.flag('enable_moe_block', false) && !fields.has('hidden_size_per_layer_input');

function counted(fields: Fields, type: string, config: ConfigLayers, V: number): Weights {
  const { hidden: D, layers } = config;
  const embedding = V * D;
  const tied = fields.flag('tie_word_embeddings', TIED.test(type));
  const each = layers.map(
    (layer, at) => mixer(fields, type, config, layer) + feed(fields, type, layer, at, D),
  );
  const inner = innerOf(fields, D);
  return {
    parameters: embedding * (tied ? 1 : 2) + each.reduce((sum, one) => sum + one, 0),
    embedding,
    widest: 2 * D + Math.max(2 * inner, config.heads * config.headDim + 2 * D),
  };
}

/** Width of a dense feed-forward. */
const innerOf = (fields: Fields, D: number): number =>
  fields.has('intermediate_size')
    ? fields.whole('intermediate_size', SIZE)
    : fields.whole('hidden_dim', SIZE, 4 * D);

/** Projections of what mixes tokens. */
function mixer(fields: Fields, type: string, config: ConfigLayers, layer: ConfigLayer): number {
  const { hidden: D, heads: H } = config;
  const whole = (name: string, otherwise?: number) => fields.whole(name, SIZE, otherwise);
  if (layer.kind === 'none') return 0;
  if (layer.kind === 'state') {
    if (layer.state === 'convolution') return 4 * D * D; // in, three of D wide, and out
    const keys = whole('linear_num_key_heads', H) * whole('linear_key_head_dim', 128);
    const values = whole('linear_num_value_heads', H) * whole('linear_value_head_dim', 128);
    const gates = 2 * whole('linear_num_value_heads', H);
    // Queries, keys, values and the gate of what comes out; then out.
    return D * (2 * keys + 2 * values + gates) + values * D;
  }
  if (layer.latent) {
    const rotated = fields.whole('qk_rope_head_dim', { min: 0, max: 8192 }, 64);
    const plain = whole('qk_nope_head_dim');
    const value = whole('v_head_dim');
    const query = H * (plain + rotated);
    const asked = fields.has('q_lora_rank') ? whole('q_lora_rank') * (D + query) : D * query;
    const kept = D * (layer.keyDim + rotated) + layer.keyDim * H * (plain + value);
    return asked + kept + H * value * D;
  }
  const { kvHeads, keyDim, valueDim, keyIsValue } = layer;
  const gate = fields.flag('attn_output_gate', /^qwen3_(5|next)/.test(type)) ? 2 : 1;
  return (
    gate * D * H * keyDim +
    D * kvHeads * (keyIsValue ? keyDim : keyDim + valueDim) +
    H * valueDim * D
  );
}

/** A feed-forward, or a router, its experts and those that always work. */
function feed(fields: Fields, type: string, layer: ConfigLayer, at: number, D: number): number {
  if (layer.type === 'mlp') return 0;
  const matrices = PLAIN.test(type) ? 2 : 3;
  const dense = matrices * D * innerOf(fields, D);
  const experts = ['num_experts', 'num_local_experts', 'n_routed_experts'].find((n) =>
    fields.has(n),
  );
  if (experts === undefined) return dense;
  const count = fields.whole(experts, COUNT);
  const first = fields.whole('first_k_dense_replace', COUNT, 0);
  const every = fields.whole('decoder_sparse_step', { min: 1, max: 4096 }, 1);
  const only = fields.get('mlp_only_layers');
  if (count === 0 || at < first || (at + 1) % every !== 0) return dense;
  if (Array.isArray(only) && only.includes(at)) return dense;
  const width = fields.has('moe_intermediate_size')
    ? fields.whole('moe_intermediate_size', SIZE)
    : innerOf(fields, D);
  const shared = fields.has('shared_expert_intermediate_size')
    ? fields.whole('shared_expert_intermediate_size', { min: 0, max: SIZE.max })
    : fields.whole('n_shared_experts', COUNT, 0) * width;
  return D * count + matrices * D * (count * width + shared);
}

/**
 * Bytes a step of so many tokens holds meanwhile: the widest layer of each, in 16 bits, and the scores of all words for the
 * last token of each sequence, in 32. Attention is taken for fused: no square of weights is written down. A prediction.
 */
export function activationBytes(
  { widest }: Pick<Weights, 'widest'>,
  vocabulary: number,
  tokens: number,
  batch: number,
): number {
  return 2 * widest * tokens + 4 * vocabulary * batch;
}
