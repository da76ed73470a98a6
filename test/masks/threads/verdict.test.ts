/** @file One verdict over all planes, single cells, and attention weights. */
import { expect } from 'vitest';
import type { Mask } from '../../../src/attention/mask';
import { has } from '../../../src/attention/runs';
import { npyOfNumbers } from '../../support/brought';
import { planesOf, square, threads } from '../../support/threads';

const PADDED = '(causal | ahead(1)) & !padding(0, 3)';
const WHOLE = 'causal | ahead(1)';
const LEFT = '(causal | ahead(1)) & !padding(3, 0)';

/** Positions of equal planes, the most common first. */
const alikeIn = async (page: {
  planes(): Promise<{ readonly alike: readonly { readonly planes: unknown }[] }>;
}) => (await page.planes()).alike.map(({ planes }) => planes);

threads('a layer, a head or a text that is not as the others', [
  {
    thread: 'line/lighthouse/pull/77',
    what: 'texts × heads in one axis, tiled instead of repeated: every other plane belongs to the other text',
    brought: {
      'mask.npy': planesOf([4, 12, 12], PADDED, WHOLE, PADDED, WHOLE),
    },
    then: async (page) => {
      expect(await alikeIn(page)).toEqual([
        [[0], [2]],
        [[1], [3]],
      ]);
    },
  },
  {
    thread: 'lsdefine/attention-is-all-you-need-keras/issues/28',
    what: 'heads × texts in one axis, repeated instead of tiled',
    brought: {
      'mask.npy': planesOf([4, 12, 12], PADDED, PADDED, WHOLE, WHOLE),
    },
    then: async (page) => {
      expect(await alikeIn(page)).toEqual([
        [[0], [1]],
        [[2], [3]],
      ]);
    },
  },
  {
    thread: 'bigscience-workshop/Megatron-DeepSpeed/issues/303',
    what: 'only the first layer gets the mask: the others read everything',
    brought: {
      'layers.npy': planesOf([4, 16, 16], 'causal | prefix(6)', WHOLE, WHOLE, WHOLE),
    },
    says: ['A stack of 4 layers.', 'Layers 2 to 4: This is no mask at all'],
    meant: '4*causal | prefix(6)',
    findings: [1, 2, 3].map((layer) => `L3 in layer ${layer} at 0, 6`),
    then: async (page) => {
      const { alike } = await page.planes();
      expect(alike.map(({ planes }) => planes)).toEqual([[[1], [2], [3]], [[0]]]);
      expect(alike[1]).toMatchObject({ apart: { cells: 105, first: { query: 0, key: 6 } } });
      await page.file.showPlane([2]);
      expect(page.workbench.layer).toBe(2);
    },
  },
  {
    thread: 'ArrowLuo/CLIP4Clip/issues/22',
    what: 'the same with separate axes: two heads of one text differ in padding, which is wrong',
    brought: {
      'mask.npy': planesOf([2, 2, 12, 12], PADDED, WHOLE, PADDED, WHOLE),
    },
    then: async (page) => {
      const { alike } = await page.planes();
      expect(alike.map(({ planes }) => planes)).toEqual([
        [
          [0, 0],
          [1, 0],
        ],
        [
          [0, 1],
          [1, 1],
        ],
      ]);
      expect(alike[1]!.findings.map(({ code }) => code)).toEqual(['L14']);
    },
  },
  {
    thread: 'lsdefine/attention-is-all-you-need-keras/issues/36',
    what: 'heads before texts: of three texts with different padding none is wrong by itself',
    brought: {
      'mask.npy': planesOf([3, 1, 12, 12], PADDED, WHOLE, '(causal | ahead(1)) & !padding(0, 5)'),
    },
    then: async (page) => {
      const { alike } = await page.planes();
      expect(alike).toHaveLength(3);
      expect(alike.flatMap(({ findings }) => findings)).toEqual([]);
    },
  },
  {
    thread: 'ArrowLuo/CLIP4Clip/issues/22',
    what: 'the same with padding on the left, in which texts of a batch may differ and heads of one text may not',
    brought: { 'mask.npy': planesOf([2, 2, 12, 12], LEFT, WHOLE, LEFT, WHOLE) },
    then: async (page) => {
      const { alike } = await page.planes();
      expect(alike).toHaveLength(2);
      expect(alike.map(({ findings }) => findings.map(({ code }) => code))).toEqual([[], ['L17']]);
    },
  },
]);

