/** @file Encoders and decoders: which part is read, what is kept of a source, and layers that run repeatedly. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { maskOf } from '../../src/attention/expression';
import { pairsOf } from '../../src/attention/mask';
import { readConfig } from '../../src/masks/configs';
import { cacheBytesAt, pairsAt } from '../../src/masks/configCosts';
import { sourceBytes } from '../../src/masks/configCosts';
import { pairTypes } from '../../src/masks/configTable';
import { docOfConfig } from '../../src/masks/opened';
import { finding } from '../../src/masks/planner/say';
import { nextFlops } from '../../src/masks/configCosts';
import { cacheAt, priced } from '../../src/masks/planner/cache';
import { ENGINES } from '../../src/masks/planner/keeping';
import { BF16 } from '../../src/masks/planner/precision';
import type { Part } from '../../src/masks/part';

const of = (fields: Record<string, unknown>, part?: Part) =>
  readConfig(JSON.stringify(fields), part);
const HOW = { keeping: ENGINES[0]!.keeping, cache: BF16, states: BF16, batch: 1, machines: 1 };

/** As openai/whisper-large-v3 has them; num_hidden_layers is that of its encoder. */
const WHISPER = {
  model_type: 'whisper',
  d_model: 1280,
  encoder_layers: 32,
  decoder_layers: 4,
  encoder_attention_heads: 20,
  decoder_attention_heads: 20,
  num_hidden_layers: 32,
  max_source_positions: 1500,
  vocab_size: 51866,
};

