/**
 * @file Every model type of the table, as passed to transformers: its masks and the contents of its cache.
 * Bundled by scripts/interop/run-configs.mjs.
 */
import { maskOf } from '../../src/attention/expression';
import { pairsOf } from '../../src/attention/mask';
import { readConfig } from '../../src/masks/configs';
import { entryOf, openedTypes } from '../../src/masks/configTable';
import { layerFacts, numbersAt, stateNumbers } from '../../src/masks/layerFacts';
import { crcOf } from '../../src/masks/python/facts';
import type { Sum } from './cases';

export const T = 40; // tokens of a mask
export const W = 7; // tokens of a window
/** Tokens in a cache: at, below and above its window, and far beyond it. */
export const LENGTHS = [1, W - 1, W, W + 1, 3 * W + 7] as const;

export interface TypeCase {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is made small; all else is the class's default. */
const SHORT: Readonly<Record<string, number>> = {
  sliding_window: W,
  attention_chunk_size: W,
  local_attention: 10,
  window_size: W,
};

function shortened(type: string): Readonly<Record<string, unknown>> {
  const { d, a = {} } = entryOf(type)!;
  const own = Object.keys(SHORT).filter((name) => typeof d[name] === 'number');
  if (type === 'gpt_neo') own.push('window_size');
  return Object.fromEntries(own.map((name) => [a[name] ?? name, SHORT[name]]));
}

/** As a file that gives only its windows. */
export const maskCases = (): readonly TypeCase[] =>
  openedTypes()
    .filter((type) => !NAMED.includes(type))
    .map((type) => ({ id: type, fields: { model_type: type, ...shortened(type) } }));

/** Without a list of layers in the file, all their layers keep a state and none reads keys. */
export const NAMED: readonly string[] = ['bamba', 'granitemoehybrid', 'lfm2_moe'];

/** Windows that classes support but leave off. */
export const changedCases: readonly TypeCase[] = [
  { id: 'mixtral, a window', fields: { model_type: 'mixtral', sliding_window: W } },
  { id: 'mistral, no window', fields: { model_type: 'mistral', sliding_window: null } },
  { id: 'phi3, a window', fields: { model_type: 'phi3', sliding_window: W } },
  { id: 'starcoder2, a window', fields: { model_type: 'starcoder2', sliding_window: W } },
  ...['qwen2', 'qwen3', 'qwen3_moe', 'qwen2_moe', 'qwen2_vl_text', 'qwen2_5_vl_text'].map(
    (type) => ({
      id: `${type}, its window on`,
      fields: {
        model_type: type,
        use_sliding_window: true,
        sliding_window: W,
        max_window_layers: 5,
      },
    }),
  ),
  {
    id: 'smollm3, its window on',
    fields: { model_type: 'smollm3', use_sliding_window: true, sliding_window: W },
  },
  {
    id: 'exaone4, another pattern',
    fields: { model_type: 'exaone4', sliding_window: W, sliding_window_pattern: 3 },
  },
  {
    id: 'afmoe, every third',
    fields: { model_type: 'afmoe', sliding_window: W, global_attn_every_n_layers: 3 },
  },
  {
    id: 'qwen3_next, every third',
    fields: { model_type: 'qwen3_next', full_attention_interval: 3 },
  },
  {
    id: 'jamba, another period',
    fields: { model_type: 'jamba', attn_layer_period: 3, attn_layer_offset: 1 },
  },
  {
    id: 'flint, 9 layers',
    fields: { model_type: 'flint', num_hidden_layers: 9, sliding_window: W },
  },
  {
    id: 'lfm2, three of attention',
    fields: { model_type: 'lfm2', num_hidden_layers: 8, full_attn_idxs: [2, 5, 7] },
  },
  {
    id: 'nemotron_h, a pattern',
    fields: { model_type: 'nemotron_h', hybrid_override_pattern: 'M-M*M-M*', num_hidden_layers: 8 },
  },
  {
    id: 'bamba, two of attention',
    fields: { model_type: 'bamba', num_hidden_layers: 8, attn_layer_indices: [3, 6] },
  },
];

/** Small enough to run, one per kind of cache, with as many layers as it takes to show every kind. */
const TINY = {
  hidden_size: 64,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  intermediate_size: 32,
  vocab_size: 48,
  num_hidden_layers: 6,
};
const LOCAL = 'sliding_attention';
const FULL = 'full_attention';
const TOGETHER: readonly (readonly [type: string, changes?: object, id?: string])[] = [
  ['llama'],
  ['mistral'],
  ['mixtral', { num_local_experts: 2 }],
  ['gemma'],
  ['gemma2'],
  ['gemma3_text'],
  [
    'gemma3n_text',
    {
      num_hidden_layers: 10,
      num_kv_shared_layers: 4,
      intermediate_size: 32,
      activation_sparsity_pattern: null,
      hidden_size_per_layer_input: 8,
      vocab_size_per_layer_input: 48,
      laurel_rank: 4,
      altup_num_inputs: 2,
    },
  ],
  [
    'gemma4_text',
    {
      global_head_dim: 32,
      num_global_key_value_heads: 1,
      attention_k_eq_v: true,
      hidden_size_per_layer_input: 8,
      vocab_size_per_layer_input: 48,
    },
  ],
  ['gpt_oss', { num_local_experts: 2, num_experts_per_tok: 1 }],
  ['qwen2'],
  ['qwen3'],
  ['qwen3_moe', { num_experts: 2, num_experts_per_tok: 1, moe_intermediate_size: 16 }],
  [
    'qwen3_next',
    {
      num_experts: 2,
      num_experts_per_tok: 1,
      moe_intermediate_size: 16,
      shared_expert_intermediate_size: 16,
      linear_num_key_heads: 2,
      linear_num_value_heads: 4,
      linear_key_head_dim: 8,
      linear_value_head_dim: 8,
    },
  ],
  [
    'qwen3_5_text',
    {
      linear_num_key_heads: 2,
      linear_num_value_heads: 4,
      linear_key_head_dim: 8,
      linear_value_head_dim: 8,
    },
  ],
  ['cohere2'],
  ['olmo2'],
  ['olmo3'],
  ['llama4_text', { num_local_experts: 2, intermediate_size_mlp: 32 }],
  ['smollm3', { pad_token_id: 0 }],
  ['exaone4'],
  ['phi3', { pad_token_id: 0 }],
  ['starcoder2'],
  ['granite'],
  ['gpt2', { num_key_value_heads: undefined, head_dim: undefined }],
  [
    'gpt_neo',
    {
      num_key_value_heads: undefined,
      head_dim: undefined,
      attention_types: [[['global', 'local'], 3]],
    },
  ],
  ['gpt_neox', { num_key_value_heads: undefined, head_dim: undefined }],
  ['bloom', { num_key_value_heads: undefined, head_dim: undefined }],
  ['falcon', { num_key_value_heads: undefined, head_dim: undefined }],
  ['gpt_bigcode', { num_key_value_heads: undefined, head_dim: undefined }],
  [
    'opt',
    { num_key_value_heads: undefined, head_dim: undefined, word_embed_proj_dim: 64, ffn_dim: 32 },
  ],
  [
    'deepseek_v2',
    {
      head_dim: undefined,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      n_routed_experts: 2,
      first_k_dense_replace: 6,
      num_key_value_heads: 4,
    },
  ],
  [
    'deepseek_v3',
    {
      head_dim: undefined,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      first_k_dense_replace: 6,
      num_key_value_heads: 4,
    },
  ],
  [
    'deepseek_v32',
    {
      head_dim: undefined,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      first_k_dense_replace: 6,
      index_head_dim: 16,
      index_n_heads: 2,
      index_topk: 4,
      num_key_value_heads: 4,
    },
  ],
  [
    'minicpm3',
    {
      head_dim: undefined,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      num_key_value_heads: 4,
    },
  ],
  [
    'mimo_v2_flash',
    {
      v_head_dim: 8,
      n_routed_experts: 2,
      num_experts_per_tok: 1,
      moe_intermediate_size: 16,
      mlp_layer_types: Array(6).fill('dense'),
    },
  ],
  [
    'deepseek_v4',
    {
      num_key_value_heads: 1,
      head_dim: 32,
      qk_rope_head_dim: 8,
      q_lora_rank: 16,
      o_lora_rank: 8,
      o_groups: 2,
      n_routed_experts: 2,
      num_experts_per_tok: 1,
      moe_intermediate_size: 16,
      index_topk: 4,
      index_n_heads: 2,
      index_head_dim: 16,
      num_hash_layers: 0,
    },
  ],
  [
    'jamba',
    {
      num_hidden_layers: 6,
      num_experts: 1,
      mamba_d_state: 4,
      mamba_dt_rank: 4,
      attn_layer_period: 3,
      attn_layer_offset: 1,
      use_mamba_kernels: false,
      head_dim: undefined,
      pad_token_id: 0,
    },
  ],
  [
    'bamba',
    {
      attn_layer_indices: [2, 5],
      mamba_n_heads: 4,
      mamba_d_head: 32,
      mamba_d_state: 8,
      head_dim: undefined,
      pad_token_id: 0,
    },
  ],
  [
    'nemotron_h',
    {
      hybrid_override_pattern: 'M*M-M*',
      mamba_num_heads: 4,
      mamba_head_dim: 32,
      n_groups: 1,
      ssm_state_size: 8,
      pad_token_id: 0,
      chunk_size: 8,
    },
  ],
  ['lfm2', { full_attn_idxs: [1, 4], head_dim: undefined, pad_token_id: 0 }],
  [
    'granitemoehybrid',
    {
      layer_types: ['mamba', 'attention', 'mamba', 'mamba', 'attention', 'mamba'],
      mamba_n_heads: 4,
      mamba_d_head: 32,
      mamba_d_state: 8,
      mamba_n_groups: 1,
      num_local_experts: 0,
      head_dim: undefined,
      shared_intermediate_size: 32,
    },
  ],
  ['recurrent_gemma', { attention_window_size: W, lru_width: 64, num_key_value_heads: 1 }],
  [
    'falcon_h1',
    {
      mamba_d_ssm: 64,
      mamba_n_heads: 4,
      mamba_d_head: 16,
      mamba_d_state: 8,
      mamba_n_groups: 1,
      mamba_chunk_size: 8,
      pad_token_id: 0,
    },
  ],
  [
    'olmo_hybrid',
    {
      linear_num_key_heads: 2,
      linear_num_value_heads: 2,
      linear_key_head_dim: 8,
      linear_value_head_dim: 8,
      num_hidden_layers: 8,
      pad_token_id: 0,
    },
  ],
  [
    'kimi_linear',
    {
      head_dim: undefined,
      kv_lora_rank: 24,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      num_key_value_heads: 4,
      first_k_dense_replace: 6,
      pad_token_id: 0,
    },
  ],
  [
    'modernbert-decoder',
    {
      num_key_value_heads: undefined,
      head_dim: undefined,
      local_attention: 2 * W,
      pad_token_id: 0,
    },
  ],
  [
    'bailing_hybrid',
    {
      num_hidden_layers: 6,
      kv_lora_rank: 24,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      num_key_value_heads: 4,
      first_k_dense_replace: 6,
      pad_token_id: 0,
    },
  ],
  [
    'zamba2',
    {
      mamba_d_state: 8,
      n_mamba_heads: 4,
      mamba_ngroups: 1,
      head_dim: 32,
      num_key_value_heads: 4,
      layers_block_type: ['mamba', 'mamba', 'hybrid', 'mamba', 'hybrid', 'mamba'],
      num_mem_blocks: 1,
      pad_token_id: 0,
    },
  ],
  ['lfm3', { pad_token_id: 0, num_hidden_layers: 7 }],
  ['zaya', { moe_intermediate_size: 16, num_experts: 2, router_hidden_size: 16, pad_token_id: 0 }],
  [
    'inkling_text',
    {
      swa_head_dim: 8,
      swa_num_attention_heads: 4,
      swa_num_key_value_heads: 4,
      moe_intermediate_size: 16,
      n_routed_experts: 2,
      num_experts_per_tok: 1,
      n_shared_experts: 1,
      pad_token_id: 0,
    },
  ],
  [
    'glm5_next_text',
    {
      head_dim: 0,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 0,
      qk_nope_head_dim: 16,
      v_head_dim: 16,
      num_key_value_heads: 4,
      linear_num_heads: 4,
      linear_head_dim: 16,
      index_topk: 4,
      index_kpool: 2,
      index_n_heads: 2,
      index_head_dim: 16,
      num_hidden_layers: 4,
      mlp_layer_types: ['dense', 'dense', 'dense', 'dense'],
      pad_token_id: 0,
    },
  ],
  [
    'dory',
    {
      num_hidden_layers: 6,
      n_input_layers: 1,
      n_output_layers: 2,
      n_recurrent_loops: 3,
      layer_types: [LOCAL, FULL, LOCAL, LOCAL, FULL, LOCAL],
    },
  ],
  [
    'dory',
    {
      num_hidden_layers: 6,
      n_input_layers: 1,
      n_output_layers: 2,
      n_recurrent_loops: 3,
      recurrent_kv_cache_mode: 'last_loop',
      layer_types: [LOCAL, FULL, LOCAL, LOCAL, FULL, LOCAL],
    },
    'dory, the last loop',
  ],
  ['hrm_text', { num_hidden_layers: 2, H_cycles: 2, L_cycles: 2, num_key_value_heads: undefined }],
  [
    'inkling2_loop_text',
    {
      num_hidden_layers: 6,
      n_layers_per_attn_res_block: 2,
      loop_layer_index_start: 2,
      loop_layer_index_end: 4,
      loop_num_passes: 2,
      swa_head_dim: 8,
      swa_num_attention_heads: 4,
      swa_num_key_value_heads: 4,
      moe_intermediate_size: 16,
      n_routed_experts: 2,
      num_experts_per_tok: 1,
      pad_token_id: 0,
    },
  ],
  [
    'dots3_note_text',
    {
      num_hidden_layers: 6,
      sliding_window: W,
      head_dim: 20,
      kv_lora_rank: 24,
      q_lora_rank: 16,
      qk_rope_head_dim: 8,
      qk_nope_head_dim: 12,
      v_head_dim: 12,
      num_key_value_heads: 4,
      swa_num_attention_heads: 4,
      swa_num_key_value_heads: 4,
      swa_q_lora_rank: 16,
      swa_kv_lora_rank: 40,
      swa_head_dim: 20,
      swa_qk_nope_head_dim: 12,
      swa_v_head_dim: 12,
      index_topk: 4,
      index_head_dim: 16,
      index_n_heads: 2,
      first_k_dense_replace: 6,
      n_routed_experts: 2,
      n_group: 1,
      topk_group: 1,
      num_experts_per_tok: 1,
      pad_token_id: 0,
    },
  ],
  ['stablelm'],
  ['glm4', { pad_token_id: 0 }],
  ['cwm', { pad_token_id: 0 }],
];

export const cacheCases: readonly TypeCase[] = TOGETHER.map(([type, changes, id = type]) => {
  const entry = entryOf(type)!;
  const all: Record<string, unknown> = {
    model_type: type,
    ...TINY,
    ...shortened(type),
    ...changes,
  };
  const names = entry.a ?? {};
  return {
    id,
    fields: Object.fromEntries(
      Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [names[name] ?? name, value]),
    ),
  };
});

