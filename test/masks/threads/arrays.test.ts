/** @file Stacks of layers, batches, several files and archives. */
import { zipSync } from 'fflate';
import { expect } from 'vitest';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { fromRule } from '../../../src/attention/mask';
import { npyOf } from '../../../src/masks/save';
import { npyOfNumbers } from '../../support/brought';
import { planesOf, square, threads } from '../../support/threads';

threads('a stack of layers', [
  {
    thread: 'labscommunity/cascadia/pull/151',
    what: 'six layers exported with one full mask, five of which should have their window',
    brought: {
      'layers.npy': planesOf([6, 16, 16], ...Array<string>(6).fill('causal')),
    },
    says: 'All 6 layers are the same mask, cell by cell.',
    terms: '6*causal',
    meant: '5*causal & window(4); causal',
    findings: [0, 1, 2, 3, 4].map((layer) => `L9 in layer ${layer} at 15, 0`),
  },
  {
    thread: 'Lightning-AI/litgpt/pull/1995',
    what: 'five layers with a window and one without, repeated',
    brought: {
      'mask.npy': planesOf(
        [12, 24, 24],
        ...[0, 1].flatMap(() => [...Array<string>(5).fill('causal & window(8)'), 'causal']),
      ),
    },
    says: ['A stack of 12 layers.', 'Layers 1 to 5: This is a causal window of 8', 'Layer 6: '],
    terms: '5*causal & window(8); causal; 5*causal & window(8); causal',
    findings: [],
  },
  {
    thread: 'mistralai/mistral-inference/pull/230',
    what: 'a window for each layer, with axes of batch and heads of size 1',
    brought: {
      'masks.npy': planesOf(
        [4, 1, 1, 12, 12],
        'causal',
        'causal & window(4)',
        'causal & window(4)',
        'causal & window(4)',
      ),
    },
    terms: 'causal; 3*causal & window(4)',
    findings: [],
    then: ({ file }) => {
      expect(file.look?.axes?.roles).toEqual(['layer', 'batch', 'head', 'query', 'key']);
    },
  },
]);

threads('a batch', [
  {
    thread: 'lucidrains/graph-transformer-pytorch/pull/2',
    what: 'two texts of different lengths, one mask for each, shared by the heads',
    brought: {
      'mask.npy': planesOf(
        [2, 1, 10, 10],
        'causal | ahead(1)',
        '(causal | ahead(1)) & !padding(0, 4)',
      ),
    },
    then: async (page) => {
      expect(page.file.choices).toEqual([
        { name: 'batch', count: 2 },
        { name: 'head', count: 1 },
      ]);
      expect((await page.planes()).alike.map(({ count }) => count)).toEqual([1, 1]);
      await page.file.readAgain({ picked: [1, 0] });
      expect(page.says).toContain('!padding(0, 4)');
    },
  },
  {
    thread: 'kohya-ss/musubi-tuner/pull/413',
    what: 'the mask of the second text is that of the first, and reads four tokens of padding',
    brought: {
      'mask.npy': planesOf([2, 1, 12, 12], 'causal | ahead(1)', 'causal | ahead(1)'),
    },
    then: async (page) => {
      const { of, alike } = await page.planes();
      expect([of, alike.map(({ count }) => count)]).toEqual([2, [2]]);
      await page.file.readAgain({ picked: [1, 0] });
      page.workbench.other = '!padding(0, 4)';
    },
    findings: ['L14 at 0, 8'],
    difference: [48, 0, 8],
  },
  {
    thread: 'lucidrains/vit-pytorch/issues/71',
    what: 'ten texts of 8 patches each, none of them padded: all planes are equal',
    brought: {
      'mask.npy': planesOf([10, 4, 8, 8], ...Array<string>(40).fill('causal | ahead(1)')),
    },
    then: async (page) => {
      const { alike } = await page.planes();
      expect(alike).toHaveLength(1);
      expect(alike[0]).toMatchObject({ count: 40, is: 'causal | ahead(1)' });
    },
  },
]);

