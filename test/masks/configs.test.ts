/** @file Configs of released models: which layer reads what, what it costs at any length, and hostile files. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { readConfig } from '../../src/masks/configs';
import type { ConfigLayers } from '../../src/masks/configLayer';
import { cacheBytesAt, flopsPerTokenAt, pairsAt } from '../../src/masks/configCosts';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { pairsOf } from '../../src/attention/mask';
import { count } from '../../src/attention/runs';

const files = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>('../fixtures/configs/*.json', {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ).map(([path, text]) => [path.split('/').at(-1)!.replace('.json', ''), text]),
);
const fieldsOf = (name: string) => JSON.parse(files[name]!) as Record<string, unknown>;
const changed = (name: string, fields: Record<string, unknown>) =>
  readConfig(JSON.stringify({ ...fieldsOf(name), ...fields }));
const stripes = ({ layers }: ConfigLayers) =>
  layers
    .map(
      ({ kind }) =>
        ({ global: 'G', local: 'S', chunked: 'C', masked: 'M', state: 'L', none: '-' })[kind],
    )
    .join('');
const written = ({ layers }: ConfigLayers) => [
  ...new Set(layers.map(({ expression }) => write(expression))),
];

/** family, stripes, heads, key-value heads, d, masks */
const EXPECTED: Record<string, readonly [string, string, number, number, number, string[]]> = {
  'llama-3.1-8b': ['llama', 'G'.repeat(32), 32, 8, 128, ['causal']],
  'mistral-7b-v0.1': ['mistral', 'S'.repeat(32), 32, 8, 128, ['causal & window(4096)']],
  'mistral-7b-v0.3': ['mistral', 'G'.repeat(32), 32, 8, 128, ['causal']],
  'gemma-2-2b': ['gemma2', 'SG'.repeat(13), 8, 4, 256, ['causal & window(4096)', 'causal']],
  'gemma-3-1b': [
    'gemma3',
    'SSSSSG'.repeat(4) + 'SS',
    4,
    1,
    256,
    ['causal & window(512)', 'causal'],
  ],
  'gemma-3-4b': [
    'gemma3',
    'SSSSSG'.repeat(5) + 'SSSS',
    8,
    4,
    256,
    ['causal & window(1024)', 'causal'],
  ],
  'gpt-oss-20b': ['gpt-oss', 'SG'.repeat(12), 64, 8, 64, ['causal & window(128)', 'causal']],
  'qwen2.5-7b': ['qwen2', 'G'.repeat(28), 28, 4, 128, ['causal']],
  'qwen3-8b': ['qwen3', 'G'.repeat(36), 32, 8, 128, ['causal']],
  'command-r7b': ['cohere2', 'SSSG'.repeat(8), 32, 8, 128, ['causal & window(4096)', 'causal']],
  'olmo-3-7b': ['olmo3', 'SSSG'.repeat(8), 32, 32, 128, ['causal & window(4096)', 'causal']],
  'modernbert-base': [
    'modernbert',
    'GSS'.repeat(7) + 'G',
    12,
    12,
    64,
    ['~causal', 'window(65) & !ahead(65)'],
  ],
  'llama-4-scout': ['llama4', 'CCCG'.repeat(12), 40, 8, 128, ['causal & chunk(8192)', 'causal']],
  'zebra-fields': ['zebra', 'GSSS'.repeat(8), 32, 32, 128, ['causal', 'causal & window(513)']],
};