describe('an encoder and a decoder', () => {
  test('open as the decoder, and say so', () => {
    const config = of(WHISPER);
    expect(config.part).toBe('decoder');
    expect(config.layers).toHaveLength(4);
    expect(config.causal).toBe(true);
    expect(config.notes.join(' ')).toMatch(/this is the decoder reading its own tokens/);
    expect(config.parts!.map(({ part }) => part)).toEqual(['decoder', 'cross', 'encoder']);
  });
  test('use the layers, heads and masks of the requested part', () => {
    const encoder = of(WHISPER, 'encoder');
    expect(encoder.layers).toHaveLength(32);
    expect(encoder.causal).toBe(false);
    expect(cacheBytesAt(encoder, 1500)).toBe(0);
    const cross = of(WHISPER, 'cross');
    expect(cross.layers).toHaveLength(4);
    const doc = docOfConfig(cross);
    expect([doc.queries, doc.T]).toEqual([64, 48]);
    expect(pairsOf(maskOf(doc.layers[0]!.expression, doc.T, doc.queries))).toBe(64 * 48);
  });
  test('have a cache that grows only by their own tokens: 4 layers × 20 heads × 2 × 64 numbers per token', () => {
    const config = of(WHISPER);
    const each = 4 * 20 * 2 * 64 * 2;
    expect(sourceBytes(config)).toBe(1500 * each);
    expect(cacheBytesAt(config, 448) - cacheBytesAt(config, 447)).toBe(each);
    expect(cacheBytesAt(config, 448)).toBe((1500 + 448) * each);
  });
  test('take a separate length of the source in the planner, which prices what reads it', () => {
    const config = of(WHISPER);
    const at = priced(config, { ...HOW, source: 300 });
    const cost = cacheAt(at, 100);
    expect(cost.source).toBe(300 * 4 * 20 * 2 * 64 * 2);
    expect(cost.keys).toBe(cost.source + 100 * 4 * 20 * 2 * 64 * 2);
    // 4 FLOPs per pair and dimension, 20 heads of 64, 4 layers
    expect(nextFlops(config, 100, 300)).toBe(4 * 20 * 64 * 4 * (100 + 300));
    expect(finding({ name: 'Whisper', at }, 100).join(' ')).toMatch(/of the source, 300 tokens/);
    const pages = priced(config, {
      ...HOW,
      keeping: ENGINES.find(({ id }) => id === 'vllm')!.keeping,
    });
    expect(pages.refused).toMatch(/keys of a source/);
  });
  test('T5 has as many layers in the decoder as in the encoder if its file gives one number', () => {
    const t5 = { model_type: 't5', num_layers: 24, num_heads: 16, d_kv: 64, d_model: 1024 };
    expect(of(t5).layers).toHaveLength(24);
    expect(of({ ...t5, num_decoder_layers: 8 }).layers).toHaveLength(8);
    expect(of({ ...t5, num_decoder_layers: 8 }, 'encoder').layers).toHaveLength(24);
    // The width of heads need not be that of the model divided by their number.
    expect(of({ ...t5, d_kv: 128 }).headDim).toBe(128);
  });
  test('an encoder with a window says how it counts: LED 512 on both sides, LongT5 127 on one', () => {
    expect(of({ model_type: 'led' }, 'encoder').layers[0]!.window).toBe(513);
    expect(
      of({ model_type: 'led', attention_window: [4, 8], encoder_layers: 2 }, 'encoder').layers.map(
        ({ window }) => window,
      ),
    ).toEqual([5, 9]);
    expect(() => of({ model_type: 'led', attention_window: [4] }, 'encoder')).toThrow(
      /a list of 12/,
    );
    const transient = of(
      { model_type: 'longt5', encoder_attention_type: 'transient-global' },
      'encoder',
    );
    expect(transient.layers[0]!.window).toBe(255);
    expect(transient.notes.join(' ')).toMatch(/average of every block of 16/);
  });
  test('a model whose encoder is not drawn says why, and its decoder opens', () => {
    const parts = of({ model_type: 'bigbird_pegasus' }).parts!;
    expect(parts.find(({ part }) => part === 'encoder')!.refused).toMatch(/at random/);
    const sound = of({ model_type: 'canary' }).parts!;
    expect(sound.find(({ part }) => part === 'encoder')!.refused).toMatch(/pictures, sound/);
  });
  test('two nested configs are each read by their own fields', () => {
    const pair = {
      model_type: 'encoder-decoder',
      encoder: { model_type: 'bert', num_hidden_layers: 3 },
      decoder: { model_type: 'gpt2', n_layer: 5 },
    };
    expect(of(pair).layers).toHaveLength(5);
    expect(of(pair).causal).toBe(true);
    expect(of(pair, 'encoder').layers).toHaveLength(3);
    expect(of(pair, 'encoder').causal).toBe(false);
    // A decoder whose class reads both ways is one that must be told to be causal.
    expect(of({ ...pair, decoder: { model_type: 'bert' } }).causal).toBe(true);
  });
  test('there are more than forty of them, and each part can be read or says why not', () => {
    expect(pairTypes().length).toBeGreaterThanOrEqual(43);
    for (const model_type of pairTypes())
      for (const { part, refused } of of({ model_type }).parts!)
        if (refused === undefined) expect(of({ model_type }, part).part, model_type).toBe(part);
        else expect(() => of({ model_type }, part)).toThrow(refused);
  });
  test('an error in one is reported by the name the file has for it', () => {
    expect(() => of({ model_type: 'bart', decoder_layers: -1 })).toThrow(/^decoder_layers is -1/);
    expect(() => of({ model_type: 't5', num_heads: 0 }, 'encoder')).toThrow(/^num_heads is 0/);
    expect(() => of({ model_type: 'whisper', d_model: 386 })).toThrow(
      /^d_model 386 does not divide into decoder_attention_heads 6/,
    );
  });
  test('a pair is not one of its own parts, at any depth', () => {
    const nested = (depth: number) =>
      `${'{"model_type":"encoder-decoder","decoder":'.repeat(depth)}{}${'}'.repeat(depth)}`;
    expect(readConfig(nested(1)).layers).toHaveLength(12);
    for (const depth of [2, 20_000]) expect(() => readConfig(nested(depth))).toThrow(InputError);
  });
  test('with any field values it is read whole or refused in a sentence', () => {
    const odd = fc.oneof(
      fc.integer({ min: -3, max: 200 }),
      fc.constantFrom(null, '', 'x', [], [4], {}, true, 1e300, 0.5),
    );
    const names = [
      ...['decoder_layers', 'encoder_layers', 'd_model', 'd_kv', 'num_heads', 'num_layers'],
      ...['attention_window', 'local_radius', 'max_source_positions', 'num_conv_layers', 'encoder'],
      ...[
        'decoder',
        'n_input_layers',
        'n_recurrent_loops',
        'H_cycles',
        'loop_config',
        'layer_types',
      ],
      ...['attention_windows', 'per_layer_config', 'cross_head_dim', 'num_hidden_layers'],
    ];
    const types = [
      ...pairTypes(),
      'dory',
      'hrm_text',
      'inkling2_loop_text',
      'neomme',
      'ultrabert',
      'dots3_note_text',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 4 }),
        fc.constantFrom<Part>('decoder', 'cross', 'encoder'),
        (model_type, fields, part) => {
          try {
            const config = of({ ...fields, model_type }, part);
            expect(config.layers.length).toBeGreaterThan(0);
            expect(cacheBytesAt(config, 77)).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
  test('a decoder-only model has no parts', () => {
    expect(of({ model_type: 'llama' }).parts).toBeUndefined();
    expect(of({ model_type: 'llama' }, 'encoder').causal).toBe(true);
  });
});

describe('a window over both sides', () => {
  test.each([1, 2, 5, 8, 9, 40])(
    'of T5Gemma 2, %i tokens, has as many pairs as its mask',
    (window) => {
      const config = of(
        { model_type: 't5gemma2', encoder: { text_config: { sliding_window: window } } },
        'encoder',
      );
      const layer = config.layers[0]!;
      for (const T of [1, 2, 7, 30])
        expect(pairsAt(layer, false, T)).toBe(pairsOf(maskOf(layer.expression, T)));
    },
  );
});

describe('layers that run repeatedly', () => {
  test('Dory: 8 before, 20 twice, 8 after; keys for each time', () => {
    const config = of({ model_type: 'dory' });
    expect(config.layers).toHaveLength(56);
    expect(config.layers[8]).toEqual(config.layers[28]);
    const once = of({ model_type: 'dory', recurrent_kv_cache_mode: 'last_loop' });
    expect(once.layers.filter(({ sharedWith }) => sharedWith !== undefined)).toHaveLength(20);
  });
  test('Dory’s files count attention and feed-forward separately', () => {
    const types = ['sliding_attention', 'mlp', 'full_attention', 'mlp', 'full_attention', 'mlp'];
    const file = {
      model_type: 'dory',
      num_hidden_layers: 6,
      n_input_layers: 2,
      n_output_layers: 2,
    };
    const { layers } = of({ ...file, layer_types: types, n_recurrent_loops: 3 });
    expect(layers.map(({ kind }) => kind)).toEqual([
      'local',
      'global',
      'global',
      'global',
      'global',
    ]);
  });
  test('HRM: its files give the depth of one stack, or of all', () => {
    const cycles = { model_type: 'hrm_text', H_cycles: 2, L_cycles: 3 };
    expect(of({ ...cycles, num_hidden_layers: 4 }).layers).toHaveLength(32);
    expect(of({ ...cycles, num_hidden_layers: 32, num_layers_per_stack: 4 }).layers).toHaveLength(
      32,
    );
    expect(() => of({ ...cycles, num_hidden_layers: 64 })).toThrow(/512 passes in all; up to 128/);
  });
  test('Inkling 2: six to eighteen three times', () => {
    expect(of({ model_type: 'inkling2_loop_text' }).layers).toHaveLength(48);
    const other = { loop_config: { core_start: 2, core_end: 4, num_passes: 5 } };
    expect(of({ model_type: 'inkling2_loop_text', ...other }).layers).toHaveLength(24 + 4 * 2);
  });
});