// ------------------------------------------------------------------------------------------------- our side

export interface OurMask {
  readonly type: string;
  readonly sum: Sum;
}

/** For layers that read keys: only those have a mask. */
export function ourMasks({ fields }: TypeCase): readonly (OurMask | undefined)[] {
  const known = new Map<string, Sum>();
  return readConfig(JSON.stringify(fields)).layers.map(({ type, kind, expression, compressed }) => {
    const shared = compressed !== undefined || type === 'cross_attention';
    if (kind === 'state' || kind === 'none' || shared) return undefined;
    const words = JSON.stringify(expression);
    if (!known.has(words)) {
      const mask = maskOf(expression, T);
      known.set(words, { pairs: pairsOf(mask), crc: crcOf(mask) });
    }
    return { type, sum: known.get(words)! };
  });
}

/**
 * Numbers each layer holds after each of LENGTHS tokens: as allocated, with W tokens if there is a window, and as
 * transformers' dynamic cache keeps them between two steps, with W - 1.
 */
export function ourNumbers({ fields }: TypeCase) {
  const layers = layerFacts(readConfig(JSON.stringify(fields)));
  return LENGTHS.map((tokens) => ({
    tokens,
    provided: layers.map((layer) => numbersAt(layer, tokens)),
    between: layers.map((layer) => numbersAt(layer, tokens, true)),
  }));
}

