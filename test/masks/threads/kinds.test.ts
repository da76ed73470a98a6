/** @file Kinds of masks beyond a triangle and a window. */
import { expect } from 'vitest';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { cellsOf, fromRule } from '../../../src/attention/mask';
import { npyOfNumbers } from '../../support/brought';
import { square, threads } from '../../support/threads';

threads('block-causal', [
  {
    thread: 'AI-Hypercomputer/maxtext/pull/4743',
    what: 'an incomplete last block',
    brought: square(70, (q, k) => Math.floor(k / 16) <= Math.floor(q / 16)),
    says: 'causal | chunk(16)',
    findings: [],
  },
  {
    thread: 'OpenGVLab/SDLM/issues/4',
    what: 'causal over the text, and one block at its end that is read whole',
    brought: square(40, (q, k) => k <= q || (q >= 32 && k >= 32)),
    says: 'causal | span(32, 39)',
    findings: [],
  },
  {
    thread: 'kuleshov-group/bd3lms/issues/23',
    what: 'blocks of a different size than the kernel expects, compared with the intended ones',
    brought: square(64, (q, k) => Math.floor(k / 16) <= Math.floor(q / 16)),
    meant: 'causal | chunk(8)',
    findings: ['L3 at 0, 8'],
  },
  {
    thread: 'Dao-AILab/flash-attention/pull/2546',
    what: 'frames of speech in chunks of four, each read to the end of its own chunk',
    brought: square(24, (q, k) => k < 4 * (Math.floor(q / 4) + 1)),
    says: 'causal | chunk(4)',
    findings: [],
  },
]);

/** Chunks with some to the left. */
const chunks = (size: number, left: number) => (q: number, k: number) => {
  const behind = Math.floor(q / size) - Math.floor(k / size);
  return behind >= 0 && behind <= left;
};

threads('chunks with some to the left', [
  {
    thread: 'cywang97/StreamingTransformer/issues/19',
    what: 'streamed speech in chunks of 16, with two to the left',
    brought: square(200, chunks(16, 2)),
    says: 'chunks(16, 2)',
    findings: [],
  },
  {
    thread: 'speechbrain/speechbrain/pull/2140',
    what: 'chunks of eight frames with one to the left, the last chunk incomplete',
    brought: square(60, chunks(8, 1)),
    says: 'chunks(8, 1)',
    findings: [],
  },
  {
    thread: 'NVIDIA-NeMo/Speech/pull/4687',
    what: 'chunks of four with three to the left',
    brought: square(40, chunks(4, 3)),
    says: 'chunks(4, 3)',
    findings: [],
  },
  {
    thread: 'wenet-e2e/wenet/issues/1516',
    what: 'the first chunk of 16 over a cache of four chunks, none of which it reads',
    brought: fromRule(16, 80, (_, k) => k >= 64),
    says: 'chunk(16)',
    meant: 'chunks(16, 4)',
    difference: [16 * 64, 0, 0],
  },
]);

const images = (q: number, k: number, ...from: readonly number[]) =>
  from.some((at) => [q, k].every((one) => one >= at && one < at + 5));

threads('images in the middle of a text', [
  {
    thread: 'huggingface/transformers/pull/38295',
    what: 'two images of five tokens in a text, in a layer with a window',
    brought: square(40, (q, k) => (k <= q && q - k < 8) || images(q, k, 6, 20)),
    says: 'span(6, 10)',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/pull/30918',
    what: 'a prompt with its image that is read whole, and so is the answer: no mask at all',
    brought: square(24, () => true),
    meant: 'causal | prefix(16)',
    findings: ['L3 at 0, 16'],
  },
  {
    thread: 'AI-Hypercomputer/maxtext/pull/1615',
    what: 'one image of five tokens after a text of four',
    brought: square(16, (q, k) => k <= q || images(q, k, 4)),
    says: 'causal | span(4, 8)',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/issues/46711',
    what: 'the image is read both ways in layers with a window, and causally in a full one',
    brought: {
      'layers.npy': npyOfNumbers(
        [2, 24, 24],
        Buffer.concat([
          cellsOf(square(24, (q, k) => (k <= q && q - k < 8) || images(q, k, 10))),
          cellsOf(square(24, (q, k) => k <= q)),
        ]),
      ),
    },
    terms: 'causal & window(8) | span(10, 14); causal',
    meant: 'causal & window(8) | span(10, 14); causal | span(10, 14)',
    findings: ['L15 in layer 1 at 10, 11'],
  },
  {
    thread: 'bigscience-workshop/Megatron-DeepSpeed/pull/167',
    what: 'a prefix of six without its last token',
    brought: square(10, (q, k) => k <= q || (q < 5 && k < 5)),
    says: 'causal | prefix(5)',
    meant: 'causal | prefix(6)',
    findings: ['L15 at 0, 5'],
    difference: [5, 0, 5],
  },
]);

