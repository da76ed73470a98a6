/** @file Padding that is read, and the values of blocked cells. */
import { expect } from 'vitest';
import { fromRule } from '../../../src/attention/mask';
import { npyOfNumbers } from '../../support/brought';
import { square, threads } from '../../support/threads';

const everything = () => true;
const triangle = (q: number, k: number) => k <= q;

threads('padding on the left that a real query reads', [
  {
    thread: 'ml-explore/mlx-lm/issues/1906',
    what: 'a batch padded on the left, and its mask without the padding',
    brought: square(16, triangle),
    meant: 'causal & !padding(4, 0)',
    findings: ['L17 at 4, 0'],
  },
  {
    thread: 'NVIDIA-NeMo/Automodel/pull/3704',
    what: 'padding is only expected at the end, so all of it is read',
    brought: square(20, triangle),
    meant: 'causal & !padding(7, 0)',
    findings: ['L17 at 7, 0'],
  },
  {
    thread: 'google/trax/issues/820',
    what: 'the first position cannot be masked',
    brought: square(16, (q, k) => k <= q && (k === 0 || k >= 3)),
    meant: 'causal & !padding(3, 0)',
    findings: ['L17 at 3, 0'],
  },
  {
    thread: 'Blaizzy/mlx-vlm/pull/1946',
    what: 'a decoding step in a batch with a longer text',
    brought: fromRule(1, 24, everything),
    meant: 'causal & !padding(9, 0)',
    findings: ['L17 at 0, 0'],
  },
]);

threads('padding on the right that a real query reads', [
  {
    thread: 'AI4Bharat/IndicBERT/issues/20',
    what: 'an encoder without its padding mask',
    brought: square(12, everything),
    meant: '!padding(0, 4)',
    findings: ['L14 at 0, 8'],
  },
  {
    thread: 'MaximumEntropy/Seq2Seq-PyTorch/issues/6',
    what: 'five generated tokens attend to the padding of a source of seven',
    brought: fromRule(5, 7, everything),
    meant: '!padding(0, 2)',
    findings: ['L14 at 0, 5'],
  },
  {
    thread: 'npatsakula/svod/pull/122',
    what: 'windows of an encoder reach into the padding',
    brought: square(26, (q, k) => Math.abs(q - k) <= 8),
    given: { length: 20 },
    findings: ['L14 at 12, 20'],
  },
  {
    thread: 'huggingface/pytorch-openai-transformer-lm/issues/45',
    what: 'a causal model reads no padding, whatever the length',
    brought: square(16, triangle),
    given: { length: 10 },
    findings: [],
  },
]);

const f32 = (numbers: readonly number[]) =>
  new Uint8Array(Float32Array.from(numbers).buffer.slice(0));

threads('two fills in one mask', [
  {
    thread: 'huggingface/transformers/pull/27114',
    what: 'the sum of two masks overflows where both block',
    brought: {
      'mask.npy': npyOfNumbers(
        [1, 1, 5, 5],
        f32(
          Array.from({ length: 25 }, (_, i) => {
            const least = -3.4028234663852886e38;
            return (i % 5 > Math.floor(i / 5) ? least : 0) + (i % 5 < 3 ? least : 0);
          }),
        ),
        '<f4',
      ),
    },
    then: async (page) => {
      const two = (await page.found()).find(({ code }) => code === 'L18');
      expect(two?.what).toContain('two different numbers: -3.403e+38 in');
      expect(two?.consequence).toContain('the lowest number of float32, and twice that is -inf');
    },
  },
  {
    thread: 'NVIDIA-NeMo/Automodel/pull/2658',
    what: 'the same, in the blocked half of a batch, as -1e9 and twice that',
    brought: {
      'mask.npy': npyOfNumbers(
        [32, 32],
        f32(
          Array.from({ length: 32 * 32 }, (_, i) => {
            const [q, k] = [Math.floor(i / 32), i % 32];
            return (k > q ? -1e9 : 0) + (q - k >= 8 ? -1e9 : 0) + (k >= 28 ? -1e9 : 0);
          }),
        ),
        '<f4',
      ),
    },
    then: async (page) => {
      const two = (await page.found()).find(({ code }) => code === 'L18');
      expect(two?.consequence).toContain('One is twice the other');
    },
  },
  {
    thread: 'huggingface/transformers/pull/26421',
    what: 'half precision: -65,504 in the triangle, and -inf where padding is blocked too',
    brought: {
      'mask.npy': npyOfNumbers(
        [1, 1, 6, 6],
        new Uint8Array(
          Uint16Array.from({ length: 36 }, (_, i) => {
            const [later, padding] = [i % 6 > Math.floor(i / 6), i % 6 >= 4];
            return later && padding ? 0xfc00 : later || padding ? 0xfbff : 0;
          }).buffer,
        ),
        '<f2',
      ),
    },
    then: async (page) => {
      const two = (await page.found()).find(({ code }) => code === 'L18');
      expect(two?.what).toContain('-65504 in');
      expect(two?.consequence).toContain('the lowest number of float16');
    },
  },
  {
    thread: 'ml-explore/mlx/issues/1725',
    what: 'a causal mask of NaN is refused with its cell',
    brought: {
      'mask.npy': npyOfNumbers([2, 2], f32([NaN, -Infinity, NaN, NaN]), '<f4'),
    },
    refused: 'no number (NaN) at query 0, key 0',
  },
]);
