/**
 * @file Reservations by engines and measurements by users, reproduced by the planner: each number with the thread that
 * reported it and the switch that explains it. Within 2 %, and exact if it follows from a formula.
 */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/masks/configs';
import { cacheAt, priced, type How } from '../../src/masks/planner/cache';
import { ENGINES, type Keeping } from '../../src/masks/planner/keeping';
import { layoutBytes, loggedTokens, pagesOfGroup } from '../../src/masks/planner/pages';
import { longestIn } from '../../src/masks/planner/plan';
import { CACHE_PRECISIONS, WEIGHT_PRECISIONS } from '../../src/masks/planner/precision';
import { released } from '../../src/masks/planner/released';
import { weightsOf, type Weights } from '../../src/masks/planner/weights';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const precision = (id: string) =>
  [...CACHE_PRECISIONS, ...WEIGHT_PRECISIONS].find((one) => one.id === id)!;
const engine = (id: string): Keeping => ENGINES.find((one) => one.id === id)!.keeping;
const textOf = (id: string) => JSON.stringify(released.get(id).config);
function of(id: string, change: Partial<Omit<How, 'cache'>> & { cache?: string } = {}) {
  return priced(readConfig(textOf(id)), {
    keeping: engine('needed'),
    states: precision('f32'),
    batch: 1,
    machines: 1,
    ...change,
    cache: precision(change.cache ?? 'bf16'),
  });
}
const bytes = (at: ReturnType<typeof of>, T: number) => cacheAt(at, T).total;
const within = (value: number, figure: number, share = 0.02) =>
  expect(Math.abs(value / figure - 1)).toBeLessThan(share);

describe('gpt-oss 120B (hf-mem #60)', () => {
  test('a token takes 73,728 bytes while all 36 layers still grow: the length is inside the window', () => {
    expect(bytes(of('gpt-oss-120b'), 1)).toBe(73_728);
    expect(bytes(of('gpt-oss-120b'), 128)).toBe(128 * 73_728);
  });
  test('and half of that beyond it, which the tool gave at every length: 36,864', () => {
    const at = of('gpt-oss-120b');
    expect(bytes(at, 129) - bytes(at, 128)).toBe(36_864);
  });
  test('vLLM logged 78,384 tokens in 5.38 GiB: pages of one size, divided equally between two groups', () => {
    const { layout } = of('gpt-oss-120b', { keeping: engine('vllm') });
    expect(layout!.groups.map(({ slots, window }) => [slots.length, window])).toEqual([
      [18, 128],
      [18, undefined],
    ]);
    expect((layout!.bytes * layout!.groups.length) / 16).toBe(73_728);
    // 5.38 is rounded, so the last page is unknown.
    within(loggedTokens(layout!, 5.38 * GIB), 78_384, 0.001);
  });
});

describe('gpt-oss 20B, 32 sequences of 8,192 tokens (hf-mem #70)', () => {
  test('12.00 GiB if layers with a window keep every token: the switch "windows at full length"', () => {
    const full = { ...engine('needed'), windows: 'full' as const };
    expect(bytes(of('gpt-oss-20b', { keeping: full, batch: 32 }), 8192)).toBe(12 * GIB);
    expect(bytes(of('gpt-oss-20b', { keeping: engine('vllm-full'), batch: 32 }), 8192)).toBe(
      12 * GIB,
    );
  });
  test('6.09 GiB if they keep their window', () => {
    within(bytes(of('gpt-oss-20b', { batch: 32 }), 8192) / GIB, 6.09, 0.001);
  });
  test('7.61 GiB if vLLM keeps the window and a step of 2,048 tokens in its pages, which is neither', () => {
    const pages = 8192 / 16 + (Math.ceil((127 + 2048 - 1) / 16) + 1);
    const reserved = bytes(of('gpt-oss-20b', { keeping: engine('vllm'), batch: 32 }), 8192);
    expect(reserved).toBe(32 * pages * 16 * 12 * 2048);
    within(reserved / GIB, 7.61, 0.001);
  });
});

describe('Gemma 4 31B at length 1 (hf-mem #61)', () => {
  test('983,040 bytes per token in vLLM’s log, 26,800 tokens in 24.54 GiB: six groups, each charged as a local layer', () => {
    const { layout } = of('gemma-4-31b', { keeping: engine('vllm') });
    expect(layout!.groups.map(({ page, slots }) => [page, slots.length])).toEqual([
      [16, 10],
      [16, 10],
      [16, 10],
      [16, 10],
      [16, 10],
      [32, 10], // half the bytes per token, so twice the tokens on a page of the same size
    ]);
    expect((layout!.bytes * 6) / 16).toBe(983_040);
    expect(loggedTokens(layout!, 24.54 * GIB)).toBe(26_800);
  });
  test('901,120 are needed: its ten global layers have 4 heads of 512, half of what a local one keeps', () => {
    expect(bytes(of('gemma-4-31b'), 1)).toBe(50 * 16_384 + 10 * 8_192);
  });
});