threads('windows to both sides', [
  {
    thread: 'huggingface/transformers/pull/43030',
    what: 'an encoder’s window of 128: 64 on each side, and the token itself',
    brought: square(400, (q, k) => Math.abs(q - k) <= 64),
    says: 'a window to both sides, 64 before each token and 64 after it, 129 keys with itself',
    findings: [],
  },
  {
    thread: 'NVIDIA-NeMo/Speech/pull/6711',
    what: '70 frames to the left and 13 to the right',
    brought: square(160, (q, k) => q - k <= 70 && k - q <= 13),
    says: '70 before each token and 13 after it, 84 keys with itself: the sides differ',
    findings: [],
  },
  {
    thread: 'NVIDIA/cudnn-frontend/pull/901',
    what: 'a band of eight keys before each token, and three after it',
    brought: square(40, (q, k) => q - k <= 8 && k - q <= 3),
    says: '8 before each token and 3 after it, 12 keys with itself: the sides differ',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/pull/47010',
    what: 'a right side of three instead of four',
    brought: square(60, (q, k) => q - k < 16 && k - q < 4),
    meant: 'window(16) & !ahead(5)',
    findings: ['L5 at 0, 4'],
  },
  {
    thread: 'sgl-project/sglang/pull/33600',
    what: 'an encoder whose window was only applied if causal: everything is read',
    brought: square(60, () => true),
    meant: 'window(9) & !ahead(9)',
    findings: ['L9 at 59, 0'],
  },
]);

threads('trees of guessed tokens', [
  {
    thread: 'PaddlePaddle/FastDeploy/pull/3514',
    what: 'five guessed tokens, two branches',
    brought: square(5, (q, k) => [[0], [0, 1], [0, 2], [0, 1, 3], [0, 2, 4]][q]!.includes(k)),
    says: 'causal & tree(1, 2, 1, 2)',
    findings: [],
  },
  {
    thread: 'FasterDecoding/Medusa/issues/127',
    what: 'two heads, of two and three guesses, after a text of 20: six branches',
    brought: fromRule(9, 29, (q, k) => {
      const at = 20 + q;
      if (k < 21 || at === k) return k <= at;
      return q >= 3 && k === 21 + Math.floor((q - 3) / 3);
    }),
    says: 'a tree of guessed tokens after a text',
    findings: [],
  },
  {
    thread: 'ekryski/mlx-swift-lm/pull/147',
    what: 'two chains of three guesses after the last generated token',
    brought: square(7, (q, k) => k <= q && (k === 0 || q < 4 || k >= 4)),
    says: 'a tree of guessed tokens after a text',
    findings: [],
    then: (page) => {
      // Whatever its numbers are, each chain reads itself, and the token before both.
      const mask = maskOf(read(page.terms), 7);
      expect([3, 4, 6].map((q) => mask.row(q))).toEqual([
        [0, 4],
        [0, 1, 4, 5],
        [0, 1, 4, 7],
      ]);
    },
  },
  {
    thread: 'vllm-project/vllm/pull/17560',
    what: 'guesses on different branches that still read one another',
    brought: square(5, (q, k) => k <= q),
    meant: 'causal & tree(1, 2, 1, 2)',
    findings: ['L16 at 2, 1'],
    difference: [4, 2, 1],
  },
]);

threads('a window by the row instead of the position', [
  {
    thread: 'trymirai/lalamo/pull/200',
    what: 'five queries at the end of 16 keys, with a window of four counted by rows',
    brought: fromRule(5, 16, (q, k) => k <= 11 + q && q - k < 4),
    says: 'counted by row instead of position, this is a window of 4',
    meant: 'causal & window(4)',
    findings: ['L5 at 3, 0'],
    difference: [49, 0, 0],
  },
  {
    thread: 'pytorch/executorch/pull/21857',
    what: 'all queries of a part read the cached keys that the first may read',
    brought: fromRule(4, 16, (q, k) => k <= 12 + q && k >= 7),
    meant: 'causal & window(6)',
    findings: ['L16 at 1, 7'],
    difference: [6, 1, 7],
  },
  {
    thread: 'lablup/mlxcel/pull/891',
    what: 'the second part of a prompt with the window of the first, as if it had no earlier keys',
    brought: fromRule(4, 12, (q, k) => k <= q && q - k < 3),
    says: ['a causal window of 3', 'aligned at the top left'],
    meant: 'causal & window(3)',
    findings: ['L7 at 3, 11'],
  },
  {
    thread: 'Lightning-AI/litgpt/issues/2182',
    what: 'eight tokens in a ring of four slots, read by row: overwritten keys appear in the future',
    brought: square(8, (q, k) => k >= 4 && k <= 4 + q),
    meant: 'causal & window(4)',
    then: async (page) => {
      const { findings } = await page.told();
      expect(findings).toContain('L3 at 0, 4');
    },
  },
]);

threads('a window of W, or of W and the token itself', [
  {
    thread: 'vllm-project/vllm/issues/3385',
    what: 'a window of 2,048 that holds 2,049 keys',
    brought: square(3000, (q, k) => k <= q && q - k <= 2048),
    says: '2,049 = 2,048 and the token itself; was 2,048 meant?',
    findings: [],
    notes: ['L21 at 2048, 0'],
  },
  {
    thread: 'ml-explore/mlx-lm/pull/390',
    what: 'a window of 128 that attends to 129',
    brought: square(300, (q, k) => k <= q && q - k <= 128),
    meant: 'causal & window(128)',
    findings: ['L5 at 128, 0'],
  },
  {
    thread: 'huggingface/transformers/issues/29623',
    what: 'the same window in two libraries, one key apart',
    brought: square(300, (q, k) => k <= q && q - k < 64),
    meant: 'causal & window(65)',
    findings: ['L5 at 64, 0'],
    difference: [236, 64, 0],
  },
  {
    thread: 'apple/axlearn/pull/1009',
    what: 'a window size of 8 that attends to 9 keys',
    brought: square(32, (q, k) => k <= q && q - k <= 8),
    meant: 'causal & window(8)',
    findings: ['L5 at 8, 0'],
  },
]);
