/** @file Cases of the lints on documents, spans and padding. */
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { run } from '../../../src/attention/runs';
import { by, CAUSAL, painted, T, type Cases } from './subject';

export const texts: Cases = {
  L12: {
    found: [
      {
        name: 'packed, and only causal',
        subject: by({ ...CAUSAL, documents: [5, 9] }, 'causal'),
        cell: { query: 5, key: 0 },
      },
      {
        name: 'a border one token late',
        subject: by({ ...CAUSAL, documents: [5] }, 'causal & documents(6)'),
        cell: { query: 5, key: 0 },
      },
    ],
    near: [
      {
        name: 'each document for itself',
        subject: by({ ...CAUSAL, documents: [5, 9] }, 'causal & documents(5, 9)'),
      },
      {
        name: 'a sink that all documents were declared to share',
        subject: by({ ...CAUSAL, documents: [5], kept: [0] }, 'causal & (documents(5) | sink(1))'),
      },
    ],
  },
  L14: {
    found: [
      {
        name: 'padding up to the border of a block is read',
        subject: by({ length: 10, block: 4 }, '!padding(0, 4)'),
        cell: { query: 0, key: 10 },
      },
      {
        name: 'the mask of a shorter text',
        subject: by({ ...CAUSAL, length: 20, block: 4 }, 'causal'),
        cell: { query: 15, key: 15 },
      },
      {
        name: 'partial blocks taken for full ones',
        subject: painted({ ...CAUSAL, block: 4 }, (q, k) => k < 4 * Math.floor(q / 4) + 4),
        cell: { query: 0, key: 1 },
      },
    ],
    near: [
      {
        name: 'a length that is no multiple of the block, well masked',
        subject: by({ length: 10, block: 4 }, '!padding(0, 6)'),
      },
      {
        name: 'whole blocks that are meant so',
        subject: painted({ block: 4 }, (q, k) => k < 4 * Math.floor(q / 4) + 4),
      },
    ],
  },
  L15: {
    found: [
      {
        name: 'an image longer than the window',
        subject: {
          declared: { ...CAUSAL, window: 4, spans: [[4, 10]] },
          masks: [maskOf(read('causal & window(4)'), T)].map((mask) => ({
            ...mask,
            // Uncut forwards; the window cuts it backwards.
            row: (q: number) => (q >= 4 && q < 10 ? run(Math.max(0, q - 3), 10) : mask.row(q)),
          })),
        },
        cell: { query: 8, key: 4 },
      },
      {
        name: 'an image read as text',
        subject: by({ ...CAUSAL, spans: [[4, 8]] }, 'causal'),
        cell: { query: 4, key: 5 },
      },
    ],
    near: [
      {
        name: 'the span united with the window',
        subject: painted(
          { ...CAUSAL, window: 4, spans: [[4, 10]] },
          (q, k) => (k <= q && q - k < 4) || (q >= 4 && q < 10 && k >= 4 && k < 10),
        ),
      },
    ],
  },
  L17: {
    found: [
      {
        name: 'padding on the left, and plain causal',
        subject: by({ ...CAUSAL, start: 3 }, 'causal'),
        cell: { query: 3, key: 0 },
      },
    ],
    near: [
      {
        name: 'padding that only padding reads',
        subject: by({ ...CAUSAL, start: 3 }, '(causal & !padding(3, 0)) | (causal & prefix(3))'),
      },
      {
        name: 'a window that has left the padding behind, in a step of decoding',
        subject: {
          masks: [maskOf(read('causal & window(4)'), T, 2)],
          declared: { ...CAUSAL, window: 4, start: 3 },
        },
      },
    ],
  },
};
