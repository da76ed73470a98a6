/**
 * @file Configs that engineers brought, and what their caches hold: numbers computed by hand, or measured in an engine.
 */
import { describe, expect, test } from 'vitest';
import { write } from '../../src/attention/expression';
import { entryOf, nestingOf } from '../../src/masks/configTable';
import { IMAGE_TYPES } from '../../src/masks/imageBlocks';
import { readConfig } from '../../src/masks/configs';
import type { ConfigLayers } from '../../src/masks/configLayer';
import { cacheBytesAt, pairsAt } from '../../src/masks/configCosts';

const files = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>('../fixtures/configCases/*.json', {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ).map(([path, text]) => [path.split('/').at(-1)!.replace('.json', ''), text]),
);
const opened = (name: string) => readConfig(files[name]!);
const of = (fields: Record<string, unknown>) => readConfig(JSON.stringify(fields));
const LETTER = { global: 'G', local: 'S', chunked: 'C', masked: 'M', state: 'L', none: '-' };
const stripes = ({ layers }: ConfigLayers) => layers.map(({ kind }) => LETTER[kind]).join('');
const windows = ({ layers }: ConfigLayers) => [...new Set(layers.map(({ window }) => window))];
const notes = ({ notes }: ConfigLayers) => notes.join('; ');

describe('Qwen3 drafts of five layers, with a window of 2,048', () => {
  const ALL_GLOBAL = 671_088_640; // 5 · 32,768 · 8 · 128 · 2 · 2
  test('without the switch every layer reads everything', () => {
    const config = opened('qwen3-draft-no-switch');
    expect(stripes(config)).toBe('GGGGG');
    expect(cacheBytesAt(config, 32_768)).toBe(ALL_GLOBAL);
    expect(config.convention).toMatch(/use_sliding_window is off/);
  });
  test('with the switch, the first 28 layers are still global: the class sets max_window_layers', () => {
    const config = opened('qwen3-draft-switched-on');
    expect(stripes(config)).toBe('GGGGG');
    expect(cacheBytesAt(config, 32_768)).toBe(ALL_GLOBAL);
    expect(notes(config)).toMatch(/max_window_layers is 28, as its class has it/);
  });
  test('layer_types name the layers', () => {
    const config = opened('qwen3-draft-layer-types');
    expect(stripes(config)).toBe('SSSSG');
    expect(windows(config)).toEqual([2048, undefined]);
    expect(cacheBytesAt(config, 32_768)).toBe(167_772_160);
  });
  test('layer_types ask for the window, and the missing switch disables it, with a message', () => {
    const config = opened('qwen3-draft-switched-off');
    expect(stripes(config)).toBe('GGGGG');
    expect(windows(config)).toEqual([undefined]);
    expect(cacheBytesAt(config, 32_768)).toBe(ALL_GLOBAL);
    expect(notes(config)).toMatch(
      /layer_types asks for the window in 4 of 5 layers, and use_sliding_window is off, which takes it away/,
    );
  });
});

describe('a cache whose layers differ', () => {
  test('Gemma 4 31B has 16 heads of 256 in local layers, and 4 of 512 in global ones', () => {
    const config = opened('gemma-4-31b');
    expect(stripes(config)).toBe('SSSSSG'.repeat(10));
    expect(windows(config)).toEqual([1024, undefined]);
    expect(config.layers[0]).toMatchObject({ kvHeads: 16, keyDim: 256, valueDim: 256 });
    expect(config.layers[5]).toMatchObject({ kvHeads: 4, keyDim: 512, keyIsValue: true });
    expect(cacheBytesAt(config, 131_072)).toBe(11_576_279_040);
    // Equal in all layers, with 16 heads of 256, as a tool without per-layer heads computes it.
    expect(cacheBytesAt(config, 131_072)).not.toBe(22_313_697_280);
    expect(notes(config)).toMatch(
      /one image read each other in both directions only in layers with a window; .*; global layers stay causal/,
    );
    expect(config.layers[0]!.images).toEqual({ who: 'image', cut: true });
    expect(config.layers[5]!.images).toBeUndefined();
  });
  test('Gemma 3n keeps nothing in its last layers', () => {
    const config = of({ model_type: 'gemma3n_text' });
    const shared = config.layers.filter(({ sharedWith }) => sharedWith !== undefined);
    expect(config.layers).toHaveLength(35);
    expect(shared).toHaveLength(15);
    expect(shared[0]!.sharedWith).toBeLessThan(20);
    // 20 layers keep keys, 4 of them global: 2 heads of 256, keys and values, 2 bytes; a window of 512.
    expect(cacheBytesAt(config, 8192)).toBe((4 * 8192 + 16 * 512) * 2 * 256 * 2 * 2);
  });
});