threads('a single wrong cell', [
  {
    thread: 'octo-models/octo/pull/76',
    what: 'the last token of a group reads the first of the next, which it should not',
    brought: square(24, (q, k) => k < 6 * (Math.floor(q / 6) + 1) || (q === 11 && k === 12)),
    says: 'from which 1 cell differs, first query 11, key 12',
    findings: ['L3 at 11, 12'],
    difference: [1, 11, 12],
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/1133',
    what: 'window_size (S - 1, 0), without the far corner',
    brought: square(64, (q, k) => k <= q && q - k < 63),
    says: 'plain causal',
    findings: ['L16 at 63, 0'],
    difference: [1, 63, 0],
  },
  {
    thread: 'mlfoundations/open_clip/issues/549',
    what: 'the last of 32 tokens does not read itself',
    brought: square(32, (q, k) => k <= q && (q < 31 || k < 31)),
    says: 'plain causal',
    meant: 'causal',
    findings: ['L2 at 31, 31'],
    difference: [1, 31, 31],
  },
]);

threads('a window beside a round number', [
  {
    thread: 'NVIDIA-NeMo/Megatron-Bridge/pull/2656',
    what: '(128, 0) attends to 129 tokens',
    brought: square(300, (q, k) => k <= q && q - k <= 128),
    says: '129 = 128 and the token itself; was 128 meant?',
    findings: [],
    notes: ['L21 at 128, 0'],
  },
  {
    thread: 'pegainfer-project/pegainfer/issues/818',
    what: '1,024 passed instead of 1,023',
    brought: square(1200, (q, k) => k <= q && q - k <= 1024),
    says: '1,025 = 1,024 and the token itself; was 1,024 meant?',
    notes: ['L21 at 1024, 0'],
  },
  {
    thread: 'lightseekorg/tokenspeed/pull/578',
    what: '127 keys instead of 128',
    brought: square(300, (q, k) => k <= q && q - k < 127),
    says: '127 is one less than 128; was 128 meant, the token itself among them?',
    notes: ['L21 at 127, 0'],
  },
]);

/** Softmax of scores that grow with the key, over the keys that may be read. */
const weightsOf = ({ queries, keys, row }: Mask) =>
  Array.from({ length: queries }, (_, q) => {
    const read = Array.from({ length: keys }, (_, k) => (has(row(q), k) ? 1 + k : 0));
    const sum = read.reduce((a, b) => a + b, 0);
    return read.map((one) => one / Math.max(1, sum));
  }).flat();
const npyOfWeights = (...masks: readonly Mask[]) =>
  npyOfNumbers(
    [1, masks.length, masks[0]!.queries, masks[0]!.keys],
    new Uint8Array(Float32Array.from(masks.flatMap(weightsOf)).buffer),
    '<f4',
  );

threads('attention weights', [
  {
    thread: 'keras-team/keras/issues/23038',
    what: 'scores are requested, and the triangle is dropped',
    brought: { 'scores.npy': npyOfWeights(square(12, () => true)) },
    says: ['These are attention weights: the rows sum to 1.', 'no mask at all'],
    meant: 'causal',
    findings: ['L3 at 0, 1'],
  },
  {
    thread: 'pytorch/pytorch/issues/99282',
    what: 'weights of two heads over three tokens, without the requested triangle',
    brought: {
      'weights.npy': npyOfWeights(
        square(3, () => true),
        square(3, () => true),
      ),
    },
    says: 'These are attention weights',
    meant: 'causal',
    findings: ['L3 at 0, 1'],
    difference: [3, 0, 1],
  },
  {
    thread: 'TransformerLensOrg/TransformerLens/issues/284',
    what: 'the triangle without the diagonal is blocked: each token reads itself, and nothing is wrong',
    brought: { 'pattern.npy': npyOfWeights(square(16, (q, k) => k <= q)) },
    says: ['These are attention weights', 'plain causal'],
    findings: [],
    then: ({ workbench }) => expect(workbench.weights).toBeDefined(),
  },
  {
    thread: 'zyy-2001/DisKT/issues/6',
    what: 'a second softmax without a mask: each row reads itself, earlier tokens, and one token of the future',
    brought: {
      'weights.npy': npyOfWeights(square(12, (q, k) => k <= q || k === 9)),
    },
    meant: 'causal',
    findings: ['L3 at 0, 9'],
    difference: [9, 0, 9],
  },
]);
