/** @file Layers that differ from what was intended, and decoding steps that differ from the prompt. */
import { expect } from 'vitest';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { npyOf } from '../../../src/masks/save';
import { planesOf, square, threads } from '../../support/threads';

const triangle = (q: number, k: number) => k <= q;
const local = (window: number) => (q: number, k: number) => k <= q && q - k < window;

const stack = (T: number, ...texts: readonly string[]) => ({
  'layers.npy': planesOf([texts.length, T, T], ...texts),
});

threads('a layer meant global that shows a window', [
  {
    thread: 'microsoft/onnxruntime-genai/pull/1832',
    what: 'one window for all layers, although every other should be full',
    brought: stack(16, ...Array<string>(4).fill('causal & window(4)')),
    meant: 'causal; causal & window(4); causal; causal & window(4)',
    findings: ['L10 in layer 0 at 4, 0'],
    then: async (page) => {
      const [wrong] = await page.found();
      expect(wrong!.what).toContain('declared with no window and shows a window of 4');
      expect(wrong!.what).toContain('wrong too: layer 3');
    },
  },
  {
    thread: 'cactus-compute/cactus/issues/320',
    what: 'windows are capped at a limit, and global layers get the limit as their window',
    brought: stack(40, ...Array<string>(5).fill('causal & window(8)'), 'causal & window(16)'),
    meant: '5*causal & window(8); causal',
    findings: ['L10 in layer 5 at 16, 0'],
  },
  {
    thread: 'vllm-project/vllm/pull/49803',
    what: 'all layers are full, but get the window of the config',
    brought: stack(16, ...Array<string>(3).fill('causal & window(6)')),
    meant: 'causal',
    findings: ['L10 at 6, 0'],
  },
]);

threads('a layer meant local that shows no window', [
  {
    thread: 'lablup/mlxcel/issues/495',
    what: 'full attention in all layers of a model that alternates',
    brought: stack(16, ...Array<string>(4).fill('causal')),
    meant: 'causal & window(4); causal; causal & window(4); causal',
    findings: ['L9 in layer 0 at 15, 0', 'L9 in layer 2 at 15, 0'],
  },
  {
    thread: 'apache/tvm/pull/18630',
    what: 'a long prompt is read without the window',
    brought: square(64, triangle),
    meant: 'causal & window(16)',
    findings: ['L9 at 63, 0'],
  },
  {
    thread: 'unslothai/unsloth/pull/8253',
    what: 'the window never reaches the call',
    brought: square(32, triangle),
    meant: 'causal & window(8)',
    findings: ['L9 at 31, 0'],
  },
  {
    thread: 'NVIDIA-NeMo/Megatron-Bridge/pull/4875',
    what: 'layers counted from one, so each has the mask of its neighbour',
    brought: stack(16, 'causal', 'causal & window(4)', 'causal', 'causal & window(4)'),
    meant: 'causal & window(4); causal; causal & window(4); causal',
    findings: ['L10 in layer 0 at 4, 0'],
  },
]);

threads('a right side one too wide', [
  {
    thread: 'NVIDIA/cudnn-frontend/pull/901',
    what: 'the right side counts the token itself, as the left side does',
    brought: square(40, (q, k) => q - k <= 8 && k - q <= 4),
    meant: 'window(9) & !ahead(4)',
    findings: ['L5 at 0, 4'],
  },
  {
    thread: 'huggingface/transformers/pull/40163',
    what: 'a window on both sides that counts the token itself on each',
    brought: square(40, (q, k) => Math.abs(q - k) <= 8),
    meant: 'window(8) & !ahead(8)',
    findings: ['L5 at 8, 0'],
    difference: [64, 0, 8],
  },
  {
    thread: 'NVIDIA-NeMo/Speech/pull/8296',
    what: 'the look-ahead is switched off, but one frame of it remains',
    brought: square(100, (q, k) => q - k <= 70 && k - q <= 1),
    meant: 'causal & window(71)',
    findings: ['L3 at 0, 1'],
  },
  {
    thread: 'flashinfer-ai/flashinfer/issues/4893',
    what: 'the right side is ignored, so it reads to the end',
    brought: square(60, (q, k) => q - k <= 8),
    meant: 'window(9) & !ahead(9)',
    findings: ['L5 at 0, 9'],
  },
]);

threads('prefill and decode that differ', [
  {
    thread: 'mistralai/mistral-inference/issues/60',
    what: 'the prompt reads one key more than the ring holds',
    brought: square(16, local(5)),
    given: { cache: 4 },
    findings: ['L11 at 4, 0'],
  },
  {
    thread: 'ROCm/hip-ep/pull/144',
    what: 'one token at a time, nothing is masked',
    brought: square(16, local(4)),
    given: { cache: 0, whole: true },
    findings: ['L11 at 4, 0'],
  },
  {
    thread: 'chrishayuk/larql/pull/208',
    what: 'a step applies its window, and the prompt did not',
    brought: {
      'decode.npy': npyOf(maskOf(read('causal & window(4)'), 16, 1)),
      'prefill.npy': npyOf(square(16, triangle)),
    },
    then: async ({ file, workbench }) => {
      await file.compareWithArray(1);
      expect([workbench.other, workbench.step]).toEqual(['causal', true]);
    },
    findings: ['L16 at 0, 0'],
    difference: [12, 0, 0],
  },
  {
    thread: 'lightseekorg/tokenspeed/pull/578',
    what: 'a step reads one key fewer than the window of the prompt',
    brought: {
      'decode.npy': npyOf(maskOf(read('causal & window(7)'), 24, 1)),
      'prefill.npy': npyOf(square(24, local(8))),
    },
    then: async ({ file }) => file.compareWithArray(1),
    findings: ['L16 at 0, 16'],
    difference: [1, 0, 16],
  },
  {
    thread: 'ml-explore/mlx-lm/issues/1914',
    what: 'the cache of a local layer is never dropped',
    brought: square(16, local(4)),
    given: { cache: 0 },
    findings: ['L11 at 15, 0'],
  },
]);

threads('a mask that is overruled by is_causal', [
  {
    thread: 'huggingface/transformers/issues/37807',
    what: 'a triangle that begins after padding on the left',
    brought: square(12, (q, k) => k <= q && k >= 2),
    given: { isCausal: true },
    findings: ['L1 at 0, 0', 'L19 at 0, 0'],
  },
  {
    thread: 'pytorch/pytorch/pull/178588',
    what: 'a window given separately',
    brought: square(12, local(4)),
    given: { isCausal: true },
    findings: ['L19 at 4, 0'],
  },
  {
    thread: 'vllm-project/vllm/pull/6043',
    what: 'texts in one row',
    brought: square(12, (q, k) => k <= q && q < 5 === k < 5),
    given: { isCausal: true },
    findings: ['L19 at 5, 0'],
  },
  {
    thread: 'nari-labs/dia/pull/170',
    what: 'the plain triangle: nothing is lost',
    brought: square(12, triangle),
    given: { isCausal: true },
    findings: [],
  },
]);
