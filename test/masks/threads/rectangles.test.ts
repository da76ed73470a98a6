/** @file Masks of fewer queries than keys, of more, and of two sequences. */
import { expect } from 'vitest';
import { fromRule } from '../../../src/attention/mask';
import { npyOfNumbers } from '../../support/brought';
import { threads } from '../../support/threads';

const f32 = (numbers: readonly number[]) =>
  new Uint8Array(Float32Array.from(numbers).buffer.slice(0));

threads('a step of decoding', [
  {
    thread: 'pytorch/pytorch/issues/103082',
    what: 'one new token, and a triangle at the top left: it reads the first key alone',
    brought: fromRule(1, 8, (_, k) => k === 0),
    says: ['plain causal', 'aligned at the top left'],
    meant: 'causal',
    findings: ['L7 at 0, 7'],
    difference: [7, 0, 1],
  },
  {
    thread: 'FasterDecoding/Medusa/issues/88',
    what: 'two guessed tokens after a prompt of four, in a row: causal at the bottom right',
    brought: fromRule(2, 6, (q, k) => k <= 4 + q),
    says: ['plain causal', 'Its 2 queries are at positions 4 to 5 of 6 keys'],
    findings: [],
  },
  {
    thread: 'OpenNMT/OpenNMT-py/pull/2532',
    what: 'a step of decoding without the padding mask that the prompt had',
    brought: fromRule(1, 12, () => true),
    meant: 'causal & !padding(3, 0)',
    findings: ['L17 at 0, 0'],
    difference: [3, 0, 0],
  },
]);

threads('a part of a prompt over a cache', [
  {
    thread: 'openvinotoolkit/openvino/pull/30714',
    what: 'a window over several new tokens, shifted by one row: each reads the next',
    brought: fromRule(6, 20, (q, k) => k <= 15 + q && k > 11 + q),
    meant: 'causal & window(4)',
    findings: ['L3 at 0, 15', 'L5 at 1, 12'],
  },
  {
    thread: 'hyprstream/hyprstream/pull/1521',
    what: 'a suffix of two tokens after a prompt of six: the triangle leaves out the whole prompt',
    brought: fromRule(2, 8, (q, k) => k <= q),
    says: 'plain causal: every token reads all before it, and itself, aligned at the top left',
    findings: ['L7 at 1, 7'],
  },
  {
    thread: 'huggingface/candle/pull/3743',
    what: 'zeros for the cached prefix and the triangle of the chunk, added to scores: correct',
    brought: {
      'mask.npy': npyOfNumbers(
        [1, 1, 3, 7],
        f32(
          Array.from({ length: 21 }, (_, i) => ((i % 7) - 4 > Math.floor(i / 7) ? -Infinity : 0)),
        ),
        '<f4',
      ),
    },
    says: ['plain causal', 'Its 3 queries are at positions 4 to 6 of 7 keys'],
    findings: [],
  },
  {
    thread: 'tenstorrent/tt-metal/issues/48899',
    what: 'the first of five tokens after a cache of 64 depends on the four after it',
    brought: fromRule(5, 69, (q, k) => k <= 64 + q || q === 0),
    meant: 'causal',
    findings: ['L3 at 0, 65'],
    difference: [4, 0, 65],
  },
]);

threads('queries and keys of two sequences', [
  {
    thread: 'ZcyMonkey/AttT2M/issues/4',
    what: 'six frames of a motion over four words: frame n reads n words',
    brought: fromRule(6, 4, (q, k) => k <= q),
    says: ['plain causal', 'It has 6 queries and 4 keys, so they are of two sequences'],
    findings: [],
  },
  {
    thread: 'joeynmt/joeynmt/issues/151',
    what: 'seven generated tokens, some of them padding, read a source of five with two of padding',
    brought: fromRule(7, 5, (_, k) => k < 3),
    says: ['!padding(0, 2)', 'so they are of two sequences (cross-attention)'],
    findings: [],
  },
  {
    thread: 'lsdefine/attention-is-all-you-need-keras/issues/37',
    what: 'four rows of a target over a source of three, pasted as printed',
    brought: { 'pasted text': '[[1,1,0],[1,1,0],[1,1,0],[1,1,0]]' },
    says: ['!padding(0, 1)', 'It has 4 queries and 3 keys'],
    findings: [],
  },
  {
    thread: 'vllm-project/vllm-omni/issues/5865',
    what: 'twelve tokens of an image and eight of a text, five of them real: the mask of the keys drops queries',
    brought: fromRule(12, 8, (q, k) => q < 5 && k < 5),
    meant: '!padding(0, 3)',
    difference: [35, 5, 0],
    then: async (page) => {
      const [dead] = await page.found();
      expect(dead).toMatchObject({ code: 'L1', cell: { query: 5 } });
      expect(dead!.what).toContain('7 of 12 queries may read no key');
    },
  },
  {
    thread: 'lablup/mlxcel/issues/413',
    what: 'six queries, the first two of which come before all four kept keys',
    brought: fromRule(6, 4, (q, k) => k <= q - 2),
    says: ['plain causal', 'aligned at the bottom right', 'the first 2 are before all keys'],
    findings: ['L1 at 0, 0'],
  },
]);

threads('alignment', [
  {
    thread: 'Dao-AILab/flash-attention/issues/282',
    what: 'four queries over seven keys: the first with the first, and so on',
    brought: fromRule(4, 7, (q, k) => k <= q),
    says: 'aligned at the top left',
    findings: ['L7 at 3, 6'],
  },
  {
    thread: 'NVIDIA/cutlass/issues/2336',
    what: 'three queries over 128 keys',
    brought: fromRule(3, 128, (q, k) => k <= q),
    says: 'aligned at the top left',
    findings: ['L7 at 2, 127'],
    meant: 'causal',
    difference: [3 * 125, 0, 1],
  },
  {
    thread: 'Dao-AILab/flash-attention/pull/436',
    what: 'four queries over six keys, at the bottom right',
    brought: { 'pasted text': '111000\n111100\n111110\n111111' },
    says: ['plain causal', 'positions 2 to 5 of 6 keys'],
    findings: [],
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/1778',
    what: 'more queries than keys at the bottom right: the first queries read nothing',
    brought: fromRule(5, 2, (q, k) => k <= q - 3),
    says: ['plain causal', 'aligned at the bottom right', 'the first 3 are before all keys'],
    findings: ['L1 at 0, 0'],
  },
]);