describe('a released config', () => {
  test('every file is expected here', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(files).sort());
  });

  test.each(Object.keys(EXPECTED))('%s is read layer by layer', (name) => {
    const [family, pattern, heads, kvHeads, headDim, masks] = EXPECTED[name]!;
    const config = readConfig(files[name]!);
    expect(config).toMatchObject({ family, heads, kvHeads, headDim });
    expect(stripes(config)).toBe(pattern);
    expect(written(config)).toEqual(masks);
    for (const text of masks) expect(write(read(text))).toBe(text);
    expect(config.convention).toMatch(/^\S.*[^.]$/);
  });

  test('Gemma 3 1B needs a sixth of the cache of global layers, at its longest context', () => {
    const config = readConfig(files['gemma-3-1b']!);
    // 4 global layers of 32,768 keys and 22 of 512; one key-value head of 256 numbers, 2 bytes each, keys and values.
    expect(cacheBytesAt(config, 32_768)).toBe((4 * 32_768 + 22 * 512) * 2 * 256 * 2);
    expect(cacheBytesAt(config, 32_768, 1)).toBe((4 * 32_768 + 22 * 512) * 2 * 256);
  });

  test('defaults used for missing fields are reported', () => {
    expect(readConfig(files['gemma-3-4b']!).defaults.join('; ')).toMatch(
      /num_attention_heads is not in the file; Gemma 3 has 8/,
    );
    const { sliding_window: _, ...rest } = fieldsOf('mistral-7b-v0.1');
    const config = readConfig(JSON.stringify(rest));
    expect(written(config)).toEqual(['causal & window(4096)']);
    expect(config.defaults.join()).toMatch(/sliding_window is not in the file; .* has 4096/);
  });

  test('Qwen 2 has its window if it is switched on, from max_window_layers on', () => {
    const on = { use_sliding_window: true, sliding_window: 1024, max_window_layers: 20 };
    expect(stripes(changed('qwen2.5-7b', on))).toBe('G'.repeat(20) + 'S'.repeat(8));
  });

  test('layer_types called zebra count the query itself', () => {
    const config = readConfig(
      JSON.stringify({
        model_type: 'zebra',
        num_hidden_layers: 2,
        num_attention_heads: 4,
        hidden_size: 64,
        sliding_window: 16,
        layer_types: ['full_attention', 'sliding_attention'],
      }),
    );
    expect(written(config)).toEqual(['causal', 'causal & window(16)']);
  });

  test('a window wider than any sequence here is capped at the number of tokens', () => {
    const config = changed('mistral-7b-v0.1', { sliding_window: 1_000_000 });
    expect(written(config)).toEqual(['causal & window(16384)']);
    expect(cacheBytesAt(config, 2_000_000)).toBe(cacheBytesAt(config, 1_000_000));
  });
});

describe('its costs, by closed forms', () => {
  const SMALL: Record<string, Record<string, unknown>> = {
    'llama-3.1-8b': {},
    'gemma-3-1b': { sliding_window: 5 },
    'modernbert-base': { local_attention: 9 },
    'llama-4-scout': {},
    'zebra-fields': { window_size: 3 },
  };
  const small = (name: string) => {
    if (name !== 'llama-4-scout') return changed(name, SMALL[name]!);
    const inner = fieldsOf(name)['text_config'] as Record<string, unknown>;
    return changed(name, { text_config: { ...inner, attention_chunk_size: 6 } });
  };

  test.each(Object.keys(SMALL))('of %s equal those of its masks, row by row', (name) => {
    const config = small(name);
    for (const T of [1, 2, 3, 5, 6, 7, 12, 23]) {
      let [pairs, keys] = [0, 0];
      for (const layer of config.layers) {
        const mask = maskOf(layer.expression, T);
        expect(pairsAt(layer, config.causal, T), `${layer.kind} at ${T}`).toBe(pairsOf(mask));
        pairs += pairsOf(mask);
        keys += Math.max(...Array.from({ length: T }, (_, q) => count(mask.row(q))));
      }
      expect(flopsPerTokenAt(config, T)).toBeCloseTo(
        (4 * pairs * config.heads * config.headDim) / T,
        6,
      );
      expect(cacheBytesAt(config, T)).toBe(
        config.causal ? 2 * keys * config.kvHeads * config.headDim * 2 : 0,
      );
    }
    expect(flopsPerTokenAt(config, 0)).toBe(0);
    expect(cacheBytesAt(config, 0)).toBe(0);
  });
});

