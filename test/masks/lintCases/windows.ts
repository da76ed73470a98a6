/** @file Cases of the lints on windows and chunks, in their layers and with their caches. */
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { BLOCKING, by, CAUSAL, painted, windowed, type Cases } from './subject';

export const windows: Cases = {
  L5: {
    found: [
      {
        name: 'one key too many',
        subject: by({ ...CAUSAL, window: 4 }, 'causal & window(5)'),
        cell: { query: 4, key: 0 },
      },
      {
        name: 'one key too few',
        subject: by({ ...CAUSAL, window: 4 }, 'causal & window(3)'),
        cell: { query: 3, key: 0 },
      },
      {
        name: 'one too many behind sinks',
        subject: by({ ...CAUSAL, window: 4, kept: [0, 1] }, 'causal & (window(5) | sink(2))'),
        cell: { query: 6, key: 2 },
      },
      {
        name: 'one too many in documents',
        subject: by(
          { ...CAUSAL, window: 3, documents: [6, 11] },
          'causal & window(4) & documents(6, 11)',
        ),
        cell: { query: 3, key: 0 },
      },
      {
        name: 'the sign turned round',
        subject: by({ ...CAUSAL, window: 4 }, 'causal & !window(4)'),
        cell: { query: 4, key: 0 },
      },
      {
        name: 'the query itself left out, at the near end',
        subject: painted({ ...CAUSAL, window: 4 }, (q, k) => k < q && q - k <= 4),
        cell: { query: 1, key: 1 },
      },
      {
        name: 'the second layer alone',
        subject: by({ ...CAUSAL, window: [4, 4] }, 'causal & window(4)', 'causal & window(5)'),
        cell: { query: 4, key: 0 },
        layer: 1,
      },
    ],
    near: [
      {
        name: 'a window cut by documents shorter than itself',
        subject: by(
          { ...CAUSAL, window: 6, documents: [3, 4, 9] },
          'causal & window(6) & documents(3, 4, 9)',
        ),
      },
      {
        name: 'a window with holes, whose ends cannot be read off',
        subject: by({ ...CAUSAL, window: 8 }, 'causal & window(8) & dilated(2)'),
      },
      {
        name: 'padded queries, which may not read themselves',
        subject: {
          declared: { ...CAUSAL, window: 5, spans: [[0, 4]], length: 4 },
          masks: [maskOf(read('(causal | prefix(4)) & window(5) & !padding(0, 4)'), 8)],
        },
      },
      {
        name: 'a window of 1',
        subject: by({ ...CAUSAL, window: 1 }, 'causal & window(1)'),
      },
      {
        name: 'rows that sinks and global tokens make longer',
        subject: by(
          { ...CAUSAL, window: 4, kept: [0, 7] },
          'causal & (window(4) | sink(1) | global(7))',
        ),
      },
    ],
  },
  L9: {
    found: [
      {
        name: 'every row reads from the beginning',
        subject: by({ ...CAUSAL, window: 4 }, 'causal'),
        cell: { query: 15, key: 0 },
      },
      {
        name: 'from the beginning of its document',
        subject: by({ ...CAUSAL, window: 4, documents: [7] }, 'causal & documents(7)'),
        cell: { query: 15, key: 7 },
      },
      {
        name: 'in the second of two local layers',
        subject: by({ ...CAUSAL, window: 4 }, 'causal & window(4)', 'causal'),
        cell: { query: 15, key: 0 },
        layer: 1,
      },
    ],
    near: [
      {
        name: 'a text no longer than its window',
        subject: by({ ...CAUSAL, window: 16 }, 'causal'),
      },
      {
        name: 'a global layer beside local ones',
        subject: by(
          { ...CAUSAL, window: 4, layers: ['local', 'global'] },
          'causal & window(4)',
          'causal',
        ),
      },
    ],
  },
  L10: {
    found: [
      {
        name: 'local and global layers changed places',
        subject: by(
          { ...CAUSAL, window: 4, layers: ['global', 'local'] },
          'causal & window(4)',
          'causal',
        ),
        layer: 0,
        cell: { query: 4, key: 0 },
      },
      {
        name: 'a global layer has the window too',
        subject: by(
          { ...CAUSAL, window: 4, layers: ['global', 'local'] },
          'causal & window(4)',
          'causal & window(4)',
        ),
        layer: 0,
      },
      {
        name: 'both masks sized by the first layer',
        subject: by({ ...CAUSAL, window: [3, 8] }, 'causal & window(3)', 'causal & window(3)'),
        layer: 1,
      },
      {
        name: 'neighbouring sizes exchanged',
        subject: by({ ...CAUSAL, window: [4, 5] }, 'causal & window(5)', 'causal & window(4)'),
        layer: 0,
      },
    ],
    near: [
      {
        name: 'windows of two sizes, each in its layer',
        subject: by({ ...CAUSAL, window: [3, 8] }, 'causal & window(3)', 'causal & window(8)'),
      },
      {
        name: 'one key too many that happens to be another layer’s size',
        subject: by({ ...CAUSAL, window: [4, 5] }, 'causal & window(5)', 'causal & window(5)'),
      },
    ],
  },
  L11: {
    found: [
      {
        name: 'a ring one slot too short',
        subject: { ...by(CAUSAL, 'causal & window(5)'), caches: [{ kind: 'ring', slots: 4 }] },
        cell: { query: 4, key: 0 },
      },
      {
        name: 'a ring that let a sink go',
        subject: {
          ...by({ ...CAUSAL, window: 4, kept: [0] }, 'causal & (window(4) | sink(1))'),
          caches: [{ kind: 'ring', slots: 4 }],
        },
        cell: { query: 4, key: 0 },
      },
      {
        name: 'a decoder that reads all it holds',
        subject: {
          ...by({ ...CAUSAL, window: 4 }, 'causal & window(4)'),
          caches: [{ kind: 'all', reads: 'all' }],
        },
        cell: { query: 4, key: 0 },
      },
      {
        name: 'a cache that never lets go',
        subject: {
          ...by({ ...CAUSAL, window: 4 }, 'causal & window(4)'),
          caches: [{ kind: 'all' }],
        },
        cell: { query: 15, key: 0 },
      },
    ],
    near: [
      {
        name: 'a ring as long as the window',
        subject: {
          ...by({ ...CAUSAL, window: 4 }, 'causal & window(4)'),
          caches: [{ kind: 'ring', slots: 4, reads: 'all' }],
        },
      },
      {
        name: 'a ring longer than needed, read through the mask',
        subject: {
          ...by({ ...CAUSAL, window: 4 }, 'causal & window(4)'),
          caches: [{ kind: 'ring', slots: 8 }],
        },
      },
    ],
  },
  L13: {
    found: [
      {
        name: 'chunks in every layer',
        subject: by({ ...CAUSAL, chunk: 4 }, 'causal & chunk(4)', 'causal & chunk(4)'),
        cell: { query: 4, key: 3 },
      },
      {
        name: 'chunks where a window was declared',
        subject: by({ ...CAUSAL, window: 4 }, 'causal & chunk(4)'),
        cell: { query: 4, key: 3 },
      },
    ],
    near: [
      {
        name: 'chunks beside a global layer',
        subject: by({ ...CAUSAL, chunk: 4 }, 'causal & chunk(4)', 'causal'),
      },
      {
        name: 'two queries that read themselves alone, where a border further on shows no chunk',
        subject: painted(
          { ...CAUSAL, window: 4 },
          (q, k) => q === k || (k === q - 1 && (q === 3 || q === 7)),
        ),
      },
      {
        name: 'borders of documents that happen to be evenly apart',
        subject: by(
          { ...CAUSAL, window: 4, documents: [4, 8, 12] },
          'causal & window(4) & documents(4, 8, 12)',
        ),
      },
    ],
  },
  L20: {
    found: [
      {
        name: 'a window in the config of layers that are all global',
        subject: { ...by(CAUSAL, 'causal'), unused: { window: 512, switched: false } },
      },
      {
        name: 'a window that the switch forbids',
        subject: { ...by(CAUSAL, 'causal'), unused: { window: 512, switched: true } },
      },
    ],
    near: [{ name: 'a config without a window', subject: by(CAUSAL, 'causal') }],
  },
  L21: {
    found: [
      {
        name: 'a file whose window is 16 and the token itself',
        subject: { ...windowed(17), reading: BLOCKING },
        cell: { query: 16, key: 0 },
      },
      {
        name: 'one that misses the last of 16',
        subject: { ...windowed(15), reading: BLOCKING },
        cell: { query: 15, key: 0 },
      },
    ],
    near: [
      { name: 'a window of 16', subject: { ...windowed(16), reading: BLOCKING } },
      { name: 'a window of 17 by hand', subject: windowed(17) },
    ],
  },
};