export const causalOf = ({ fields }: TypeCase): boolean =>
  readConfig(JSON.stringify(fields)).causal;

// ------------------------------------------------------------------------------------------------- both sides

export interface Made {
  readonly masks: Readonly<
    Record<
      string,
      { readonly types: readonly string[]; readonly sums: Readonly<Record<string, Sum>> }
    >
  >;
  readonly caches: Readonly<
    Record<
      string,
      {
        readonly numbers: readonly (readonly number[])[];
        readonly states: readonly (readonly number[])[];
        readonly classes: readonly string[];
      }
    >
  >;
}

/** Keys under which the masks of a layer type are found. */
const MASK_OF: Readonly<Record<string, string>> = {
  hybrid: 'full_attention',
  hybrid_sliding: 'sliding_attention',
};

/**
 * Where transformers' functions differ from what the model does, or its cache keeps more than it reads; these are not
 * compared.
 */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  gpt_neo: 'its window is inside its attention; its masks and its cache know nothing of it',
  mllama_text_model: 'layers of cross-attention are called full; they read the picture',
  deepseek_v4: 'besides, tokens are kept that wait to be compressed, less than two blocks of them',
};

/** Layers run more than once; the config lists each of them once. */
const AGAIN = ['dory', 'hrm_text', 'inkling2_loop_text'];

