/** @file Lints: each on a mask it should catch and on one that only looks similar; none on a correct mask. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plans } from '../../src/attention/plans';
import { declaredOf, declaredOfLayers } from '../../src/masks/declared';
import { and, maskOf, not, or, term, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { expressionsOf, masksOf } from '../../src/masks/layers';
import { lint, lints, type Declared, type Subject } from '../../src/masks/lint';
import { differenceOf, fromRule } from '../../src/attention/mask';
import type { Reading } from '../../src/masks/reading';
import { has, run } from '../../src/attention/runs';
import { cacheOf } from '../../src/masks/views/cache';
import { repairedOf, zoo } from '../../src/masks/zoo';
import { layersOf } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const T = 16;
const CAUSAL: Declared = { causal: true };
/** A file in which 1 blocks. */
const BLOCKING: Reading = {
  allowed: 'zero',
  by: 'cells',
  sure: true,
  because: 'the diagonal is 0 in all 16 rows, and a token reads itself',
  constant: false,
  one: '1',
};

/** Masks of T tokens, one per text, and their declaration. */
const by = (declared: Declared, ...texts: string[]): Subject => ({
  declared,
  masks: masksOf(texts.map(read), T),
});
const painted = (declared: Declared, rule: (q: number, k: number) => boolean): Subject => ({
  declared,
  masks: [fromRule(T, T, rule)],
});

/** A causal window, declared as such. */
const windowed = (window: number): Subject => ({
  declared: { ...CAUSAL, window },
  masks: masksOf([read(`causal & window(${window})`)], 2 * T),
});

interface Case {
  readonly name: string;
  readonly subject: Subject;
  /** The cell of the finding, if it has one. */
  readonly cell?: { query: number; key: number };
  readonly layer?: number;
}
/** For the message of a failing test: which lints find something before one suppresses another. */
const speaking = (subject: Subject) => {
  const codes = lints.all.filter(({ check }) => check(subject).length > 0).map(({ id }) => id);
  return `these find something here before one gives way to another (see "A lint" in CONTRIBUTING.md): ${codes.join(', ') || 'none'}`;
};

