/** @file Lists of tokens, and the masks they imply. */
import { expect } from 'vitest';
import type { Mask } from '../../../src/attention/mask';
import { square, threads } from '../../support/threads';

const named = (name: string, value: unknown) => ({
  'pasted.json': JSON.stringify({ [name]: value }),
});

threads('a tokenizer’s attention_mask', [
  {
    thread: 'tloen/alpaca-lora/pull/107',
    what: 'padding on the right',
    brought: named('attention_mask', [[1, 1, 1, 1, 1, 0, 0]]),
    terms: 'causal & !padding(0, 2)',
    findings: [],
  },
  {
    thread: 'huggingface/transformers/issues/29419',
    what: 'two texts, the second padded on the left',
    brought: named('attention_mask', [
      [1, 1, 1, 1, 1],
      [0, 0, 1, 1, 1],
    ]),
    terms: 'causal',
    then: async ({ file, workbench }) => {
      expect(file.look).toMatchObject({ form: 'padding', choices: [{ name: 'text', count: 2 }] });
      await file.readAgain({ picked: [1] });
      expect(workbench.text).toBe('causal & !padding(2, 0)');
    },
    findings: [],
    notes: ['L1 at 0, 0'],
  },
  {
    thread: 'microsoft/onnxruntime-genai/pull/1639',
    what: 'two texts of two tokens in five positions: the first occupies the positions of the second',
    brought: named('attention_mask', [
      [1, 1, 1, 1, 0],
      [0, 0, 0, 0, 0],
    ]),
    terms: 'causal & !padding(0, 1)',
    then: async ({ file }) => {
      expect(file.look).toMatchObject({ form: 'padding', choices: [{ name: 'text', count: 2 }] });
      await file.readAgain({ picked: [1] });
      expect(file.says).toContain('all 5 tokens are padding');
    },
    findings: [],
    notes: ['L1 at 0, 0'],
  },
  {
    thread: 'PaddlePaddle/PaddleFormers/pull/4770',
    what: 'batch × tokens instead of a mask of scores',
    brought: { 'pasted text': '[[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]]' },
    terms: 'causal & !padding(0, 2)',
    then: ({ file }) => expect(file.look).toMatchObject({ form: 'padding', sure: false }),
  },
  {
    thread: 'bentrevett/pytorch-seq2seq/issues/119',
    what: 'a mask of keys, spread over all queries',
    brought: square(8, (_, k) => k < 6),
    says: ['!padding(0, 2)', 'is a guess'],
  },
  {
    thread: 'meta-pytorch/torchtune/issues/1237',
    what: 'ones for every token, including padding',
    brought: named('attention_mask', [Array(8).fill(1), Array(8).fill(1)]),
    says: 'all 8 tokens are text',
    terms: 'causal',
    meant: 'causal & !padding(3, 0)',
    findings: ['L17 at 3, 0'],
  },
]);

threads('cu_seqlens', [
  {
    thread: 'areal-project/AReaL/issues/1103',
    what: 'padding of length 0, which leaves an empty text at the end',
    brought: named('cu_seqlens', [0, 512, 1024, 1024]),
    says: '1 more is empty, which some kernels do not take',
    terms: 'causal & documents(512)',
    findings: [],
  },
  {
    thread: 'Dao-AILab/flash-attention/issues/880',
    what: 'one number more than texts, beginning with 0: texts of 3, 4 and 5 tokens',
    brought: { 'pasted text': '[0, 3, 7, 12]' },
    says: '12 tokens in 3 documents',
    terms: 'causal & documents(3, 7)',
    findings: [],
  },
  {
    thread: 'modelscope/ms-swift/pull/9904',
    what: 'a text of one token between longer ones',
    brought: named('cu_seq_lens_q', [0, 4, 5, 9]),
    terms: 'causal & documents(4, 5)',
    findings: [],
  },
  {
    thread: 'NVIDIA/Megatron-LM/pull/5298',
    what: 'a document that ends where the row does',
    brought: named('cu_seqlens', [0, 3, 3, 8, 8]),
    says: '2 more are empty',
    terms: 'causal & documents(3)',
  },
  {
    thread: 'PrimeIntellect-ai/prime-rl/pull/2944',
    what: 'lengths instead of their running sum: two texts, and padding as a third',
    brought: named('seq_lens', [4, 3, 1]),
    says: '8 tokens in 3 documents',
    terms: 'causal & documents(4, 7)',
    findings: [],
  },
]);

threads('segment ids', [
  {
    thread: 'MeetKai/functionary/issues/265',
    what: 'an attention_mask that counts the texts of a row: 1, then 2, and 0 for padding',
    brought: named('attention_mask', [[1, 1, 1, 2, 2, 2, 2, 2, 0, 0]]),
    terms: 'causal & documents(3) & !padding(0, 2)',
    findings: [],
  },
  {
    thread: 'hiyouga/LlamaFactory/pull/7754',
    what: 'the same, of six tokens',
    brought: named('attention_mask', [[1, 1, 2, 2, 2, 0]]),
    terms: 'causal & documents(2) & !padding(0, 1)',
    findings: [],
  },
  {
    thread: 'AI-Hypercomputer/maxtext/pull/4929',
    what: 'without packing they are the padding mask',
    brought: named('segment_ids', [[1, 1, 1, 1, 1, 0, 0, 0]]),
    terms: 'causal & !padding(0, 3)',
    findings: [],
  },
  {
    thread: 'marin-community/marin/issues/7087',
    what: 'counted from 0, each text to its end token, in two rows',
    brought: named('segment_ids', [
      [0, 0, 0, 1, 1, 1, 1, 2],
      [0, 0, 0, 0, 0, 0, 1, 1],
    ]),
    terms: 'causal & documents(3, 7)',
    findings: [],
  },
]);

