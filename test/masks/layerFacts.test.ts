/**
 * @file What layers keep, in numbers: tokens between steps and within one, entries, latents, and states of constant
 * size.
 */
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { readConfig } from '../../src/masks/configs';
import { cacheBytesAt, stateBytes } from '../../src/masks/configCosts';
import { unknownStates } from '../../src/masks/configCosts';
import { openedTypes } from '../../src/masks/configTable';
import {
  heldAt,
  layerFacts,
  layerSorts,
  numbersAt,
  stateNumbers,
  type LayerFacts,
} from '../../src/masks/layerFacts';
import { NAMED } from '../../scripts/interop/configTypes';

const of = (fields: Record<string, unknown>) => readConfig(JSON.stringify(fields));
const facts = (fields: Record<string, unknown>) => layerFacts(of(fields));
const first = (all: readonly LayerFacts[], type: string) => all.find((one) => one.type === type)!;

test('facts are computed once per config, and the counts of its kinds of layers add up to all layers', () => {
  const config = of({ model_type: 'gemma3_text', num_hidden_layers: 26, sliding_window: 512 });
  expect(layerFacts(config)).toBe(layerFacts(config));
  expect(layerSorts(config).map(({ facts, count }) => [facts.type, count])).toEqual([
    ['sliding_attention', 22],
    ['full_attention', 4],
  ]);
});

describe('tokens that a layer holds', () => {
  const all = facts({ model_type: 'gemma3_text', sliding_window: 512 });
  const local = first(all, 'sliding_attention');
  const global = first(all, 'full_attention');

  test('are W behind a window while a step computes, and W - 1 between two steps', () => {
    expect([1, 511, 512, 513, 9000].map((T) => heldAt(local, T))).toEqual([1, 511, 512, 512, 512]);
    expect([1, 511, 512, 513, 9000].map((T) => heldAt(local, T, true))).toEqual([
      1, 511, 511, 511, 511,
    ]);
  });

  test('are all tokens in a global layer, at both times', () => {
    expect(heldAt(global, 9000)).toBe(9000);
    expect(heldAt(global, 9000, true)).toBe(9000);
  });

  test('make the two sizes of a cache differ by one token in each layer with a window', () => {
    const config = of({ model_type: 'gemma3_text', sliding_window: 512 });
    const windows = all.filter(({ kind }) => kind === 'local').length;
    const token = local.perToken * 2;
    expect(windows).toBe(22);
    expect(cacheBytesAt(config, 9000) - cacheBytesAt(config, 9000, 2, true)).toBe(windows * token);
  });

  test('are those read again later, by counting, for any mask', () => {
    const rule = 'causal & (window(3) | sink(2))';
    const [layer] = facts({
      model_type: 'zebra',
      num_hidden_layers: 1,
      num_attention_heads: 2,
      hidden_size: 8,
      layer_types: ['masked_attention'],
      layer_masks: [rule],
    });
    // A late query reads 2 sinks and 3 of the window, itself included.
    const mask = maskOf(layer!.layer.expression, 40);
    expect(mask.row(39)).toEqual([0, 2, 37, 40]);
    expect(heldAt(layer!, 20)).toBe(5);
    expect(numbersAt(layer!, 20)).toBe(heldAt(layer!, 20) * 2 * 2 * 4);
  });
});

describe('a layer that keeps no keys of its own', () => {
  test('shares those of the layer it names', () => {
    const all = facts({ model_type: 'gemma3n_text' });
    const shared = all.filter(({ sharedWith }) => sharedWith !== undefined);
    expect(shared).toHaveLength(15);
    for (const one of shared) {
      expect(numbersAt(one, 1000)).toBe(0);
      expect(all[one.sharedWith!]!.type).toBe(one.type);
      expect(numbersAt(all[one.sharedWith!]!, 1000)).toBeGreaterThan(0);
    }
  });

  test('keeps nothing at all in an encoder', () => {
    for (const one of facts({ model_type: 'modernbert' }))
      expect([numbersAt(one, 1000), stateNumbers(one)]).toEqual([0, 0]);
  });
});