describe('names that are newer, nested or left out', () => {
  test('Ministral 3, inside Mistral 3, has 26 global layers', () => {
    const config = opened('ministral-3-3b');
    expect(stripes(config)).toBe('G'.repeat(26));
    expect(cacheBytesAt(config, 262_144)).toBe(27_917_287_424);
  });
  test('LLaVA leaves its sizes to Llama’s class', () => {
    const config = opened('llava-7b');
    expect(stripes(config)).toBe('G'.repeat(32));
    expect(config).toMatchObject({ heads: 32, kvHeads: 32, headDim: 128 });
    expect(cacheBytesAt(config, 4096)).toBe(2_147_483_648);
    expect(config.defaults.join('; ')).toMatch(
      /num_hidden_layers is not in the file; Llama has 32/,
    );
  });
  test('Olmo 3 without layer_types goes local, local, local, global', () => {
    const config = opened('olmo-3-7b-unnamed');
    expect(stripes(config)).toBe('SSSG'.repeat(8));
    expect(cacheBytesAt(config, 6144)).toBe(2_415_919_104);
    expect(cacheBytesAt(config, 34_048)).toBe(6_073_352_192);
    expect(notes(config)).toMatch(/the file names no layers.*of every 4 the last is global/);
  });
  test('Qwen3 30B A3B attends as Qwen3 does, with 4 key-value heads', () => {
    const config = opened('qwen3-30b-a3b');
    expect(stripes(config)).toBe('G'.repeat(48));
    expect(cacheBytesAt(config, 32_768)).toBe(3_221_225_472);
  });
});

describe('an encoder', () => {
  test('EmbeddingGemma halves its window to both sides, 513 keys, and keeps no cache', () => {
    const config = opened('embeddinggemma-300m');
    expect(stripes(config)).toBe('SSSSSG'.repeat(4));
    expect(config.causal).toBe(false);
    expect(windows(config)).toEqual([513, undefined]);
    expect(write(config.layers[0]!.expression)).toBe('window(257) & !ahead(257)');
    expect(pairsAt(config.layers[0]!, false, 2048)).toBe(984_832);
    expect(cacheBytesAt(config, 2048)).toBe(0);
    expect(config.convention).toMatch(/512 is halved, 256 before, itself and 256 after, 513 keys/);
  });
});

/** Measurements by users, where the config alone decides them. */
describe('a number reported from an engine', () => {
  const gptOss = (layers: number) =>
    of({
      model_type: 'gpt_oss',
      num_hidden_layers: layers,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      head_dim: 64,
      hidden_size: 2880,
      sliding_window: 128,
    });
  test('gpt-oss-120b: 73,728 bytes for the first token', () => {
    expect(cacheBytesAt(gptOss(36), 1)).toBe(73_728);
  });
  test('gpt-oss-20b, 32 sequences of 8,192: 6.09 GiB by its windows, 12 GiB if all layers are paged alike', () => {
    const config = gptOss(24);
    expect((32 * cacheBytesAt(config, 8192)) / 2 ** 30).toBeCloseTo(6.09, 2);
    const alike = { ...config, layers: config.layers.map(() => config.layers[1]!) };
    expect((32 * cacheBytesAt(alike, 8192)) / 2 ** 30).toBe(12);
  });
  test('Gemma 3 1B at 32,768: 139 MiB', () => {
    const config = of({
      model_type: 'gemma3_text',
      num_hidden_layers: 26,
      num_attention_heads: 4,
      num_key_value_heads: 1,
      head_dim: 256,
      hidden_size: 1152,
      sliding_window: 512,
    });
    expect(cacheBytesAt(config, 32_768) / 2 ** 20).toBeCloseTo(139, 1);
  });
  test('Nemotron-H with 8 attention layers of 88: 8 KB per token, not 88', () => {
    const config = of({
      model_type: 'nemotron_h',
      hybrid_override_pattern: 'MEMEMEMEM*E'.repeat(8),
      num_hidden_layers: 88,
      num_attention_heads: 32,
      num_key_value_heads: 2,
      head_dim: 128,
      hidden_size: 4096,
    });
    expect(stripes(config)).toBe('L-L-L-L-LG-'.repeat(8));
    expect(cacheBytesAt(config, 1)).toBe(8192);
    expect(notes(config)).toMatch(/40 of 88 layers keep a state that does not grow/);
  });
});