const isAgain = ({ fields }: TypeCase) => AGAIN.includes(String(fields['model_type']));

/** A cache has the layers of further passes after all others, and no entry for layers that keep nothing. */
const arranged = (of: TypeCase, numbers: readonly number[]): string =>
  JSON.stringify(isAgain(of) ? numbers.filter((one) => one > 0).sort((a, b) => a - b) : numbers);

/**
 * Their name for each of our layers. A pair's config names the layers of its encoder; all those of its decoder are
 * alike.
 */
function typesOf(
  { id }: TypeCase,
  theirs: readonly string[],
  ours: readonly (OurMask | undefined)[],
): readonly string[] {
  if (AGAIN.includes(id)) return ours.map((layer) => layer!.type);
  const alike = new Set(theirs).size === 1 && entryOf(id)?.p !== undefined;
  return alike ? ours.map(() => theirs[0]!) : theirs;
}

/** The model keeps its states, not the cache. */
const OWN_STATES = ['recurrent_gemma'];

/** The differences, in sentences. */
export function compared(made: Made): { readonly wrong: readonly string[]; readonly said: string } {
  const wrong: string[] = [];
  let [masks, caches] = [0, 0];
  for (const one of [...maskCases(), ...changedCases]) {
    const theirs = made.masks[one.id];
    if (!theirs || Object.hasOwn(ELSEWHERE, one.id)) continue;
    const ours = ourMasks(one);
    const types = typesOf(one, theirs.types, ours);
    if (ours.length !== types.length)
      wrong.push(`${one.id}: ${ours.length} layers here, ${types.length} there`);
    const off = ours.findIndex((layer, i) => {
      const type = types[i]!;
      if (!layer) return !/linear|conv|moe|mlp|compressed/.test(type);
      const sum = theirs.sums[type] ?? theirs.sums[MASK_OF[type] ?? ''];
      return sum === undefined || sum.pairs !== layer.sum.pairs || sum.crc !== layer.sum.crc;
    });
    if (off >= 0)
      wrong.push(
        `${one.id}, layer ${off + 1}: ${ours[off]?.type ?? 'no mask'} of ${ours[off]?.sum.pairs ?? 0} pairs here, ${types[off]} of ${theirs.sums[types[off]!]?.pairs ?? '?'} there`,
      );
    masks++;
  }
  for (const one of cacheCases) {
    const theirs = made.caches[one.id];
    if (!theirs || Object.hasOwn(ELSEWHERE, one.id)) continue;
    caches++;
    ourNumbers(one).forEach(({ tokens, between }, i) => {
      if (arranged(one, between) !== arranged(one, theirs.numbers[i]!))
        wrong.push(
          `${one.id} at ${tokens}: ${between.join(' ')} here, ${theirs.numbers[i]!.join(' ')} there`,
        );
    });
    if (OWN_STATES.includes(one.id)) continue;
    const layers = layerFacts(readConfig(JSON.stringify(one.fields)));
    if (isAgain(one)) {
      const [ours, all] = [layers.map((facts) => stateNumbers(facts) ?? -1), theirs.states.at(-1)!];
      if (arranged(one, ours) !== arranged(one, all))
        wrong.push(`${one.id}: states of ${ours.join(' ')} here, of ${all.join(' ')} there`);
      continue;
    }
    layers.forEach((facts, layer) => {
      const sizes = new Set(theirs.states.map((one) => one[layer]));
      const ours = stateNumbers(facts);
      if (sizes.size !== 1 || !sizes.has(ours))
        wrong.push(
          `${one.id}, layer ${layer + 1}: a state of ${ours} numbers here, of ${[...sizes].join(', ')} there`,
        );
    });
  }
  return { wrong, said: `${masks} model types with the same masks asked, ${caches} caches` };
}
