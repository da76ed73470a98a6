/** @file Hugging Face's config.json of a model: for an export, and in a checkpoint for anyone who looks inside. */
import { write } from '../../attention/expression';
import type { PatternSpec } from '../../attention/pattern';
import { intervalOf } from '../../attention/plain';
import { patterns } from '../../attention/registry';
import { check } from '../../core/check';
import { NORM_EPS, type ModelSpec } from '../../spec/model';

/** A layer's entry in layer_types: Hugging Face's names, or ours if it has none. */
export const LAYER_TYPES = {
  global: 'full_attention',
  local: 'sliding_attention',
  approximate: 'approximate_attention',
  /** Its mask is in layer_masks, as an expression. */
  masked: 'masked_attention',
} as const;

interface LayerType {
  readonly type: (typeof LAYER_TYPES)[keyof typeof LAYER_TYPES];
  readonly window?: number;
  readonly chunk?: number;
}

/** As in the config, if each layer had its own fields. */
function typeOf({ pattern, params }: PatternSpec): LayerType {
  const rule = patterns.get(pattern);
  const chunk = rule.chunk(params);
  if (chunk > 0) {
    check(pattern === 'approximate', `layers of pattern '${pattern}' have no name in config.json`);
    return { type: LAYER_TYPES.approximate, window: params['window']!, chunk };
  }
  const interval = intervalOf(rule.expression(params));
  if (!interval?.causal || interval.chunk !== undefined) return { type: LAYER_TYPES.masked };
  const { left } = interval;
  return left < 0 ? { type: LAYER_TYPES.global } : { type: LAYER_TYPES.local, window: left + 1 };
}

/**
 * Writes config.json. The format has one window: layers with a window of another size are written as a mask. Throws
 * InputError if layers with summaries differ in their windows or chunks.
 */
export function configOf(m: ModelSpec): Record<string, unknown> {
  const layers = m.layers.map(typeOf);
  const ofSummaries = layers.filter(({ type }) => type === LAYER_TYPES.approximate);
  const one = (name: 'window' | 'chunk'): number | undefined => {
    const values = new Set(ofSummaries.map((layer) => layer[name]));
    check(
      values.size <= 1,
      name === 'window'
        ? `the layers have windows of ${[...values].join(', ')}; config.json has room for one`
        : `the layers have chunks of ${[...values].join(', ')}; config.json has room for one`,
    );
    return [...values][0];
  };
  const chunk = one('chunk');
  const window = one('window') ?? layers.find((layer) => layer.window !== undefined)?.window;
  const kinds = layers.map((layer) =>
    layer.type === LAYER_TYPES.local && layer.window !== window ? LAYER_TYPES.masked : layer.type,
  );
  const masks = m.layers.map(({ pattern, params }, l) =>
    kinds[l] === LAYER_TYPES.masked ? write(patterns.get(pattern).expression(params)) : null,
  );
  const masked = kinds.includes(LAYER_TYPES.masked);
  const ours = masked || kinds.includes(LAYER_TYPES.approximate);
  const windowed = kinds.some((kind) => kind !== LAYER_TYPES.global);
  return {
    architectures: [ours ? 'Zebra' : windowed ? 'MinistralForCausalLM' : 'LlamaForCausalLM'],
    model_type: ours ? 'zebra' : windowed ? 'ministral' : 'llama',
    vocab_size: m.vocabulary,
    hidden_size: m.width,
    intermediate_size: m.hidden,
    num_hidden_layers: m.layers.length,
    num_attention_heads: m.heads,
    num_key_value_heads: m.kvHeads,
    head_dim: m.headDim,
    hidden_act: 'silu',
    max_position_embeddings: m.context,
    rms_norm_eps: NORM_EPS,
    tie_word_embeddings: m.tied,
    rope_theta: m.ropeBase,
    rope_parameters:
      m.ropeScale === 1
        ? { rope_type: 'default', rope_theta: m.ropeBase }
        : { rope_type: 'linear', factor: m.ropeScale, rope_theta: m.ropeBase },
    ...(windowed && { layer_types: kinds, sliding_window: window }),
    ...(masked && { layer_masks: masks }),
    ...(ours && { chunk_size: chunk, summary_pool: m.pool }),
    attention_bias: false,
    mlp_bias: false,
    attention_dropout: 0,
    bos_token_id: null,
    eos_token_id: null,
    pad_token_id: null,
    dtype: 'float32',
  };
}
