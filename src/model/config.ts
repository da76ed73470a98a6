/** @file What Hugging Face's config.json says of a model: of an export, and of a checkpoint for whoever looks into it. */
import { check } from '../core/check';
import { NORM_EPS, type ModelSpec } from '../spec/model';

/** Names of Hugging Face's config, ours for what it has not. */
export const LAYER_TYPES = {
  global: 'full_attention',
  local: 'sliding_attention',
  approximate: 'approximate_attention',
} as const;

/** What config.json says. Throws InputError where layers of one kind have different windows or chunks: the format has one field. */
export function configOf(m: ModelSpec): Record<string, unknown> {
  const kinds = m.layers.map(({ pattern }) => {
    const kind = LAYER_TYPES[pattern as keyof typeof LAYER_TYPES] as string | undefined;
    check(kind, `layers of pattern '${pattern}' have no name in config.json`);
    return kind;
  });
  const one = (name: string): number | undefined => {
    const values = new Set(m.layers.flatMap(({ params }) => params[name] ?? []));
    check(
      values.size <= 1,
      `the layers have ${name}s of ${[...values].join(', ')}; config.json has room for one`,
    );
    return [...values][0];
  };
  const window = one('window');
  const chunk = one('chunk');
  const ours = kinds.includes(LAYER_TYPES.approximate);
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