const cases: Record<string, { readonly found: readonly Case[]; readonly near: readonly Case[] }> = {
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
  L6: {
    found: [
      {
        name: 'the strict upper triangle',
        subject: by(CAUSAL, '!causal'),
        cell: { query: 0, key: 1 },
      },
      {
        name: 'a whole band turned round',
        subject: by({ ...CAUSAL, window: 4 }, '!(causal & window(4))'),
        cell: { query: 0, key: 1 },
      },
      {
        name: 'documents that read all others',
        subject: by({ documents: [8] }, '!documents(8)'),
        cell: { query: 0, key: 8 },
      },
      {
        name: 'padding read instead of text',
        subject: by({ ...CAUSAL, length: 12 }, 'causal & padding(0, 4)'),
        cell: { query: 12, key: 12 },
      },
      {
        name: 'a file that blocks with 1, for a library that reads it',
        subject: { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, meant: 'sdpa' } },
      },
      {
        name: 'a file that lets through with 1, for a library that blocks it',
        subject: {
          ...by(CAUSAL, 'causal'),
          reading: { ...BLOCKING, allowed: 'nonzero', meant: 'mha' },
        },
      },
      {
        name: 'booleans that will be added to scores',
        subject: { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, meant: 'added' } },
      },
    ],
    near: [
      { name: 'a transposed triangle', subject: painted(CAUSAL, (q, k) => k >= q) },
      {
        name: 'one so large that its diagonal is next to nothing',
        subject: { declared: CAUSAL, masks: [fromRule(64, 64, (q, k) => k >= q)] },
      },
      { name: 'a mask that blocks everything', subject: painted(CAUSAL, () => false) },
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
  L8: {
    found: [
      {
        name: '-1e4, which scores can reach',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e4, dtype: 'float32' } },
      },
      {
        name: '-1e9 in half precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float16' } },
      },
      {
        name: 'a finite fill over a dead row',
        subject: {
          ...painted(CAUSAL, (q, k) => k <= q && q !== 5),
          fill: { value: -1e9, dtype: 'float32' },
        },
        cell: { query: 5, key: 5 },
      },
      {
        name: 'a fill that is no number',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: NaN, dtype: 'float32' } },
      },
    ],
    near: [
      {
        name: '-1e9 in single precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float32' } },
      },
      {
        name: 'the least number of half precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -65_504, dtype: 'f16' } },
      },
      {
        name: '-inf',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -Infinity, dtype: 'f16' } },
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
        name: 'borders of documents that happen to be evenly apart',
        subject: by(
          { ...CAUSAL, window: 4, documents: [4, 8, 12] },
          'causal & window(4) & documents(4, 8, 12)',
        ),
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
  L18: {
    found: [
      {
        name: 'the least number of bfloat16, and twice that',
        subject: {
          ...by(CAUSAL, 'causal'),
          fill: {
            value: -3.3895313892515355e38,
            dtype: 'bfloat16',
            all: [
              { value: -3.3895313892515355e38, cells: 100 },
              { value: -Infinity, cells: 20 },
            ],
          },
        },
      },
      {
        name: 'one fill added to itself',
        subject: {
          ...by(CAUSAL, 'causal'),
          fill: {
            value: -1e9,
            dtype: 'float32',
            all: [
              { value: -1e9, cells: 100 },
              { value: -2e9, cells: 20 },
            ],
          },
        },
      },
    ],
    near: [
      {
        name: 'one fill',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float32' } },
      },
    ],
  },
  L19: {
    found: [
      {
        name: 'documents, and is_causal beside them',
        subject: { ...by({ ...CAUSAL, documents: [8] }, 'causal & documents(8)'), isCausal: true },
        cell: { query: 8, key: 0 },
      },
    ],
    near: [
      {
        name: 'the triangle twice',
        subject: { ...by(CAUSAL, 'causal'), isCausal: true },
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

describe('every lint', () => {
  test('has a case and a near miss here', () => {
    const codes = lints.all.map(({ id }) => id).sort();
    expect(Object.keys(cases).sort(), 'each code has an entry in `cases` above').toEqual(codes);
    for (const { found, near } of Object.values(cases))
      expect(Math.min(found.length, near.length)).toBeGreaterThan(0);
  });

  const rows = (kind: 'found' | 'near') =>
    Object.entries(cases).flatMap(([code, both]) =>
      both[kind].map((one) => [code, one.name, one] as const),
    );

  test.each(rows('found'))('%s finds: %s', (code, _, { subject, cell, layer }) => {
    // The note on how the file was read comes in addition.
    const findings = lint(subject).filter((one) => one.code === code || !one.note);
    expect(
      findings.map((one) => one.code),
      speaking(subject),
    ).toEqual([code]);
    const [finding] = findings;
    expect(finding!.layer).toBe(layer);
    if (cell) expect(finding!.cell).toEqual(cell);
    for (const words of [finding!.what, finding!.consequence, finding!.fix])
      expect(words, 'is one sentence').toMatch(/^\S[^\n]*[^.]\.$/);
    expect(finding!.thread).toMatch(
      /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/,
    );
  });

  test.each(rows('near'))('%s ignores: %s', (code, _, { subject }) => {
    expect(lints.get(code).check(subject)).toEqual([]);
  });
});

test.each([
  ['zero', true, 'The file was inverted'],
  ['nonzero', true, 'as in the file'],
  ['zero', false, 'The file was inverted'],
  ['additive', true, 'shown as blocked'],
] as const)('the way a file was read is a note: %s, sure %s', (allowed, sure, consequence) => {
  const subject = { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, allowed, sure } };
  const [finding, ...rest] = lint(subject);
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({ code: 'L6', note: true });
  expect(finding!.consequence).toContain(consequence);
  expect(finding!.what).toContain(BLOCKING.because);
  expect(finding!.what.includes('as a guess')).toBe(!sure);
  for (const words of [finding!.what, finding!.consequence, finding!.fix])
    expect(words, 'is one sentence').toMatch(/^\S[^\n]*[^.]\.$/);
});

describe('one cause is reported once', () => {
  const masked = (subject: Subject, hidden: readonly string[], left: readonly string[]) => {
    for (const code of hidden)
      expect(lints.get(code).check(subject), `${code} by itself`).not.toEqual([]);
    expect(
      lint(subject).map(({ code }) => code),
      speaking(subject),
    ).toEqual(left);
  };

  test('a flip explains the future, dead rows and unread keys', () =>
    masked(by(CAUSAL, '!causal'), ['L1', 'L2', 'L3'], ['L6']));
  test('a flip explains documents that leak', () =>
    masked(by({ documents: [8] }, '!documents(8)'), ['L12'], ['L6']));
  test('a flip explains only its own layer', () =>
    masked(by(CAUSAL, '!causal', '~causal'), [], ['L3', 'L6']));
  test('a wrong sign explains dead rows, unread keys and the lost window', () =>
    masked(by({ ...CAUSAL, window: 4 }, 'causal & !window(4)'), ['L1', 'L2'], ['L5']));
  test('a corner explains unread keys', () =>
    masked(cases['L7']!.found[0]!.subject, ['L2'], ['L7']));
  test('a finite fill explains its dead rows', () =>
    masked(cases['L8']!.found[2]!.subject, ['L1'], ['L8']));
  test('a leak in the mask explains what the probe saw', () =>
    masked({ ...by(CAUSAL, '~causal'), probe: { changed: 5, moved: [0, T] } }, ['L4'], ['L3']));
  test('a window in the wrong layer explains the one that lacks it', () =>
    masked(cases['L10']!.found[0]!.subject, ['L9'], ['L10']));
  test('a window of another layer’s size explains its ends', () =>
    masked(cases['L10']!.found[2]!.subject, ['L5'], ['L10']));
  test('a window not applied explains the ring that loses keys', () =>
    masked(
      { ...by({ ...CAUSAL, window: 4 }, 'causal'), caches: [{ kind: 'ring', slots: 4 }] },
      ['L11'],
      ['L9'],
    ));
  test('a window one too long explains the ring that is one too short', () =>
    masked(
      {
        ...by({ ...CAUSAL, window: 4 }, 'causal & window(5)'),
        caches: [{ kind: 'ring', slots: 4 }],
      },
      ['L11'],
      ['L5'],
    ));
  test('whole blocks explain the future', () =>
    masked(cases['L14']!.found[2]!.subject, ['L3'], ['L14']));
  test('a window too short does not explain a cache that never lets go', () =>
    masked(
      { ...by({ ...CAUSAL, window: 4 }, 'causal & window(3)'), caches: [{ kind: 'all' }] },
      [],
      ['L5', 'L11'],
    ));
  test('a leak does not explain another cell, and a window that ends too late does', () => {
    masked(
      {
        ...painted(CAUSAL, (q, k) => (k <= q && !(q === 9 && k === 2)) || (q === 3 && k === 5)),
        meant: [maskOf(read('causal'), T)],
      },
      [],
      ['L3', 'L16'],
    );
    masked(
      {
        ...by({ ...CAUSAL, window: 4 }, 'causal & window(5)'),
        meant: [maskOf(read('causal & window(4)'), T)],
      },
      ['L16'],
      ['L5'],
    );
  });
  test('two causes are two findings', () => {
    masked(by({ ...CAUSAL, documents: [8] }, '~causal'), [], ['L3', 'L12']);
    masked(by({ ...CAUSAL, window: 4, documents: [8] }, 'causal & window(5)'), [], ['L5', 'L12']);
  });
});

describe('a mask that matches its declaration has no findings', () => {
  const anyT = fc.integer({ min: 8, max: 64 });

  test('in all plans, with the caches of their layers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plans.all.map(({ id }) => id)),
        anyT,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('first' as const, 'last' as const),
        fc.array(fc.constantFrom('G', 'S', 'A'), { minLength: 4, maxLength: 4 }),
        (plan, tokens, window, chunk, groupSize, place, stripes) => {
          const layers = layersOf({
            ...DEFAULTS,
            ...{ plan, window, chunk, groupSize, place, layers: 4, stripes: stripes.join('') },
          });
          const expressions = expressionsOf(layers);
          const declared: Declared = {
            causal: true,
            window,
            layers: layers.map(({ pattern }) => (pattern === 'local' ? 'local' : 'global')),
            length: tokens,
          };
          const subject: Subject = {
            masks: masksOf(expressions, tokens),
            expressions,
            declared,
            caches: layers.map(cacheOf),
            fill: { value: -Infinity, dtype: 'float16' },
            probe: { changed: 3, moved: [3, tokens] },
          };
          expect(lint(subject)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  /** Terms combined sensibly: no query is left without keys, and nothing that should be whole is cut. */
  const sensible = anyT.chain((tokens) =>
    fc
      .record({
        window: fc.option(fc.integer({ min: 1, max: tokens })),
        sink: fc.option(fc.integer({ min: 1, max: 4 })),
        global: fc.array(fc.nat(tokens - 1), { maxLength: 2 }),
        prefix: fc.option(fc.integer({ min: 1, max: tokens })),
        documents: fc.array(fc.integer({ min: 1, max: tokens - 1 }), { maxLength: 3 }),
        padding: fc.integer({ min: 0, max: 4 }),
        causal: fc.boolean(),
      })
      .map(({ window, sink, global, prefix, documents, padding, causal }) => {
        const right = Math.min(padding, window === null ? 4 : window - 1);
        const begins = documents.filter((at) => at < tokens - right);
        const whole = Math.min(tokens - right, window ?? tokens, ...begins);
        const kept = [
          ...(sink === null ? [] : [term('sink', sink)]),
          ...(global.length > 0 ? [term('global', ...global)] : []),
        ];
        const parts: Expression[] = [
          ...(causal
            ? [
                prefix === null
                  ? term('causal')
                  : or(term('causal'), term('prefix', Math.min(prefix, whole))),
              ]
            : []),
          ...(window === null ? [] : [or(term('window', window), ...kept)]),
          ...(begins.length > 0 ? [term('documents', ...begins)] : []),
          ...(right > 0 ? [not(term('padding', 0, right))] : []),
        ];
        return { tokens, expression: and(...parts) };
      }),
  );
  const clean = (expressions: readonly Expression[], tokens: number) =>
    expect(
      lint({
        masks: masksOf(expressions, tokens),
        expressions,
        declared: declaredOfLayers(expressions, tokens),
      }),
    ).toEqual([]);

  test('in all terms, combined sensibly', () => {
    fc.assert(
      fc.property(sensible, ({ tokens, expression }) => {
        clean([expression], tokens);
      }),
      { numRuns: 1000 },
    );
  });

  test('in chunks next to a global layer, and with holes', () => {
    fc.assert(
      fc.property(
        anyT,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (tokens, n, W) => {
          clean([read(`causal & chunk(${n})`), read('causal')], tokens);
          clean([read(`causal & dilated(${n})`)], tokens);
          clean([read(`causal & window(${W}) & dilated(${n})`)], tokens);
          clean([read(`causal & (exact(${W}, ${n}) | summaries(${W}, ${n}))`)], tokens);
          clean([read(`causal & exact(${W}, ${n})`)], tokens);
        },
      ),
    );
  });

  test('and if one cell of the future is painted, that cell is found', () => {
    fc.assert(
      fc.property(sensible, fc.nat(63), fc.nat(63), ({ tokens, expression }, a, b) => {
        const declared = declaredOf(expression, tokens);
        const [query, key] = [Math.min(a, b) % tokens, Math.max(a, b) % tokens];
        const mask = maskOf(expression, tokens);
        fc.pre(Boolean(declared.causal) && key > query && !has(mask.row(query), key));
        const masks = [
          fromRule(tokens, tokens, (q, k) => has(mask.row(q), k) || (q === query && k === key)),
        ];
        const [finding] = lint({ masks, declared });
        // A key of padding counts as padding first.
        expect(['L3', 'L14']).toContain(finding?.code);
        expect(finding!.cell).toEqual({ query, key });
      }),
    );
  });
});

describe('the declaration of an expression', () => {
  test.each<[string, Declared]>([
    ['causal & (window(4) | sink(2))', { causal: true, window: 4, kept: [0, 1] }],
    ['causal & ~window(4)', { causal: true, global: true }],
    [
      '(causal | prefix(3)) & documents(5, 9)',
      { causal: true, global: true, spans: [[0, 3]], spansAre: 'prefix', documents: [5, 9] },
    ],
    ['causal & !padding(2, 3)', { causal: true, global: true, start: 2, length: T - 3 }],
    ['window(4) & !ahead(3)', { window: 4, right: 2 }],
    ['causal | documents(4, 5)', { causal: true, global: true, spans: [[0, 4], [5, T]], spansAre: 'documents' }], // prettier-ignore
    ['causal & (window(4) | dilated(4))', { causal: true }],
    ['causal & chunk(4)', { causal: true, chunk: 4 }],
    ['causal & window(4) & dilated(2)', { causal: true }],
    ['!(causal & window(4))', {}],
  ])('%s', (text, declared) => expect(declaredOf(read(text), T)).toEqual(declared));

  test('of a stack has windows by layer, and the rest if all layers agree', () =>
    expect(
      declaredOfLayers([read('causal & window(4)'), read('causal & documents(5)')], T),
    ).toEqual({ causal: true, window: [4, undefined], layers: ['local', 'global'] }));
});

describe('the zoo', () => {
  // Their number is checked in test/docs.test.ts.
  test('has at least 18 bugs', () => expect(zoo.all.length).toBeGreaterThanOrEqual(18));

  test.each(zoo.all.map((bug) => [bug.id, bug] as const))('%s is caught by its lint', (_, bug) => {
    const findings = lint(bug.subject);
    expect(
      findings.map(({ code }) => code),
      speaking(bug.subject),
    ).toEqual([bug.lint]);
    expect(bug.story.match(/[.:] |\.$/g)!.length).toBeGreaterThanOrEqual(2);
    expect(bug.thread).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
  });

  test.each(zoo.all.map((bug) => [bug.id, bug] as const))(
    '%s has no findings when repaired',
    (_, bug) => {
      const repaired = repairedOf(bug);
      expect(lint(repaired)).toEqual([]);
      // The repair really changes something.
      const changed = repaired.masks.some(
        (mask, layer) => differenceOf(mask, bug.subject.masks[layer]!).cells > 0,
      );
      expect(changed || bug.repairs !== undefined).toBe(true);
    },
  );
});

test('the advice for a leak next to images does not cut the images', () => {
  const meant: Declared = { ...CAUSAL, spans: [[2, 6]] };
  const leaking = (cells: number) =>
    painted(meant, (q, k) => k <= q || (q > 1 && q < 6 && k < 6) || (q === 8 && k <= 8 + cells));
  const [one, two] = [1, 2].map((cells) => lint(leaking(cells))[0]!);
  expect([one!.code, one!.cell]).toEqual(['L3', { query: 8, key: 9 }]);
  expect(one!.fix).toContain('causal | span');
  expect(one!.what).toMatch(/its future\.$/);
  expect(two!.what).toContain('so does 1 more cell.');
  const plain = lint(painted(CAUSAL, (q, k) => k <= q + 1));
  expect(plain[0]!.fix).toContain('Intersect');
});
