/** @file Every model type that transformers knows opens with the defaults of its class, or is refused by name. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { readConfig } from '../../src/masks/configs';
import { cacheBytesAt, flopsPerTokenAt, stateBytes } from '../../src/masks/configCosts';
import { bytesOfKind, kindsOf } from '../../src/masks/configKinds';
import {
  nestingTypes,
  openedTypes,
  reasonAgainst,
  refusedTypes,
} from '../../src/masks/configTable';
import { NAMED } from '../../scripts/interop/configTypes';

const of = (fields: Record<string, unknown>) => readConfig(JSON.stringify(fields));
const messageOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
};

/** Read by a rule because its class says too little. */
const BY_RULE = ['longcat_flash'];

describe('a model type of the table', () => {
  test('comes from the complete list of transformers, and is listed once', () => {
    const all = [...openedTypes(), ...nestingTypes(), ...refusedTypes()];
    expect(all.length).toBe(new Set(all).size);
    expect(all.length).toBeGreaterThanOrEqual(800);
  });

  test('opens from its name alone, with the defaults of its class', () => {
    const refused = [...openedTypes(), ...nestingTypes()].flatMap((model_type) => {
      const message = messageOf(() => of({ model_type }));
      return message === undefined ? [] : [`${model_type}: ${message}`];
    });
    expect(refused.filter((one) => !NAMED.includes(one.split(':')[0]!))).toEqual([]);
    expect(refused.length).toBeLessThanOrEqual(NAMED.length + 4);
  });

  test('keeps what its kinds of layers keep, and every mask can be written and read', () => {
    for (const model_type of openedTypes()) {
      if (NAMED.includes(model_type)) continue;
      const config = of({ model_type });
      const kinds = kindsOf(config);
      expect(kinds.reduce((sum, { count }) => sum + count, 0)).toBe(config.layers.length);
      const sum = kinds.reduce(
        (bytes, kind) => bytes + bytesOfKind(kind, 5000, 2, config.source?.tokens),
        0,
      );
      const kept = cacheBytesAt(config, 5000) + stateBytes(config);
      expect(kept, model_type).toBe(config.causal ? sum : 0);
      expect(flopsPerTokenAt(config, 100), model_type).toBeGreaterThan(0);
      for (const { layer } of kinds)
        expect(read(write(layer.expression)), model_type).toEqual(layer.expression);
    }
  });

  test('is otherwise refused by its name, with the reason', () => {
    for (const model_type of refusedTypes().filter((one) => !BY_RULE.includes(one))) {
      const message = messageOf(() => of({ model_type, num_hidden_layers: 4 }));
      expect(message).toBe(`model_type is "${model_type}": ${reasonAgainst(model_type)}`);
    }
  });
});

describe('a model type newer than the table', () => {
  const SIZES = { num_hidden_layers: 6, num_attention_heads: 8, hidden_size: 64 };
  test.each([
    ['qwen3_9_text', 'qwen3'],
    ['llama5', 'llama'],
    ['gemma5_text', 'gemma'],
    ['deepseek_v9', 'deepseek'],
  ])('%s is read like %s, with a doubt', (model_type, like) => {
    const config = of({ model_type, ...SIZES });
    expect(config.family.startsWith(like)).toBe(true);
    expect(config.doubt).toMatch(
      new RegExp(`model_type is "${model_type}", which .* does not know; it is read as ${like}`),
    );
  });
  test('without a doubt if it is known', () => {
    expect(of({ model_type: 'llama' }).doubt).toBeUndefined();
  });
  test('is refused if it resembles none, or has no sizes', () => {
    expect(messageOf(() => of({ model_type: 'zzz9', ...SIZES }))).toMatch(/does not know/);
    expect(messageOf(() => of({ model_type: 'llama5' }))).toMatch(/does not know.* no num_hidden/);
  });
  test('is refused if its fields do not match any model of its name', () => {
    const latent = { ...SIZES, kv_lora_rank: 16 };
    expect(messageOf(() => of({ model_type: 'llama5', ...latent }))).toMatch(/does not know/);
    const states = { ...SIZES, linear_num_key_heads: 2 };
    expect(messageOf(() => of({ model_type: 'gemma5_text', ...states }))).toMatch(/does not know/);
    expect(of({ model_type: 'deepseek_v9', ...latent }).layers[0]!.latent).toBe(true);
  });
  test('is judged by its architecture before its name', () => {
    const config = of({
      model_type: 'zzz9',
      architectures: ['DeepseekV3ForCausalLM'],
      ...SIZES,
      kv_lora_rank: 16,
      qk_nope_head_dim: 8,
      v_head_dim: 8,
    });
    expect(config.family).toBe('deepseek-v3');
    expect(config.doubt).toMatch(/read as deepseek_v3, by its architectures/);
    expect(config.layers[0]).toMatchObject({ latent: true, keyDim: 16 });
    const other = { model_type: 'zzz9', architectures: ['DeepseekV3ForCausalLM'], ...SIZES };
    expect(messageOf(() => of(other))).toMatch(/does not know/);
  });
  test('takes no size from the class of the other', () => {
    const config = of({ model_type: 'qwen3_9_text', ...SIZES });
    expect(config).toMatchObject({ kvHeads: 8, headDim: 8, defaults: [] });
    expect(config.vocabulary).toBeUndefined();
  });
});

