/**
 * @file More masks of the kinds people brought to public threads, three and more of each kind, as small as shows them: made
 * here from the rule that is told there, nothing copied. What is meant is what the thread says was meant.
 */
import { describe, expect, test } from 'vitest';
import { cellsOf, fromRule, type Mask } from '../../src/attention/mask';
import { npyOf } from '../../src/masks/save';
import { bring, bringText, npyOfNumbers } from '../support/brought';

const GITHUB = 'https://github.com/';

interface Case {
  readonly thread: string;
  readonly what: string;
  readonly mask: Mask;
  readonly meant?: string;
  /** What it is told to be. */
  readonly says?: string;
  readonly findings: readonly string[];
}

const square = (T: number, rule: (q: number, k: number) => boolean) => fromRule(T, T, rule);

const RECTANGLES: readonly Case[] = [
  {
    thread: 'pytorch/pytorch/issues/103082',
    what: 'one new token, and a triangle at the top left: it reads the first key alone',
    mask: fromRule(1, 8, (_, k) => k === 0),
    meant: 'causal',
    findings: ['L7 at 0, 7'],
  },
  {
    thread: 'FasterDecoding/Medusa/issues/88',
    what: 'two guessed tokens after a prompt of four, in a row: causal at the bottom right',
    mask: fromRule(2, 6, (q, k) => k <= 4 + q),
    says: 'plain causal',
    findings: [],
  },
  {
    thread: 'openvinotoolkit/openvino/pull/30714',
    what: 'a window over several new tokens, taken one row too late: each reads the next',
    mask: fromRule(6, 20, (q, k) => k <= 15 + q && k > 11 + q),
    meant: 'causal & window(4)',
    findings: ['L3 at 0, 15', 'L5 at 1, 12'],
  },
  {
    thread: 'OpenNMT/OpenNMT-py/pull/2532',
    what: 'a step of decoding without the padding mask that the prompt had',
    mask: fromRule(1, 12, () => true),
    meant: 'causal & !padding(3, 0)',
    findings: ['L17 at 0, 0'],
  },
];

const KINDS: readonly Case[] = [
  {
    thread: 'AI-Hypercomputer/maxtext/pull/4743',
    what: 'block-causal, the last block left over',
    mask: square(70, (q, k) => Math.floor(k / 16) <= Math.floor(q / 16)),
    says: 'causal | chunk(16)',
    findings: [],
  },
  {
    thread: 'OpenGVLab/SDLM/issues/4',
    what: 'causal over the text, and one block at its end that is read whole',
    mask: square(40, (q, k) => k <= q || (q >= 32 && k >= 32)),
    says: 'causal | span(32, 39)',
    findings: [],
  },
  {
    thread: 'kuleshov-group/bd3lms/issues/23',
    what: 'blocks of another size than the kernel was told, held against those that were meant',
    mask: square(64, (q, k) => Math.floor(k / 16) <= Math.floor(q / 16)),
    meant: 'causal | chunk(8)',
    findings: ['L3 at 0, 8'],
  },
  {
    thread: 'huggingface/transformers/pull/38295',
    what: 'two images of five tokens in a text, in a layer with a window',
    mask: square(
      40,
      (q, k) =>
        (k <= q && q - k < 8) ||
        [6, 20].some((from) => [q, k].every((at) => at >= from && at < from + 5)),
    ),
    says: 'span(6, 10)',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/pull/30918',
    what: 'a prompt with its image that is read whole, and the answer after it too: no mask at all',
    mask: square(24, () => true),
    meant: 'causal | prefix(16)',
    findings: ['L3 at 0, 16'],
  },
  {
    thread: 'huggingface/transformers/pull/43030',
    what: 'an encoder’s window of 128: 64 to each side, and the token itself',
    mask: square(400, (q, k) => Math.abs(q - k) <= 64),
    says: 'a window to both sides, 64 before each token and 64 after it, 129 keys with itself',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/pull/47010',
    what: 'a right side of three where four were meant',
    mask: square(60, (q, k) => q - k < 16 && k - q < 4),
    meant: 'window(16) & !ahead(5)',
    findings: ['L5 at 0, 4'],
  },
  {
    thread: 'sgl-project/sglang/pull/33600',
    what: 'an encoder whose window was only applied when causal: everything is read',
    mask: square(60, () => true),
    meant: 'window(9) & !ahead(9)',
    findings: ['L9 at 59, 0'],
  },
  {
    thread: 'vllm-project/vllm/issues/3385',
    what: 'a window of 2,048 that holds 2,049 keys',
    mask: square(3000, (q, k) => k <= q && q - k <= 2048),
    says: '2,049 = 2,048 and the token itself; was 2,048 meant?',
    findings: [],
  },
  {
    thread: 'ml-explore/mlx-lm/pull/390',
    what: 'a window of 128 that attends to 129',
    mask: square(300, (q, k) => k <= q && q - k <= 128),
    meant: 'causal & window(128)',
    findings: ['L5 at 128, 0'],
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/1133',
    what: 'window_size (S - 1, 0), of which the far corner is lost',
    mask: square(64, (q, k) => k <= q && q - k < 63),
    says: 'plain causal',
    findings: [],
  },
  {
    thread: 'PaddlePaddle/FastDeploy/pull/3514',
    what: 'a tree of five guessed tokens',
    mask: square(5, (q, k) => [[0], [0, 1], [0, 2], [0, 1, 3], [0, 2, 4]][q]!.includes(k)),
    says: 'causal & tree(1, 2, 1, 2)',
    findings: [],
  },
  {
    thread: 'FasterDecoding/Medusa/issues/127',
    what: 'two heads, of two and three guesses, behind a text of 20: six branches',
    mask: fromRule(9, 29, (q, k) => {
      const at = 20 + q;
      if (k < 21 || at === k) return k <= at;
      return q >= 3 && k === 21 + Math.floor((q - 3) / 3);
    }),
    says: 'a tree of guessed tokens after a text',
    findings: [],
  },
  {
    thread: 'cywang97/StreamingTransformer/issues/19',
    what: 'streamed speech in chunks of 16, two to the left',
    mask: square(200, (q, k) => {
      const behind = Math.floor(q / 16) - Math.floor(k / 16);
      return behind >= 0 && behind <= 2;
    }),
    says: 'chunks(16, 2)',
    findings: [],
  },
];