describe('Mistral’s params.json', () => {
  const PARAMS = {
    dim: 4096,
    n_layers: 8,
    head_dim: 128,
    hidden_dim: 14336,
    n_heads: 32,
    n_kv_heads: 8,
  };
  test('has other names for the same fields', () => {
    const config = of({ ...PARAMS, sliding_window: 4096, vocab_size: 32_000 });
    expect(config).toMatchObject({ heads: 32, kvHeads: 8, headDim: 128, hidden: 4096 });
    expect(stripes(config)).toBe('S'.repeat(8));
  });
  test('without a window reads everything', () => {
    expect(stripes(of(PARAMS))).toBe('G'.repeat(8));
  });
  test('repeats a list of windows over its layers', () => {
    const config = of({ ...PARAMS, sliding_window: [null, 32_768, 32_768, 32_768] });
    expect(stripes(config)).toBe('GSSSGSSS');
    expect(windows(config)).toEqual([undefined, 32_768]);
    expect(() => of({ ...PARAMS, sliding_window: [16, 32] })).toThrow(/sliding_window is a list/);
  });
});

describe('a window that no layer uses is kept apart from the windows of layers', () => {
  const GEMMA = {
    model_type: 'gemma3_text',
    num_hidden_layers: 26,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 256,
    hidden_size: 1152,
    sliding_window: 512,
  };
  test('if layer_types are all full (vllm #49795)', () => {
    const full = of({ ...GEMMA, layer_types: Array(26).fill('full_attention') });
    expect(stripes(full)).toBe('G'.repeat(26));
    expect(full.unused).toEqual({ window: 512, switched: false });
  });
  test('if the switch disables it (transformers #38002)', () => {
    const off = of({
      model_type: 'qwen3',
      num_hidden_layers: 4,
      num_attention_heads: 4,
      num_key_value_heads: 4,
      head_dim: 16,
      hidden_size: 64,
      sliding_window: 4096,
      use_sliding_window: false,
    });
    expect(off.unused).toEqual({ window: 4096, switched: true });
  });
  test('and is missing if a layer has it, or the file gives none', () => {
    expect(of(GEMMA).unused).toBeUndefined();
    const { sliding_window: _, ...without } = GEMMA;
    expect(
      of({ ...without, layer_types: Array(26).fill('full_attention') }).unused,
    ).toBeUndefined();
  });
});

describe('images open masks according to the type of the whole model', () => {
  const TEXT = { num_hidden_layers: 6, num_attention_heads: 4, head_dim: 64, hidden_size: 256 };
  const whole = (outer: string, text: string, more: object = {}) =>
    of({ model_type: outer, text_config: { model_type: text, ...TEXT, ...more } });
  const opened = ({ layers }: ConfigLayers) => layers.map(({ images }) => images?.who ?? '-');

  test('Gemma 3 opens every layer, and says so', () => {
    const config = whole('gemma3', 'gemma3_text', { sliding_window: 512 });
    expect(opened(config)).toEqual(Array(6).fill('image'));
    expect(notes(config)).toMatch(/in both directions in every layer, with a window or without/);
  });
  test('its text model alone opens none', () => {
    const config = of({ model_type: 'gemma3_text', ...TEXT, sliding_window: 512 });
    expect(opened(config)).toEqual(Array(6).fill('-'));
    expect(notes(config)).not.toMatch(/image/);
  });
  test('Gemma 4 opens none if its file does not ask for it', () => {
    const asked = { use_bidirectional_attention: 'vision', sliding_window: 512 };
    expect(opened(whole('gemma4', 'gemma4_text', asked))).toContain('image');
    expect(opened(whole('gemma4', 'gemma4_text', { sliding_window: 512 }))).not.toContain('image');
  });
  test('the unified Gemma 4 opens every layer, and says when transformers does otherwise', () => {
    const config = whole('gemma4_unified', 'gemma4_unified_text', { sliding_window: 512 });
    expect(opened(config)).toEqual(Array(6).fill('image'));
    expect(notes(config)).toMatch(/static cache/);
  });
  test('PaliGemma reads its images and its prompt as one block, also beyond the window', () => {
    const config = whole('paligemma', 'gemma2', { sliding_window: 512 });
    expect(opened(config)).toEqual(Array(6).fill('prompt'));
    expect(notes(config)).toMatch(/the prompt after them .*, also beyond the window/);
  });
  test('every listed type is one that opens, and a type that reads images causally says nothing', () => {
    for (const type of IMAGE_TYPES) expect(entryOf(type) ?? nestingOf(type), type).toBeDefined();
    expect(opened(whole('llava', 'llama'))).toEqual(Array(6).fill('-'));
  });
});