describe('FLOPs of one query and one key', () => {
  test('are two per number compared and two per number read, in every query head', () => {
    expect(facts({ model_type: 'llama' })[0]!.flopsPerPair).toBe(4 * 32 * 128);
    // DeepSeek V3: 128 heads, compared by 128 + 64 numbers, values of 128.
    const [latent] = facts({ model_type: 'deepseek_v3' });
    expect(latent!.flopsPerPair).toBe(2 * 128 * (192 + 128));
    expect(latent!.perToken).toBe(512 + 64);
  });

  test('count the heads of the layer, if those with a window have others', () => {
    const all = facts({ model_type: 'inkling2_text', swa_num_attention_heads: 24 });
    expect(first(all, 'hybrid_sliding').heads).toBe(24);
    expect(first(all, 'hybrid').heads).toBe(48);
    expect(first(all, 'hybrid_sliding').flopsPerPair).toBe(2 * 24 * (128 + 128));
  });
});

describe('a state', () => {
  /** By hand, from the shapes in the papers and released files. */
  test.each<[string, Record<string, unknown>, string, number]>([
    // Qwen3-Next: 16 heads of keys, 32 of values, 128 wide; a convolution of 4.
    [
      'gated DeltaNet',
      { model_type: 'qwen3_next' },
      'linear_attention',
      (2 * 16 * 128 + 32 * 128) * 4 + 32 * 128 * 128,
    ],
    // Jamba: 2 · 4,096 numbers, 16 for each, a convolution of 4.
    ['Mamba', { model_type: 'jamba' }, 'linear_attention', 8192 * 4 + 8192 * 16],
    // Nemotron-H: 128 heads of 64, 8 groups, 128 for each.
    [
      'Mamba 2',
      { model_type: 'nemotron_h', hybrid_override_pattern: 'M*' },
      'linear_attention',
      (8192 + 2 * 8 * 128) * 4 + 8192 * 128,
    ],
    ['a short convolution', { model_type: 'lfm3' }, 'conv', 2048 * 7],
    ['a gated recurrence', { model_type: 'recurrent_gemma' }, 'linear_attention', 2560 * 3 + 2560],
    ['lightning attention', { model_type: 'minimax' }, 'linear_attention', 32 * 128 * 128],
    [
      'Mamba 2 beside attention',
      { model_type: 'falcon_h1' },
      'hybrid',
      (1024 + 512) * 4 + 1024 * 256,
    ],
  ])('of %s has a size that does not depend on the length', (_, fields, type, numbers) => {
    const all = facts(fields);
    expect(stateNumbers(first(all, type))).toBe(numbers);
    const config = of(fields);
    const layers = all.filter((one) => stateNumbers(one) === numbers).length;
    expect(stateBytes(config)).toBe(layers * numbers * 2);
    expect(stateBytes(config, 4)).toBe(layers * numbers * 4);
  });

  test('is missing in an attention layer, and not part of the bytes of keys and values', () => {
    expect(stateBytes(of({ model_type: 'llama' }))).toBe(0);
    const config = of({ model_type: 'qwen3_next' });
    expect(cacheBytesAt(config, 4096)).toBe(12 * 4096 * 2 * (256 + 256) * 2);
  });

  test('has a size in all model types of the table but one, which says that its size is unknown', () => {
    const unknown = openedTypes().filter(
      (model_type) => !NAMED.includes(model_type) && unknownStates(of({ model_type })) > 0,
    );
    expect(unknown).toEqual(['qwen4_exp_text']);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'heads',
      { model_type: 'qwen3_next', linear_num_value_heads: 0 },
      /linear_num_value_heads is 0/,
    ],
    ['a kernel', { model_type: 'lfm3', conv_L_cache: 'long' }, /conv_L_cache is "long"/],
    ['a factor', { model_type: 'jamba', mamba_expand: -2 }, /mamba_expand is -2/],
  ])('of odd %s is refused with the given value', (_, fields, words) => {
    expect(() => of(fields)).toThrow(words);
  });
});