const PACKED: readonly Case[] = [
  {
    thread: 'huggingface/nanoVLM/pull/204',
    what: 'positions that begin again, and attention that does not',
    mask: square(24, (q, k) => k <= q),
    meant: 'causal & documents(10)',
    findings: ['L12 at 10, 0'],
  },
  {
    thread: 'mosaicml/llm-foundry/issues/1464',
    what: 'packed texts with one triangle over all of them',
    mask: square(24, (q, k) => k <= q),
    meant: 'causal & documents(8, 16)',
    findings: ['L12 at 8, 0'],
  },
  {
    thread: 'Biohub/esm/issues/299',
    what: 'padding is a sequence of its own and reads itself',
    mask: square(24, (q, k) => q < 18 === k < 18),
    says: 'documents(18)',
    findings: [],
  },
  {
    thread: 'jingtaozhan/RepBERT-Index/issues/5',
    what: 'a query and a text kept apart',
    mask: square(20, (q, k) => q < 8 === k < 8),
    says: 'documents(8)',
    findings: [],
  },
];

describe.each([
  ['rectangles', RECTANGLES],
  ['kinds of masks', KINDS],
  ['packing', PACKED],
] as const)('%s', (_, cases) => {
  test.each(cases.map((one) => [one.thread, one.what, one] as const))(
    '%s: %s',
    async (_thread, _what, { mask, meant, says, findings }) => {
      const brought = await bring('mask.npy', npyOf(mask));
      if (says) expect(brought.says).toContain(says);
      const found = await brought.findings(...(meant === undefined ? [] : [meant]));
      // A pattern that is not told exactly has its cells told.
      if (brought.opened.meant === undefined || meant !== undefined)
        expect(found).toEqual(findings);
      else expect(found.length).toBeGreaterThan(0);
    },
  );

  test('each names its thread', () => {
    for (const { thread } of cases)
      expect(`${GITHUB}${thread}`).toMatch(
        /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/,
      );
  });
});

describe('lists and fills', () => {
  const f32 = (numbers: readonly number[]) =>
    new Uint8Array(Float32Array.from(numbers).buffer.slice(0));

  test('tloen/alpaca-lora/pull/107: an attention_mask with padding on the right', async () => {
    const { terms, look } = await bringText('{"attention_mask": [[1, 1, 1, 1, 1, 0, 0]]}');
    expect([look.form, terms]).toEqual(['padding', 'causal & !padding(0, 2)']);
  });

  test('bentrevett/pytorch-seq2seq/issues/119: a mask of keys, spread over all queries', async () => {
    const rows = square(8, (_, k) => k < 6);
    const { says } = await bring('mask.npy', npyOf(rows));
    expect(says).toContain('!padding(0, 2)');
    expect(says).toContain('is a guess');
  });

  test('PaddlePaddle/PaddleFormers/pull/4770: batch × tokens where a mask of scores was meant', async () => {
    const { terms, look } = await bringText('[[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]]');
    expect([look.form, look.sure, terms]).toEqual(['padding', false, 'causal & !padding(0, 2)']);
  });

  test('huggingface/transformers/pull/27114: two masks that were added overflow where both block', async () => {
    const T = 5;
    const least = -3.4028234663852886e38;
    const cells = Array.from({ length: T * T }, (_, i) => {
      const [q, k] = [Math.floor(i / T), i % T];
      return (k > q ? least : 0) + (k < 3 ? least : 0);
    });
    const brought = await bring('mask.npy', npyOfNumbers([1, 1, T, T], f32(cells), '<f4'));
    expect((await brought.findings()).some((one) => one.startsWith('L18'))).toBe(true);
  });

  test('NVIDIA-NeMo/Automodel/pull/2658: the same, in the blocked half of a batch', async () => {
    const T = 32;
    const cells = Array.from({ length: T * T }, (_, i) => {
      const [q, k] = [Math.floor(i / T), i % T];
      return (k > q ? -1e9 : 0) + (q - k >= 8 ? -1e9 : 0) + (k >= 28 ? -1e9 : 0);
    });
    const brought = await bring('mask.npy', npyOfNumbers([T, T], f32(cells), '<f4'));
    const [finding] = (await brought.findings()).filter((one) => one.startsWith('L18'));
    expect(finding).toBeDefined();
  });

  test('ml-explore/mlx/issues/1725: a causal mask of NaN is refused with its cell', async () => {
    const cells = [NaN, -Infinity, NaN, NaN];
    await expect(bring('mask.npy', npyOfNumbers([2, 2], f32(cells), '<f4'))).rejects.toThrow(
      'no number (NaN) at query 0, key 0',
    );
  });

  test('ml-explore/mlx-lm/issues/1906: a batch padded on the left, and its mask without the padding', async () => {
    const mask = square(16, (q, k) => k <= q);
    const brought = await bring('mask.npy', npyOfNumbers([16, 16], cellsOf(mask)));
    expect(await brought.findings('causal & !padding(4, 0)')).toContain('L17 at 4, 0');
  });
});
