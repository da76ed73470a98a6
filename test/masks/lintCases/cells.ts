/** @file Cases of the lints on rows and cells: who reads whom. */
import { maskOf } from '../../../src/attention/expression';
import { fromRule } from '../../../src/attention/mask';
import { read } from '../../../src/attention/parse';
import { BLOCKING, by, CAUSAL, painted, T, type Cases } from './subject';

export const cells: Cases = {
  L1: {
    found: [
      {
        name: 'padding on the left leaves its own queries nothing',
        subject: by({ ...CAUSAL, start: 2 }, 'causal & !padding(2, 0)'),
        cell: { query: 0, key: 0 },
      },
      {
        name: 'a row in the middle of the second layer was lost',
        subject: {
          declared: CAUSAL,
          masks: [fromRule(T, T, (q, k) => k <= q), fromRule(T, T, (q, k) => k <= q && q !== 7)],
        },
        cell: { query: 7, key: 7 },
        layer: 1,
      },
    ],
    near: [
      {
        name: 'padding on the right: its queries still read the text',
        subject: by({ ...CAUSAL, length: 12 }, 'causal & !padding(0, 4)'),
      },
    ],
  },
  L2: {
    found: [
      {
        name: 'tokens 4 to 7 are read by nobody',
        subject: painted({ ...CAUSAL, block: 4 }, (q, k) => k <= q && !(k >= 4 && k < 8)),
        cell: { query: 4, key: 4 },
      },
    ],
    near: [
      {
        name: 'unread, but padding',
        subject: by({ ...CAUSAL, length: 12 }, 'causal & !padding(0, 4)'),
      },
      {
        name: 'unread by these queries, but in the cache from before',
        subject: { declared: CAUSAL, masks: [maskOf(read('causal & window(4)'), T, 2)] },
      },
    ],
  },
  L3: {
    found: [
      {
        name: 'one cell of the future',
        subject: painted(CAUSAL, (q, k) => k <= q || (q === 7 && k === 9)),
        cell: { query: 7, key: 9 },
      },
      { name: 'no triangle at all', subject: by(CAUSAL, '~causal'), cell: { query: 0, key: 1 } },
      {
        name: 'transposed: the opposite nearly everywhere, but each query reads itself',
        subject: painted(CAUSAL, (q, k) => k >= q),
        cell: { query: 0, key: 1 },
      },
      {
        name: 'the triangle one diagonal too high',
        subject: painted(CAUSAL, (q, k) => k <= q + 1),
        cell: { query: 0, key: 1 },
      },
    ],
    near: [
      { name: 'not declared causal', subject: by({}, '~causal') },
      {
        name: 'a prefix that may read itself in both directions',
        subject: by({ ...CAUSAL, spans: [[0, 4]] }, 'causal | prefix(4)'),
      },
      {
        name: 'a query late in a cache',
        subject: { declared: CAUSAL, masks: [maskOf(read('causal'), T, 3)] },
      },
    ],
  },
  L4: {
    found: [
      {
        name: 'outputs moved before the changed token',
        subject: { ...by(CAUSAL, 'causal'), probe: { changed: 7, moved: [4, T] } },
        cell: { query: 4, key: 7 },
      },
    ],
    near: [
      {
        name: 'outputs moved from the changed token on',
        subject: { ...by(CAUSAL, 'causal'), probe: { changed: 7, moved: [7, T] } },
      },
    ],
  },
  L7: {
    found: [
      {
        name: 'four queries over sixteen keys begin at the first',
        subject: { declared: CAUSAL, masks: [fromRule(4, T, (q, k) => k <= q)] },
        cell: { query: 3, key: 15 },
      },
      {
        name: 'with a window too',
        subject: {
          declared: { ...CAUSAL, window: 2 },
          masks: [fromRule(4, T, (q, k) => k <= q && q - k < 2)],
        },
        cell: { query: 3, key: 15 },
      },
    ],
    near: [
      {
        name: 'aligned at the bottom right',
        subject: { declared: CAUSAL, masks: [maskOf(read('causal'), T, 4)] },
      },
      {
        name: 'as many queries as keys, where both corners are one',
        subject: by(CAUSAL, 'causal'),
      },
    ],
  },
  L16: {
    found: [
      {
        name: 'one cell of a window is blocked',
        subject: {
          ...painted(
            { ...CAUSAL, window: 4 },
            (q, k) => k <= q && q - k < 4 && !(q === 9 && k === 7),
          ),
          meant: [maskOf(read('causal & window(4)'), T)],
        },
        cell: { query: 9, key: 7 },
      },
      {
        name: 'a step of decoding that is not a row of the whole text',
        subject: {
          masks: [maskOf(read('causal'), T, 1)],
          declared: CAUSAL,
          meant: [maskOf(read('causal & window(4)'), T, 1)],
          step: true,
        },
        cell: { query: 0, key: 0 },
      },
    ],
    near: [
      {
        name: 'a leak alone, which has its own lint',
        subject: {
          ...painted(CAUSAL, (q, k) => k <= q || (q === 3 && k === 5)),
          meant: [maskOf(read('causal'), T)],
        },
      },
    ],
  },
  L22: {
    found: [
      {
        name: 'rows of padding on the left that read everything',
        subject: {
          ...by({ ...CAUSAL, start: 3 }, 'causal & !padding(3, 0) | cells(0, 2, 0, 15)'),
          reading: BLOCKING,
        },
        cell: { query: 0, key: 0 },
      },
      {
        name: 'rows of padding on the right that read themselves',
        subject: {
          ...by(
            { ...CAUSAL, length: 12 },
            'causal & documents(12) & !padding(0, 4) | causal & window(1)',
          ),
          reading: BLOCKING,
        },
        cell: { query: 12, key: 12 },
      },
    ],
    near: [
      {
        name: 'rows of padding that read the text before them',
        subject: { ...by({ ...CAUSAL, length: 12 }, 'causal & !padding(0, 4)'), reading: BLOCKING },
      },
      {
        name: 'a text without padding',
        subject: { ...by(CAUSAL, 'causal'), reading: BLOCKING },
      },
      {
        name: 'rows that were opened by hand',
        subject: by({ ...CAUSAL, start: 3 }, 'causal & !padding(3, 0) | cells(0, 2, 0, 15)'),
      },
    ],
  },
};
