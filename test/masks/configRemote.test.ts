/**
 * @file Configs of models whose code comes with their weights: read if a rule can, otherwise refused with the reason.
 */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/masks/configs';
import type { ConfigLayers } from '../../src/masks/configLayer';
import { cacheBytesAt, stateBytes } from '../../src/masks/configCosts';
import { layerFacts } from '../../src/masks/layerFacts';

const of = (fields: Record<string, unknown>) => readConfig(JSON.stringify(fields));
const LETTER = { global: 'G', local: 'S', chunked: 'C', masked: 'M', state: 'L', none: '-' };
const stripes = ({ layers }: ConfigLayers) => layers.map(({ kind }) => LETTER[kind]).join('');
const SIZES = { num_hidden_layers: 4, num_attention_heads: 8, hidden_size: 512 };

describe('Kimi Linear as released', () => {
  // 27 layers, three of delta attention to one of MLA, and MLA last; counted from 1.
  const full = [4, 8, 12, 16, 20, 24, 27];
  const kda = Array.from({ length: 27 }, (_, i) => i + 1).filter((one) => !full.includes(one));
  const file = {
    model_type: 'kimi_linear',
    num_hidden_layers: 27,
    linear_attn_config: {
      full_attn_layers: full,
      kda_layers: kda,
      head_dim: 128,
      num_heads: 32,
      short_conv_kernel_size: 4,
    },
  };

  test('has the layers its file names, not those of its class', () => {
    expect(stripes(of(file))).toBe('LLLG'.repeat(6) + 'LLG');
    expect(stripes(of({ model_type: 'kimi_linear' }))).toBe('L' + 'LLLG'.repeat(6) + 'LL');
  });

  test('keeps a latent in seven of them, and a state of 573,440 numbers in twenty', () => {
    const config = of(file);
    expect(cacheBytesAt(config, 1000)).toBe(7 * 1000 * (512 + 64) * 2);
    expect(stateBytes(config)).toBe(20 * (32 * 128 * 128 + 3 * 32 * 128 * 4) * 2);
  });

  test('is refused if the two lists do not add up to the layers', () => {
    const odd = { ...file, linear_attn_config: { full_attn_layers: [4], kda_layers: [1, 2, 4] } };
    expect(() => of(odd)).toThrow(
      /name 4 layers; together they should name each from 1 to 27 once/,
    );
  });
});

test('Zamba 2 as released names its layers under their old name', () => {
  const config = of({
    model_type: 'zamba2',
    num_hidden_layers: 5,
    layers_block_type: ['mamba', 'mamba', 'hybrid', 'mamba', 'hybrid'],
  });
  expect(stripes(config)).toBe('LLGLG');
  expect(config.layers[2]!.state).toBe('linear');
});