describe('Gemma 3 1B at 32,768 tokens (mlxcel #172)', () => {
  test('139 MiB: 22 layers capped at 512, 4 global', () => {
    expect(bytes(of('gemma-3-1b'), 32_768) / MIB).toBe(139);
  });
  test('832 MiB as if all were global: the switch "windows at full length"', () => {
    const full = { ...engine('needed'), windows: 'full' as const };
    expect(bytes(of('gemma-3-1b', { keeping: full }), 32_768) / MIB).toBe(832);
  });
});

describe('Qwen3.6 27B, 65,536 tokens in q8_0 (lilbee #721, gguf-parser-go #28)', () => {
  const counted = weightsOf(textOf('qwen3.6-27b'), readConfig(textOf('qwen3.6-27b'))) as Weights;
  const weights =
    (counted.parameters * precision('q4km').block.bytes) / precision('q4km').block.numbers;
  const hybrid = cacheAt(of('qwen3.6-27b', { cache: 'int8' }), 65_536);

  test('keys and values of 16 layers take 2.125 GiB', () => {
    expect(hybrid.keys / GIB).toBe(2.125);
    expect(hybrid.layers.filter(({ tokens }) => tokens > 0)).toHaveLength(16);
  });
  test('its states take 149.6 MiB per sequence in llama.cpp’s log, 2 % more here: a kernel of 4 keeps 4 inputs, not 3', () => {
    within(hybrid.states / MIB, 149.625);
    // 48 layers: 48 heads of 128 × 128 numbers, and a convolution over 10,240.
    expect(hybrid.states / MIB).toBe(144 + 7.5);
  });
  test('the reported 24.83 GiB with keys in all 64 layers and 18.60 GiB with states differ by what the formula says', () => {
    const all = (hybrid.keys * 64) / 16;
    within((all - hybrid.keys - hybrid.states) / GIB, 24.83 - 18.6, 0.01);
  });
  test('17.6 GiB were allocated, predicted within 2 %: weights at 4.86 bits, keys, values and states', () => {
    within((weights + hybrid.total) / GIB, 17.6);
  });
  test('at 262,144 tokens in f16 it takes 16,384 MiB, as llama.cpp says in lmstudio-bug-tracker #1862', () => {
    expect(cacheAt(of('qwen3.6-27b'), 262_144).keys / MIB).toBe(16_384);
  });
});

describe('Qwen3.5 9B Q8_0, 8k (llmfit #203)', () => {
  const text = textOf('qwen3.5-9b');
  const { parameters, embedding } = weightsOf(text, readConfig(text)) as Weights;
  const q8 = (numbers: number) => (numbers * 34) / 32;
  const cache = cacheAt(of('qwen3.5-9b'), 8192);

  test('the formula gives 256 MiB of keys and values and 51 MiB of states', () => {
    expect(cache.keys / MIB).toBe(256);
    expect(cache.states / MIB).toBe(24 * (2 + 0.125));
  });
  test('the measured 8.5 GB do not follow from a formula: the result is 8.7 or 9.8 GB, depending on whether the input table is on the card', () => {
    const without = q8(parameters - embedding) + cache.total;
    const all = q8(parameters) + cache.total;
    within(without, 8.74e9);
    within(all, 9.82e9);
    expect(Math.abs(without / 8.5e9 - 1)).toBeGreaterThan(0.02); // not within 2 %, and not adjusted until it is
    expect(without).toBeLessThan(16e9); // but it does fit a card of 16 GB, which was the question
  });
});

describe('Nemotron 3 Super 120B (turboquant-mlx #52)', () => {
  test('8 KB per token, for 8 of 88 layers', () => {
    const at = of('nemotron-3-super-120b');
    expect(bytes(at, 2) - bytes(at, 1)).toBe(8 * 1024);
    expect(cacheAt(at, 1).layers.filter(({ tokens }) => tokens > 0)).toHaveLength(8);
  });
  test('88 KB as if all 88 were attention', () => {
    const at = of('nemotron-3-super-120b');
    expect((88 / 8) * (bytes(at, 2) - bytes(at, 1))).toBe(88 * 1024);
  });
});