threads('document ids', [
  {
    thread: 'DeepOpt-com/WrinkleFree-Monorepo/issues/53',
    what: 'a document of four tokens and one of two',
    brought: named('document_ids', [0, 0, 0, 0, 1, 1]),
    terms: 'causal & documents(4)',
    findings: [],
  },
  {
    thread: 'meta-pytorch/torchtune/pull/1193',
    what: 'batch × tokens, with a mask for each row',
    brought: named('document_ids', [
      [0, 0, 0, 1, 1, 1],
      [0, 0, 1, 1, 2, 2],
    ]),
    terms: 'causal & documents(3)',
    then: async ({ file, workbench }) => {
      await file.readAgain({ picked: [1] });
      expect(workbench.text).toBe('causal & documents(2, 4)');
    },
  },
  {
    thread: 'meta-pytorch/attention-gym/issues/98',
    what: 'proteins one after another, read in both directions',
    brought: named('document_ids', [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]),
    then: async ({ file, workbench }) => {
      await file.readAgain({ causal: false });
      expect(workbench.text).toBe('documents(3, 8, 11)');
    },
    findings: [],
  },
  {
    thread: 'vllm-project/speculators/pull/629',
    what: 'compared with the plain triangle: later texts attend to earlier ones',
    brought: named('document_ids', [0, 0, 0, 0, 0, 1, 1, 1]),
    meant: 'causal',
    difference: [15, 5, 0],
  },
]);

threads('position ids', [
  {
    thread: 'huggingface/transformers/pull/46634',
    what: 'two texts in one row with an attention_mask of ones, which hides them',
    brought: {
      'batch.json': JSON.stringify({
        attention_mask: [[1, 1, 1, 1, 1, 1, 1]],
        position_ids: [[0, 1, 2, 0, 1, 2, 3]],
      }),
    },
    terms: 'causal',
    then: async (page) => {
      expect(page.file.choices[0]).toMatchObject({ labels: ['attention_mask', 'position_ids'] });
      await page.file.compareWithArray(1);
      expect(page.workbench.other).toBe('causal & documents(3)');
    },
    findings: ['L12 at 3, 0'],
    difference: [12, 3, 0],
  },
  {
    thread: 'modelscope/ms-swift/pull/9904',
    what: 'a text of one token: 0 after 0 begins a new text',
    brought: named('position_ids', [[0, 1, 2, 3, 0, 0, 1, 2]]),
    terms: 'causal & documents(4, 5)',
    findings: [],
  },
  {
    thread: 'unslothai/unsloth/pull/4078',
    what: 'counted from the first real token, with 1 for padding',
    brought: named('position_ids', [
      [0, 1, 2, 3, 4, 5],
      [1, 1, 0, 1, 2, 3],
    ]),
    terms: 'causal',
    then: async ({ file, workbench }) => {
      await file.readAgain({ picked: [1] });
      expect(workbench.text).toBe('causal & !padding(2, 0)');
    },
  },
  {
    thread: 'ndif-team/nnsight/pull/673',
    what: 'the same, with 0 for padding',
    brought: named('position_ids', [[0, 0, 0, 1, 2, 3]]),
    terms: 'causal & !padding(2, 0)',
    findings: [],
    notes: ['L1 at 0, 0'],
  },
]);

const readBy = (mask: Mask, text: number) => mask.row(text);

threads('block tables', [
  {
    thread: 'RBLN-SW/vllm-rbln/pull/1102',
    what: 'a shorter text whose last block is repeated in place of missing ones',
    brought: {
      'tables.json': JSON.stringify({
        block_tables: [
          [0, 1, 2],
          [3, 3, 3],
        ],
        seq_lens: [40, 10],
      }),
    },
    says: ['A block table of 2 texts', 'No block is read by two texts.'],
    then: ({ workbench }) => {
      expect([readBy(workbench.mask, 0), readBy(workbench.mask, 1)]).toEqual([
        [0, 40],
        [48, 58],
      ]);
    },
  },
  {
    thread: 'gittensor-ai-lab/sparkinfer/pull/185',
    what: 'a reused row: blocks of other texts follow its own two',
    brought: {
      'tables.json': JSON.stringify({ block_tables: [[4, 1, 9, 8]], seq_lens: [20] }),
    },
    then: ({ workbench }) => {
      expect(workbench.doc).toMatchObject({ T: 160, queries: 1 });
      expect(readBy(workbench.mask, 0)).toEqual([16, 20, 64, 80]);
    },
  },
  {
    thread: 'Avarok-Cybersecurity/atlas/issues/1193',
    what: 'two texts share a block that is not full, and both may write into it',
    brought: {
      'tables.json': JSON.stringify({
        block_tables: [
          [0, 1, -1],
          [0, 1, 2],
        ],
        seq_lens: [24, 40],
      }),
    },
    says: 'Blocks read by more than one text: 0, 1',
  },
  {
    thread: 'RBLN-SW/vllm-rbln/pull/53',
    what: 'rows padded with -1, without lengths',
    brought: named('block_tables', [
      [0, 2, -1],
      [1, -1, -1],
    ]),
    says: 'the last block of each is taken as full',
    then: ({ workbench }) => {
      expect([readBy(workbench.mask, 0), readBy(workbench.mask, 1)]).toEqual([
        [0, 16, 32, 48],
        [16, 32],
      ]);
    },
  },
]);