describe('a model with code of its own', () => {
  test.each<[string, Record<string, unknown>, string, number, number]>([
    ['internlm2', { ...SIZES, num_key_value_heads: 2 }, 'GGGG', 2, 64],
    ['baichuan', SIZES, 'GGGG', 8, 64],
    ['bailing_moe', { ...SIZES, num_key_value_heads: 4, head_dim: 32 }, 'GGGG', 4, 32],
    ['qwen', { ...SIZES, kv_channels: 64 }, 'GGGG', 8, 64],
    [
      'chatglm',
      {
        num_layers: 3,
        num_attention_heads: 8,
        hidden_size: 512,
        kv_channels: 128,
        multi_query_attention: true,
        multi_query_group_num: 2,
      },
      'GGG',
      2,
      128,
    ],
    ['RefinedWeb', { n_layer: 2, n_head: 8, n_head_kv: 4, hidden_size: 512 }, 'GG', 4, 64],
    [
      'RefinedWebModel',
      { n_layer: 2, n_head: 8, multi_query: true, hidden_size: 512 },
      'GG',
      1,
      64,
    ],
    ['jais', { n_layer: 2, n_head: 8, n_embd: 512 }, 'GG', 8, 64],
    ['phi-msft', { n_layer: 2, n_head: 8, n_head_kv: null, n_embd: 512 }, 'GG', 8, 64],
    ['step3_text', { ...SIZES, num_attention_groups: 1, head_dim: 256 }, 'GGGG', 1, 256],
    ['mimo', { ...SIZES, num_key_value_heads: 2 }, 'GGGG', 2, 64],
    ['phi4mm', { ...SIZES, num_key_value_heads: 2, sliding_window: 64 }, 'SSSS', 2, 64],
    ['llava_qwen', { ...SIZES, num_key_value_heads: 2 }, 'GGGG', 2, 64],
  ])('%s: its layers, heads and widths', (model_type, fields, letters, kvHeads, headDim) => {
    const config = of({ model_type, ...fields });
    expect(stripes(config)).toBe(letters);
    expect(config).toMatchObject({ kvHeads, headDim });
    expect(config.notes.join(' ')).toContain(`the code of ${model_type} comes with its weights`);
    expect(config.doubt).toBeUndefined();
  });

  test('has its sizes in the file: none comes from another class', () => {
    expect(() => of({ model_type: 'internlm2' })).toThrow(/num_hidden_layers is missing/);
  });

  test('Kimi K2 is a DeepSeek V3: one latent for all heads', () => {
    const config = of({ model_type: 'kimi_k2', num_hidden_layers: 61, num_attention_heads: 64 });
    expect(config.layers[0]).toMatchObject({ latent: true, kvHeads: 1, keyDim: 512, valueDim: 64 });
    expect(config.family).toBe('deepseek-v3');
  });

  test('LongCat has attention twice in each block', () => {
    const config = of({
      model_type: 'longcat_flash',
      num_layers: 28,
      num_attention_heads: 64,
      hidden_size: 6144,
      kv_lora_rank: 512,
      qk_rope_head_dim: 64,
      qk_nope_head_dim: 128,
      v_head_dim: 128,
    });
    expect(config.layers).toHaveLength(56);
    expect(cacheBytesAt(config, 1)).toBe(56 * 576 * 2);
  });

  test('MiniMax-Text marks its softmax layers with ones; the others keep a matrix for each head', () => {
    const config = of({
      model_type: 'minimax_text_01',
      num_hidden_layers: 8,
      num_attention_heads: 8,
      num_key_value_heads: 2,
      hidden_size: 512,
      head_dim: 64,
      attn_type_list: [0, 0, 0, 0, 0, 0, 0, 1],
    });
    expect(stripes(config)).toBe('LLLLLLLG');
    expect(stateBytes(config)).toBe(7 * 8 * 64 * 64 * 2);
  });

  test('Hunyuan shares keys and values between neighbouring layers if use_cla says so', () => {
    const file = { model_type: 'hunyuan', ...SIZES, num_key_value_heads: 2, use_cla: true };
    const config = of({ ...file, cla_share_factor: 2 });
    expect(layerFacts(config).map((one) => one.sharedWith)).toEqual([undefined, 0, undefined, 2]);
    expect(cacheBytesAt(config, 10)).toBe(2 * 10 * 2 * 2 * 64 * 2);
    expect(cacheBytesAt(of({ ...file, use_cla: false }), 10)).toBe(4 * 10 * 2 * 2 * 64 * 2);
  });

  test('Nemotron from a search has layers with heads of their own, and layers without attention', () => {
    const block = (attention: object) => ({ attention, ffn: {} });
    const config = of({
      model_type: 'nemotron-nas',
      ...SIZES,
      block_configs: [
        block({ n_heads_in_group: 4, no_op: false, replace_with_linear: false }),
        block({ n_heads_in_group: null, no_op: true, replace_with_linear: false }),
        block({ n_heads_in_group: null, no_op: false, replace_with_linear: true }),
        block({ n_heads_in_group: 8, no_op: false, replace_with_linear: false }),
      ],
    });
    expect(stripes(config)).toBe('G--G');
    expect(cacheBytesAt(config, 10)).toBe((2 + 1) * 10 * 2 * 64 * 2);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'the first ChatGLM',
      { model_type: 'chatglm', ...SIZES, position_encoding_2d: true },
      /reads its prompt in both directions/,
    ],
    ['Phi-3 small', { model_type: 'phi3small', ...SIZES }, /"phi3small": each head reads blocks/],
    [
      'blocks of another count',
      { model_type: 'nemotron-nas', ...SIZES, block_configs: [] },
      /a list of 0; it should be a list of 4/,
    ],
    [
      'a group that does not divide',
      {
        model_type: 'nemotron-nas',
        ...SIZES,
        block_configs: Array(4).fill({ attention: { n_heads_in_group: 3 } }),
      },
      /n_heads_in_group is 3 in layer 1/,
    ],
    [
      'unknown code',
      { model_type: 'zzz', auto_map: {}, ...SIZES },
      /does not know; its code comes with its weights/,
    ],
  ])('%s is refused with the reason', (_, fields, words) => {
    expect(() => of(fields)).toThrow(words);
  });

  test('a language model under a name other than text_config is found', () => {
    const inner = { model_type: 'qwen2', ...SIZES, num_key_value_heads: 2 };
    for (const name of ['llm_config', 'language_config'])
      expect(of({ model_type: 'internvl_chat', [name]: inner })).toMatchObject({
        family: 'qwen2',
        kvHeads: 2,
      });
  });
});
