/** @file What the page says about which configs can be opened matches what happens to them. */
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { readConfig } from '../../src/masks/configs';
import { CLASS_OF, rules } from '../../src/masks/configType';
import { nestingTypes, openedTypes, refusedTypes } from '../../src/masks/configTable';
import { answerFor, counts, reasons } from '../../src/masks/whichConfigs';

/** A file with every size, under all names that a family may use. */
const SIZES = {
  ...{ num_hidden_layers: 4, n_layer: 4, num_layers: 4, num_attention_heads: 8, n_head: 8 },
  ...{ num_key_value_heads: 2, num_attention_groups: 2, hidden_size: 512, n_embd: 512 },
  ...{ kv_channels: 64, num_key_value_heads_per_layer: [1, 2, 4, 8] },
  block_configs: Array(4).fill({ attention: { n_heads_in_group: 4 } }),
};

describe('the page says of a model type', () => {
  test('that it opens, if its code comes with its weights, and it does', () => {
    const remote = rules.all.flatMap(({ alone, modelTypes }) => (alone ? modelTypes : []));
    const all = [...remote, ...Object.keys(CLASS_OF)].filter((type) => type !== 'zebra');
    expect(all.length).toBeGreaterThan(30);
    for (const model_type of all) {
      expect(answerFor(model_type)).toMatch(` opens`);
      const fields = {
        ...SIZES,
        model_type,
        ...(model_type === 'kimi_k2' && { kv_lora_rank: 64 }),
      };
      expect(readConfig(JSON.stringify(fields)).layers.length, model_type).toBeGreaterThan(1);
    }
  });

  test('that it opens or is refused, for all types of the table, in the words of the refusal', () => {
    for (const type of [...openedTypes(), ...nestingTypes()])
      expect(answerFor(type)).toMatch(/^\S+ opens[;:]/);
    for (const model_type of refusedTypes().filter((type) => type !== 'longcat_flash')) {
      const reason = /is refused: (.*)$/.exec(answerFor(model_type))![1]!;
      const open = () => readConfig(JSON.stringify({ model_type }));
      expect(open).toThrow(InputError);
      expect(open).toThrow(reason);
    }
  });

  test('that it is unknown', () => {
    expect(answerFor('zzz9')).toMatch(/is not known/);
    expect(answerFor('constructor')).toMatch(/is not known/);
  });
});

test('all model types of transformers are counted, each once, and each refusal with its reason', () => {
  const { opened, nesting, refused, remote } = counts();
  expect(opened + nesting + refused).toBe(
    openedTypes().length + nestingTypes().length + refusedTypes().length,
  );
  expect(reasons().reduce((sum, [, count]) => sum + count, 0)).toBe(refused);
  expect(remote).toBeGreaterThan(30);
});
