/** @file Texts packed into one row. */
import { square, threads } from '../../support/threads';

threads('texts packed into one row', [
  {
    thread: 'huggingface/nanoVLM/pull/204',
    what: 'positions that restart, and attention that does not',
    brought: square(24, (q, k) => k <= q),
    meant: 'causal & documents(10)',
    findings: ['L12 at 10, 0'],
  },
  {
    thread: 'mosaicml/llm-foundry/issues/1464',
    what: 'one triangle over all of them',
    brought: square(24, (q, k) => k <= q),
    meant: 'causal & documents(8, 16)',
    findings: ['L12 at 8, 0'],
  },
  {
    thread: 'Biohub/esm/issues/299',
    what: 'padding is a sequence of its own and reads itself',
    brought: square(24, (q, k) => q < 18 === k < 18),
    says: 'documents(18)',
    findings: [],
  },
  {
    thread: 'jingtaozhan/RepBERT-Index/issues/5',
    what: 'a query and a text kept apart',
    brought: square(20, (q, k) => q < 8 === k < 8),
    says: 'documents(8)',
    findings: [],
  },
]);
