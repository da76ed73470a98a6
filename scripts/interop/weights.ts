/** @file Configs whose weights we count, as does transformers' own model, built from shapes alone. */
import { readConfig } from '../../src/masks/configs';
import { EXACT, weightsOf } from '../../src/masks/planner/weights';

type Fields = Readonly<Record<string, unknown>>;

export interface WeightCase {
  readonly id: string;
  readonly fields: Fields;
}

const SMALL = {
  num_hidden_layers: 6,
  hidden_size: 96,
  intermediate_size: 160,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 24,
  vocab_size: 300,
};
/** Types without a released model in this repository, and switches that change the weights. */
const OTHERS: readonly (readonly [type: string, changes?: Fields, id?: string])[] = [
  ['mixtral', { num_local_experts: 4 }],
  ['gemma'],
  ['gemma2'],
  ['qwen2', { head_dim: undefined }],
  ['qwen3', { tie_word_embeddings: true }, 'qwen3, tied'],
  [
    'qwen3_moe',
    { num_experts: 5, moe_intermediate_size: 40, decoder_sparse_step: 2, mlp_only_layers: [3] },
  ],
  ['llama', { tie_word_embeddings: true }, 'llama, tied'],
  [
    'deepseek_v3',
    {
      head_dim: undefined,
      num_key_value_heads: 6,
      q_lora_rank: null,
      kv_lora_rank: 40,
      qk_nope_head_dim: 20,
      qk_rope_head_dim: 12,
      v_head_dim: 28,
      n_routed_experts: 8,
      n_group: 2,
      topk_group: 1,
      n_shared_experts: 2,
      moe_intermediate_size: 24,
      first_k_dense_replace: 2,
    },
    'deepseek_v3, no latent of queries',
  ],
  [
    'gemma3n_text',
    {
      num_kv_shared_layers: 2,
      num_hidden_layers: 10,
      vocab_size_per_layer_input: 200,
      hidden_size_per_layer_input: 16,
      laurel_rank: 8,
      altup_num_inputs: 3,
      activation_sparsity_pattern: null,
    },
    'gemma3n_text, three streams',
  ],
  [
    'llama4_text',
    { interleave_moe_layer_step: 2, intermediate_size_mlp: 200, num_local_experts: 3 },
    'llama4_text, every second with experts',
  ],
  [
    'nemotron_h',
    {
      num_hidden_layers: undefined,
      hybrid_override_pattern: 'M-M*ME',
      mamba_num_heads: 4,
      mamba_head_dim: 16,
      n_groups: 2,
      ssm_state_size: 8,
      n_routed_experts: 3,
      moe_intermediate_size: 20,
      moe_shared_expert_intermediate_size: 28,
    },
    'nemotron_h, dense and experts',
  ],
];

export const weightCases = (released: readonly WeightCase[]): readonly WeightCase[] => [
  ...released,
  ...OTHERS.map(([type, changes, id = type]) => ({
    id,
    fields: Object.fromEntries(
      Object.entries({ model_type: type, ...SMALL, ...changes }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  })),
];

/** The differences, in sentences: any at all for types documented as exact, more than one percent for others. */
export function comparedWeights(
  cases: readonly WeightCase[],
  made: Readonly<Record<string, number>>,
): readonly string[] {
  return cases.flatMap(({ id, fields }) => {
    const theirs = made[id];
    const text = JSON.stringify(fields);
    const ours = weightsOf(text, readConfig(text));
    if (theirs === undefined) return [`${id} was not made`];
    if (typeof ours === 'string') return [`${id} is not counted: ${ours}`];
    if (ours.exact !== EXACT.includes(String(fields['model_type'])))
      return [`${id} is not said to be exact`];
    return ours.parameters === theirs ? [] : [`${id}: ${ours.parameters} here, ${theirs} there`];
  });
}
