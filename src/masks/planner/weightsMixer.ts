/** @file Weights of one layer's token mixer, of its norms, and of what a family has outside its layers. */
import type { ConfigLayer, ConfigLayers } from '../configLayer';
import type { Fields } from '../fields';

const SIZE = { min: 1, max: 2 ** 24 };
const MAYBE = { min: 0, max: 2 ** 24 };

/** Projections, with their biases and the norms inside. */
export function mixer(
  fields: Fields,
  type: string,
  config: ConfigLayers,
  layer: ConfigLayer,
): number {
  if (layer.kind === 'none') return 0;
  if (layer.kind === 'state') return state(fields, type, config, layer);
  return layer.latent ? latent(fields, config, layer) : heads(fields, type, config, layer);
}

function heads(
  fields: Fields,
  type: string,
  { hidden: D, heads: H }: ConfigLayers,
  layer: ConfigLayer,
): number {
  const { kvHeads, keyDim, valueDim, keyIsValue, sharedWith } = layer;
  const gate = fields.flag('attn_output_gate', /^qwen3_(5|next)/.test(type)) ? 2 : 1;
  const keys = kvHeads * keyDim;
  const values = keyIsValue ? 0 : kvHeads * valueDim;
  const asked = gate * H * keyDim;
  const own = sharedWith === undefined ? keys + values : 0; // no key and value projections if the layer reads another's
  const norms = NORMED.test(type) ? keyDim * (sharedWith === undefined ? 2 : 1) : 0;
  const bias =
    type === 'gpt_oss'
      ? asked + keys + values + D + H // and a sink for each head
      : BIASED.test(type)
        ? asked + keys + values
        : 0;
  return D * (asked + own) + H * valueDim * D + norms + bias;
}

/** Queries and keys are each normalised per head. */
const NORMED = /^(gemma3|gemma4|qwen3)/;
/** Queries, keys and values have biases; the output has none. */
const BIASED = /^qwen2(_moe)?$/;

function latent(
  fields: Fields,
  { hidden: D, heads: H }: ConfigLayers,
  { keyDim }: ConfigLayer,
): number {
  const whole = (name: string) => fields.whole(name, SIZE);
  const rotated = fields.whole('qk_rope_head_dim', { min: 0, max: 8192 }, 64);
  const plain = whole('qk_nope_head_dim');
  const value = whole('v_head_dim');
  const query = H * (plain + rotated);
  // The latent of queries, if there is one, has a norm; the latent of keys and values always does.
  const asked = fields.has('q_lora_rank') ? whole('q_lora_rank') * (D + query + 1) : D * query;
  const kept = D * (keyDim + rotated) + keyDim * H * (plain + value) + keyDim;
  return asked + kept + H * value * D;
}

function state(
  fields: Fields,
  type: string,
  { hidden: D, heads: H }: ConfigLayers,
  layer: ConfigLayer,
): number {
  const whole = (name: string, otherwise?: number) => fields.whole(name, SIZE, otherwise);
  if (layer.state === 'convolution') return 4 * D * D; // in, three times D wide, and out
  if (type === 'nemotron_h') return mamba2(fields, D);
  const keys = whole('linear_num_key_heads', H) * whole('linear_key_head_dim', 128);
  const valueHeads = whole('linear_num_value_heads', H);
  const width = whole('linear_value_head_dim', 128);
  const values = valueHeads * width;
  // Queries, keys, values and the output gate, two numbers per head; then out.
  const projections = D * (2 * keys + 2 * values + 2 * valueHeads) + values * D;
  const convolution = (2 * keys + values) * whole('linear_conv_kernel_dim', 4);
  return projections + convolution + 2 * valueHeads + width; // how fast each head forgets, and a norm
}

/** Mamba 2: in, a convolution with its bias, three numbers for each head, a norm, and out. */
function mamba2(fields: Fields, D: number): number {
  const whole = (name: string) => fields.whole(name, SIZE);
  const heads = whole('mamba_num_heads');
  const inner = heads * whole('mamba_head_dim');
  const mixed = inner + 2 * whole('n_groups') * whole('ssm_state_size');
  const convolution = mixed * (whole('conv_kernel') + (fields.flag('use_conv_bias', true) ? 1 : 0));
  return D * (inner + mixed + heads) + convolution + 3 * heads + inner + inner * D;
}

/** Norms over the model width: before attention and feed-forward; in Gemma also after both. */
export function normsOf(fields: Fields, type: string, layer: ConfigLayer, D: number): number {
  if (type === 'nemotron_h') return D;
  if (layer.type === 'mlp') return D;
  const norms = /^gemma[234]/.test(type) ? 4 : 2;
  return norms * D + (type === 'gemma3n_text' ? ofGemma3n(fields, D) : 0);
}

/** Gemma 3n, per layer: four streams with predict and correct weights, a low-rank path, and per-layer embeddings. */
function ofGemma3n(fields: Fields, D: number): number {
  const streams = fields.whole('altup_num_inputs', SIZE, 4);
  const rank = fields.whole('laurel_rank', SIZE, 64);
  const words = fields.whole('hidden_size_per_layer_input', SIZE, 256);
  const router = D + D * streams + D;
  return router + streams ** 2 + streams ** 3 + 2 * D * rank + D + 2 * D * words + D;
}

/** Token tables besides the first, and whatever else is outside the layers. */
export function besides(
  fields: Fields,
  type: string,
  D: number,
  layers: number,
): { readonly tables: number; readonly others: number } {
  if (type !== 'gemma3n_text') return { tables: 0, others: 0 };
  const words = fields.whole('hidden_size_per_layer_input', SIZE, 256);
  const vocabulary = fields.whole('vocab_size_per_layer_input', MAYBE, 262_144);
  const streams = fields.whole('altup_num_inputs', SIZE, 4);
  return {
    tables: vocabulary * layers * words,
    others: D * layers * words + words + 2 * (streams - 1) * D * D,
  };
}