describe('Gemma 4 31B in about 50 GiB (vllm #43308)', () => {
  test('0.20 logged about 55,000 tokens: its pages divided equally between six groups', () => {
    const { layout } = of('gemma-4-31b', { keeping: engine('vllm') });
    within(loggedTokens(layout!, 50 * GIB), 55_000);
  });
  test('0.21 logged about 525,000: as many texts as fit of the longest one, if that has 131,072 tokens', () => {
    const at = of('gemma-4-31b', { keeping: engine('vllm') });
    within((50 * GIB * 131_072) / bytes(at, 131_072), 525_000);
  });
});

describe('Gemma 4 31B on a card of 32 GB, hybrid manager off (vllm #39254)', () => {
  test('64K to 93K do not follow from the config: applying the window in the same memory gives more than ten times the length', () => {
    // The bytes per number cancel out of the ratio.
    const full = of('gemma-4-31b', { keeping: engine('vllm-full') });
    const ring = of('gemma-4-31b');
    const memory = bytes(full, 64 * 1024);
    expect(longestIn(ring, memory) / (64 * 1024)).toBeGreaterThan(10);
    // Of the two numbers 93K can be reproduced: 8 GiB in bf16, which a card of 32 GB has left next to weights of 4
    // bits, 16.1 GiB.
    within(bytes(ring, 93 * 1024) / GIB, 8.05, 0.01);
    const int4 = (30_697_345_280 * 18) / 32 / GIB;
    within(int4, 16.1, 0.01);
    // And 64K at full length would take 55 GiB in bf16, 27.5 in fp8: more than the card has left next to 31 billion
    // weights.
    within(memory / GIB, 55, 0.001);
    within(
      bytes(of('gemma-4-31b', { keeping: engine('vllm-full'), cache: 'fp8' }), 64 * 1024) / GIB,
      27.5,
      0.001,
    );
  });
});

describe('a rate measured at length 1 (aiconfigurator #1201)', () => {
  test('is wrong by construction: it gives 20 GiB room for 436,906 tokens of gpt-oss 20B, and they hold twice as many', () => {
    const at = of('gpt-oss-20b');
    expect(Math.floor((20 * GIB) / bytes(at, 1))).toBe(436_906);
    // 12 layers stop growing at 128 tokens, which leaves more for the other 12.
    expect(longestIn(at, 20 * GIB)).toBe(2 * 436_906 + 1 - 128);
  });
});

describe('a cached prefix in vLLM (its docs/design/hybrid_kv_cache_manager.md)', () => {
  test('of 10,000 tokens is found while full layers have all of them and the others the last W - 1', () => {
    const between = cacheAt(of('gemma-3-1b', { keeping: engine('transformers') }), 10_000);
    expect(between.total).toBe((4 * 10_000 + 22 * 511) * 1024);
  });
});

describe('vLLM’s own documentation of its pages', () => {
  /** Ten global layers and twenty with a window of 32, otherwise equal. */
  const layers = (global: number, local: number, window = 32) =>
    readConfig(
      JSON.stringify({
        model_type: 'gemma3_text',
        num_hidden_layers: global + local,
        num_attention_heads: 4,
        num_key_value_heads: 4,
        head_dim: 8,
        hidden_size: 32,
        sliding_window: window,
        layer_types: [
          ...Array<string>(global).fill('full_attention'),
          ...Array<string>(local).fill('sliding_attention'),
        ],
      }),
    );
  const laid = (config: ReturnType<typeof readConfig>, keeping: Keeping) =>
    priced(config, {
      keeping,
      cache: precision('bf16'),
      states: precision('f32'),
      batch: 1,
      machines: 1,
    }).layout!;
  const byOne: Keeping = { ...engine('vllm'), step: 1 };

  test('ten global and twenty local layers are three groups of ten; a request of 112 tokens takes 7 + 2 + 2 pages, and one more each if the window begins inside a page', () => {
    const layout = laid(layers(10, 20), byOne);
    expect(layout.groups.map(({ slots }) => slots.length)).toEqual([10, 10, 10]);
    const pages = layout.groups.map((group) => pagesOfGroup(group, 112, byOne));
    expect(pages).toEqual([7, 3, 3]);
    expect(layoutBytes(layout, 112, byOne)).toBe(13 * layout.bytes);
  });
  test('Gemma 3 27B: 52 local and 10 global layers, groups of ten, eight layers of padding', () => {
    const { groups, padding } = of('gemma-3-27b', { keeping: engine('vllm') }).layout!;
    expect(groups.map(({ slots }) => slots.length).sort((a, b) => a - b)).toEqual([
      8, 8, 9, 9, 9, 9, 10,
    ]);
    expect(padding).toBe(8);
  });
  test('12 local and 13 global layers are padded to 13 and 13, not to 12 and 24', () => {
    const { groups, padding } = laid(layers(13, 12), byOne);
    expect(groups).toHaveLength(2);
    expect(padding).toBe(1);
  });
});