const compared =
  (which: number): NonNullable<Parameters<typeof threads>[1][number]['then']> =>
  async ({ file }) => {
    await file.compareWithArray(which);
    expect(file.refused).toBe('');
  };

threads('two files', [
  {
    thread: 'facebookresearch/xformers/issues/1185',
    what: 'a mask before and after a move to another device, which made it read both ways',
    brought: {
      'made.npy': npyOf(maskOf(read('documents(2)'), 4)),
      'meant.npy': npyOf(maskOf(read('causal & documents(2)'), 4)),
    },
    then: compared(1),
    findings: ['L3 at 0, 1'],
    difference: [2, 0, 1],
  },
  {
    thread: 'pytorch/executorch/pull/21384',
    what: 'a local layer of five tokens before and after the fix',
    brought: {
      'made.npy': npyOf(maskOf(read('causal'), 5)),
      'meant.npy': npyOf(maskOf(read('causal & window(2)'), 5)),
    },
    then: compared(1),
    findings: ['L9 at 4, 0'],
    difference: [6, 2, 0],
  },
  {
    thread: 'mlfoundations/open_clip/issues/549',
    what: 'the last token summarises a text of four with three of padding: its row is one key off, compared with the right one',
    brought: {
      'made.npy': npyOf(square(8, (q, k) => (q < 7 ? k <= q : k < 5))),
      'meant.npy': npyOf(square(8, (q, k) => (q < 7 ? k <= q : k < 4 || k === 7))),
    },
    then: compared(1),
    difference: [2, 7, 4],
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/517',
    what: 'two queries over five keys, aligned in either corner',
    brought: {
      'made.npy': npyOf(fromRule(2, 5, (q, k) => k <= q)),
      'meant.npy': npyOf(fromRule(2, 5, (q, k) => k <= q + 3)),
    },
    then: compared(1),
    findings: ['L7 at 1, 4'],
    difference: [6, 0, 1],
  },
]);

threads('an archive of arrays', [
  {
    thread: 'facebookresearch/xformers/issues/1185',
    what: 'a mask and its faulty copy',
    brought: {
      'masks.npz': zipSync({
        'copy.npy': npyOf(maskOf(read('documents(6)'), 12)),
        'mask.npy': npyOf(maskOf(read('causal & documents(6)'), 12)),
      }),
    },
    then: async ({ file }) => {
      expect(file.choices[0]).toMatchObject({ name: 'tensor', labels: ['copy', 'mask'] });
      await file.compareWithArray(1);
    },
    findings: ['L3 at 0, 1'],
    difference: [30, 0, 1],
  },
  {
    thread: 'hiyouga/LlamaFactory/pull/7308',
    what: 'positions of packed texts, with the mask that counts them',
    brought: {
      'batch.npz': zipSync({
        'attention_mask.npy': npyOfNumbers([1, 8], Uint8Array.of(1, 1, 1, 2, 2, 3, 3, 0), '|u1'),
        'position_ids.npy': npyOfNumbers([1, 8], Uint8Array.of(0, 1, 2, 0, 1, 0, 1, 0), '|u1'),
      }),
    },
    terms: 'causal & documents(3, 5) & !padding(0, 1)',
    then: async ({ file, workbench }) => {
      await file.readAgain({ picked: [1] });
      expect(workbench.text).toContain('documents(3, 5');
    },
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/517',
    what: 'both corners of two queries over five keys',
    brought: {
      'corners.npz': zipSync({
        'bottom_right.npy': npyOf(fromRule(2, 5, (q, k) => k <= q + 3)),
        'top_left.npy': npyOf(fromRule(2, 5, (q, k) => k <= q)),
      }),
    },
    says: 'plain causal',
    findings: ['L7 at 1, 4'],
    then: async ({ file }) => file.readAgain({ picked: [1] }),
  },
]);