describe('bad fields', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      '100,000 layers',
      { model_type: 'llama', num_hidden_layers: 100_000 },
      /num_hidden_layers is 100000; .* 1 to 128/,
    ],
    ['a window below none', { model_type: 'mistral', sliding_window: -1 }, /sliding_window is -1/],
    [
      'a window in words',
      { model_type: 'gpt_oss', sliding_window: 'wide' },
      /sliding_window is "wide"/,
    ],
    [
      'too few layer types',
      { model_type: 'qwen3_next', num_hidden_layers: 4, layer_types: ['full_attention'] },
      /layer_types names 1 layers, num_hidden_layers is 4/,
    ],
    [
      'unknown layer types',
      { model_type: 'llama', num_hidden_layers: 1, layer_types: ['magic'] },
      /says "magic" of layer 1/,
    ],
    [
      'layer types of another model',
      { model_type: 'llama', num_hidden_layers: 1, layer_types: ['conv'] },
      /says "conv" of layer 1/,
    ],
    [
      'a pattern in other signs',
      { model_type: 'nemotron_h', hybrid_override_pattern: 'M?M' },
      /says "\?" of layer 2/,
    ],
    [
      'a pattern of another length',
      { model_type: 'nemotron_h', hybrid_override_pattern: 'M*', num_hidden_layers: 3 },
      /names 2 layers, num_hidden_layers is 3/,
    ],
    [
      'a switch in words',
      { model_type: 'qwen3', use_sliding_window: 'yes' },
      /use_sliding_window is "yes"/,
    ],
    [
      'more shared layers than there are',
      { model_type: 'gemma3n_text', num_kv_shared_layers: 99 },
      /num_kv_shared_layers is 99/,
    ],
    [
      'layers that share keys of a kind no layer before them has',
      { model_type: 'gemma3n_text', num_hidden_layers: 6, num_kv_shared_layers: 2 },
      /num_kv_shared_layers is 2 of 6, and none of the first 4 is full_attention/,
    ],
    ['a latent of nothing', { model_type: 'deepseek_v3', kv_lora_rank: 0 }, /kv_lora_rank is 0/],
    [
      'only states',
      { model_type: 'qwen3_next', num_hidden_layers: 1, layer_types: ['linear_attention'] },
      /all 1 layers are without attention/,
    ],
    ['params.json without heads', { dim: 64, n_layers: 2, n_heads: 0 }, /num_attention_heads is 0/],
  ])('%s: refused with what was given', (_, fields, words) => {
    expect(messageOf(() => of(fields))).toMatch(words);
  });

  test('with any field values in any model type the file is read whole or refused in a sentence', () => {
    const types = [...openedTypes(), ...nestingTypes()];
    const field = fc.constantFrom(
      ...[
        'num_hidden_layers',
        'num_attention_heads',
        'num_key_value_heads',
        'head_dim',
        'hidden_size',
      ],
      ...['sliding_window', 'layer_types', 'layers_block_type', 'text_config', 'rope_parameters'],
      ...['per_layer_config', 'attention_types', 'hybrid_override_pattern', 'attn_layer_indices'],
      ...[
        'full_attn_idxs',
        'kv_lora_rank',
        'compress_rates',
        'compress_ratios',
        'num_kv_shared_layers',
      ],
      ...['use_bidirectional_attention', 'no_rope_layers', 'cross_attention_layers', 'block_types'],
      ...[
        'attn_layer_period',
        'max_window_layers',
        'use_sliding_window',
        'local_attention',
        'n_layers',
        'dim',
      ],
      ...['full_attention_interval', 'sliding_window_pattern', '__proto__', 'model_type'],
    );
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, 0, -1, 1, 1e308, 2 ** 53, '', true, [], {}, ['full_attention'], 'M*M'),
      fc.integer({ min: 1, max: 130 }),
      fc.array(
        fc.constantFrom('full_attention', 'sliding_attention', 'linear_attention', 'mamba', 0, 1),
        {
          maxLength: 40,
        },
      ),
      fc.dictionary(fc.constantFrom('0', '3', 'head_dim', 'full_attention'), fc.jsonValue()),
    );
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.tuple(field, odd), { maxLength: 4 }),
        (model_type, changes) => {
          const text = `{"model_type":${JSON.stringify(model_type)}${changes
            .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
            .join('')}}`;
          try {
            const config = readConfig(text);
            taken++;
            expect(Number.isFinite(cacheBytesAt(config, 1000))).toBe(true);
            expect(Number.isFinite(flopsPerTokenAt(config, 1000))).toBe(true);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            expect(error.message).not.toMatch(/undefined|NaN|\n/);
            expect(error.message.length).toBeLessThan(500);
          }
        },
      ),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(150);
  });
});