describe('an invalid config', () => {
  const layers = (kinds: string[]) => ({ layer_types: kinds });
  test.each<[string, () => unknown, RegExp]>([
    ['nothing', () => readConfig(''), /the config is not complete JSON/],
    ['half a file', () => readConfig('{"model_type": "lla'), /not complete JSON/],
    ['a list', () => readConfig('[]'), /the config is a list; it should be an object/],
    ['a very long file', () => readConfig(' '.repeat(2 ** 24 + 1)), /16777217 characters long/],
    ['a bomb', () => readConfig('['.repeat(500_000)), /not complete JSON|is a list/],
    [
      'a nested bomb',
      () => readConfig(`${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
      /model_type|JSON/,
    ],
    ['no family', () => readConfig('{}'), /has no model_type; open .* of llama, mistral/],
    [
      'an encoder that is not drawn',
      () => readConfig('{"model_type":"pegasus_x"}', 'encoder'),
      /the encoder of pegasus_x is not drawn: its layers read blocks of their own/,
    ],
    [
      'DETR',
      () => readConfig('{"model_type":"detr"}'),
      /"detr": it reads pictures, sound or series/,
    ],
    ['Mamba', () => readConfig('{"model_type":"mamba2"}'), /"mamba2": it has no attention/],
    [
      'an unknown model',
      () => readConfig('{"model_type":"octopus","num_hidden_layers":4}'),
      /model_type is "octopus", which transformers [\d.]+ does not know; what can be read/,
    ],
    ['a builtin', () => readConfig('{"model_type":"toString"}'), /model_type is "toString"/],
    [
      'no layers',
      () => changed('zebra-fields', { num_hidden_layers: undefined }),
      /num_hidden_layers is missing; it should be a whole number from 1 to 128/,
    ],
    [
      'too many layers',
      () => changed('llama-3.1-8b', { num_hidden_layers: 1e9 }),
      /num_hidden_layers is 1000000000/,
    ],
    [
      'half a layer',
      () => changed('llama-3.1-8b', { num_hidden_layers: 1.5 }),
      /num_hidden_layers is 1.5/,
    ],
    [
      'heads in words',
      () => changed('llama-3.1-8b', { num_attention_heads: '32' }),
      /num_attention_heads is "32"/,
    ],
    [
      'heads that cannot share',
      () => changed('llama-3.1-8b', { num_key_value_heads: 5 }),
      /32 cannot share num_key_value_heads 5/,
    ],
    [
      'a width that does not divide',
      () => changed('llama-3.1-8b', { hidden_size: 4097 }),
      /4097 does not divide/,
    ],
    [
      'a window of none',
      () => changed('mistral-7b-v0.1', { sliding_window: 0 }),
      /sliding_window is 0/,
    ],
    [
      'a window below none',
      () => changed('gemma-3-1b', { sliding_window: -512 }),
      /sliding_window is -512/,
    ],
    [
      'layer_types too short',
      () => changed('gpt-oss-20b', { num_hidden_layers: 36 }),
      /layer_types names 24 layers, num_hidden_layers is 36/,
    ],
    [
      'layer_types in other words',
      () => changed('olmo-3-7b', layers(Array(32).fill('linear_attention'))),
      /says "linear_attention" of layer 1; what can be read is full_attention, sliding_attention/,
    ],
    [
      'a window that is nowhere',
      () => changed('gpt-oss-20b', { sliding_window: null }),
      /sliding_attention of layer 1, and the file gives it no size; it should have sliding_window/,
    ],
    [
      'no window at all',
      () => changed('gemma-2-2b', { sliding_window: null }),
      /sliding_window is missing/,
    ],
    [
      'two plans',
      () => changed('gemma-3-1b', layers(Array(26).fill('full_attention'))),
      /layer_types and sliding_window_pattern 6 name different layers global/,
    ],
    [
      'Qwen 2 without its window',
      () => changed('qwen2.5-7b', { use_sliding_window: true, sliding_window: null }),
      /use_sliding_window is true and sliding_window is missing/,
    ],
    [
      'Zebra of another kind',
      () => changed('zebra-fields', { self_attn_type: 'dense' }),
      /self_attn_type is "dense"; it should be one of full, sparse, mix/,
    ],
    [
      'Zebra without its window',
      () => changed('zebra-fields', { window_size: null }),
      /window_size is missing/,
    ],
  ])('%s is refused in one sentence', (_, read, words) => {
    expect(read).toThrow(InputError);
    expect(read).toThrow(words);
    try {
      read();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(400);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  test('with any change to a config it is read whole or refused with InputError', () => {
    const names = Object.keys(files);
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, 0, -1, 1, 2, 1e308, 2 ** 53, '', '4', true, false, [], {}),
      fc.array(fc.constantFrom('full_attention', 'sliding_attention', 'chunked_attention', 0, 1)),
      fc.integer({ min: 1, max: 64 }),
    );
    const mutated = fc.constantFrom(...names).chain((name) => {
      const whole = fieldsOf(name);
      const nested = whole['text_config'] as Record<string, unknown> | undefined;
      const fields = [
        ...Object.keys({ ...whole, ...nested }),
        'layer_types',
        'sliding_window',
        'sliding_window_pattern',
        'no_rope_layers',
        'self_attn_type',
        '__proto__',
      ];
      return fc
        .array(fc.tuple(fc.constantFrom(...fields), odd), { maxLength: 4 })
        .map((changes) => {
          const entries = changes.map(
            ([field, value]) => `,${JSON.stringify(field)}:${JSON.stringify(value)}`,
          );
          const flat = JSON.stringify(nested ? { ...nested } : whole);
          const text = `${flat.slice(0, -1)}${entries.join('')}}`;
          return nested ? `{"model_type":"gemma3","text_config":${text}}` : text;
        });
    });
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutated), (text) => {
        try {
          const config = readConfig(text);
          taken++;
          expect(config.layers.length).toBeGreaterThan(0);
          for (const { expression } of config.layers.slice(0, 3))
            expect(read(write(expression))).toEqual(expression);
          expect(Number.isFinite(cacheBytesAt(config, 100))).toBe(true);
          expect(Number.isFinite(flopsPerTokenAt(config, 100))).toBe(true);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
