/** @file Configs alone, and with masks. */
import { expect } from 'vitest';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { npyOf } from '../../../src/masks/save';
import { square, threads } from '../../support/threads';

const config = (fields: Readonly<Record<string, unknown>>) => ({
  'config.json': JSON.stringify(fields),
});
const SMALL = { num_attention_heads: 4, num_key_value_heads: 4, hidden_size: 64, head_dim: 16 };

threads('a config with a window that no layer has', [
  {
    thread: 'vllm-project/vllm/pull/49803',
    what: 'layer_types are all full',
    brought: config({
      ...{ model_type: 'vaultgemma', num_hidden_layers: 6, sliding_window: 512, ...SMALL },
      layer_types: Array(6).fill('full_attention'),
    }),
    says: '6 layers.',
    terms: '6*causal',
    findings: [],
    notes: ['L20'],
  },
  {
    thread: 'huggingface/transformers/issues/40126',
    what: 'as many layers without a window as layers in total',
    brought: config({
      ...{ model_type: 'qwen3', num_hidden_layers: 8, max_window_layers: 8, ...SMALL },
      ...{ use_sliding_window: true, sliding_window: 4096 },
    }),
    terms: '8*causal',
    findings: [],
    notes: ['L20'],
  },
  {
    thread: 'huggingface/transformers/issues/35896',
    what: 'the same, of 36 layers',
    brought: config({
      ...{ model_type: 'qwen2', num_hidden_layers: 36, max_window_layers: 36, hidden_size: 2048 },
      ...{ num_attention_heads: 16, num_key_value_heads: 2 },
      ...{ use_sliding_window: true, sliding_window: 8192 },
    }),
    terms: '36*causal',
    notes: ['L20'],
    then: async (page) => {
      const note = (await page.found()).find(({ code }) => code === 'L20');
      expect(note?.what).toBe(
        'The config gives a window of 8192, and none of its 36 layers has it.',
      );
    },
  },
]);

threads('a config whose switch forbids its window', [
  {
    thread: 'predibase/lorax/pull/532',
    what: 'a large window without the switch, which is off by default',
    brought: config({
      ...{ model_type: 'qwen2', num_hidden_layers: 4, sliding_window: 131_072, ...SMALL },
    }),
    terms: '4*causal',
    notes: ['L20'],
  },
  {
    thread: 'InternLM/lmdeploy/pull/3614',
    what: 'switched off, but still applied by an engine',
    brought: config({
      ...{ model_type: 'qwen2', num_hidden_layers: 4, sliding_window: 4096, ...SMALL },
      ...{ use_sliding_window: false, max_window_layers: 2 },
    }),
    terms: '4*causal',
    notes: ['L20'],
    then: async (page) => {
      const note = (await page.found()).find(({ code }) => code === 'L20');
      expect(note?.what).toContain('use_sliding_window is off');
      expect(note?.thread).toBe('https://github.com/huggingface/transformers/issues/38002');
    },
  },
  {
    thread: 'QwenLM/Qwen3/issues/716',
    what: 'none of 80 layers has it, because the switch is off',
    brought: config({
      ...{ model_type: 'qwen2', num_hidden_layers: 80, hidden_size: 8192, sliding_window: 131_072 },
      ...{ num_attention_heads: 64, num_key_value_heads: 8, use_sliding_window: false },
    }),
    terms: '80*causal',
    notes: ['L20'],
  },
]);

threads('a config with few fields', [
  {
    thread: 'ddalcu/mlx-serve/pull/46',
    what: 'a text_config without heads and widths: 8 heads, 4 of keys and values, 256 wide',
    brought: config({
      model_type: 'gemma3',
      text_config: {
        ...{ model_type: 'gemma3_text', hidden_size: 2560, intermediate_size: 10_240 },
        ...{ num_hidden_layers: 34, sliding_window: 1024 },
      },
    }),
    says: '34 layers.',
    then: ({ workbench }) => {
      expect(workbench.config).toMatchObject({ heads: 8, kvHeads: 4, headDim: 256 });
      const kinds = workbench
        .config!.layers.map(({ kind }) => (kind === 'local' ? 'S' : 'G'))
        .join('');
      expect(kinds).toBe('SSSSSGSSSSSGSSSSSGSSSSSGSSSSSGSSSS');
    },
  },
  {
    thread: 'vllm-project/vllm/issues/14139',
    what: 'without a head width: the hidden size divided by the heads',
    brought: config({
      ...{ model_type: 'qwen2', hidden_size: 896, num_hidden_layers: 24 },
      ...{ num_attention_heads: 14, num_key_value_heads: 2 },
    }),
    terms: '24*causal',
    then: ({ workbench }) => expect(workbench.config).toMatchObject({ kvHeads: 2, headDim: 64 }),
  },
  {
    thread: 'ooples/AiDotNet.Tensors/pull/258',
    what: 'heads without a number of key-value heads: equally many',
    brought: config({
      ...{ model_type: 'llama', hidden_size: 512, num_hidden_layers: 6, num_attention_heads: 8 },
    }),
    terms: '6*causal',
    then: ({ workbench }) =>
      expect(workbench.config).toMatchObject({ heads: 8, kvHeads: 8, headDim: 64 }),
  },
]);

const layers = (T: number, ...texts: readonly string[]) =>
  Object.fromEntries(texts.map((text, i) => [`layer_${i}.npy`, npyOf(maskOf(read(text), T))]));

threads('a file against its config', [
  {
    thread: 'unslothai/unsloth/pull/8253',
    what: 'a window of 8 in the config, and a triangle in the mask',
    brought: {
      'mask.npy': npyOf(square(32, (q, k) => k <= q)),
      ...config({
        ...{ model_type: 'mistral', hidden_size: 64, num_hidden_layers: 1, head_dim: 16 },
        ...{ num_attention_heads: 4, num_key_value_heads: 2, sliding_window: 8 },
      }),
    },
    findings: ['L9 at 31, 0'],
    difference: [300, 8, 0],
  },
  {
    thread: 'huggingface/transformers/pull/31775',
    what: 'windows in the odd layers, although the config has them in the even ones',
    brought: {
      ...layers(24, 'causal', 'causal & window(8)', 'causal', 'causal & window(8)'),
      ...config({
        ...{ model_type: 'gemma2', hidden_size: 64, num_hidden_layers: 4, head_dim: 16 },
        ...{ num_attention_heads: 4, num_key_value_heads: 2, sliding_window: 8 },
      }),
    },
    findings: ['L10 in layer 0 at 8, 0'],
    then: ({ workbench }) =>
      expect(workbench.other).toBe('causal & window(8); causal; causal & window(8); causal'),
  },
  {
    thread: 'microsoft/onnxruntime-genai/pull/1832',
    what: 'one window for all layers, although the config has it in every other one',
    brought: {
      ...layers(24, ...Array<string>(4).fill('causal & window(8)')),
      ...config({
        ...{ model_type: 'gemma2', hidden_size: 64, num_hidden_layers: 4, head_dim: 16 },
        ...{ num_attention_heads: 4, num_key_value_heads: 2, sliding_window: 8 },
      }),
    },
    findings: ['L10 in layer 1 at 8, 0'],
  },
]);
