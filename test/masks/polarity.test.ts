/**
 * @file Whether a file's 1 means visible or blocked: the decision is right or marked as a guess, and it reaches the
 * findings.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Desk } from '../../src/masks/desk';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { recognise } from '../../src/masks/foreign/recognise';
import type { Finding } from '../../src/masks/subject';
import { differenceOf, fromRule, type Mask } from '../../src/attention/mask';
import { docOfRecognised, type Opened } from '../../src/masks/opened';
import { writeRectangles } from '../../src/masks/paint';
import { LIBRARIES, type LibraryId } from '../../src/masks/reading';
import { npyOf } from '../../src/masks/save';
import { cases, FAMILIES, matrixOf, rowsOf, spoilt } from './patterns';
import { size, STRIDE } from '../support/deep';
import { draws } from '../support/draws';

/** The numbers in a file for visible and for blocked cells. */
const WRITTEN: readonly (readonly [string, readonly [number, number]])[] = [
  ['1 may be read', [1, 0]],
  ['1 is blocked', [0, 1]],
  ['-inf is added', [0, -Infinity]],
];
const of = (expression: string, keys: number, queries = keys) =>
  maskOf(read(expression), keys, queries);
const constant = (queries: number, keys: number, value: number) =>
  rowsOf(Array.from({ length: queries }, () => Array<number>(keys).fill(value)));

describe('the decision is right, or marked as a guess', () => {
  const right = (mask: Mask, numbers: readonly [number, number], what: string) => {
    const found = recognise(matrixOf(mask, numbers));
    if (found.polarity.sure) expect(differenceOf(found.mask, mask), what).toEqual({ cells: 0 });
    return found.polarity;
  };

  describe.each(Object.keys(FAMILIES))('%s', (family) => {
    test.each(WRITTEN)(
      '%s, padded or not, with all queries, the last or the first, and up to three wrong cells',
      (_, numbers) => {
        fc.assert(
          fc.property(
            cases(family, { least: 8, most: 40, wrong: 3, placed: 'anywhere' }),
            ({ expression, mask, places }) => {
              const what = `${expression} of ${mask.queries} × ${mask.keys}, spoilt at ${places.join()}`;
              // No more than the rows can outvote.
              right(spoilt(mask, places.slice(0, mask.queries / 8)), numbers, what);
            },
          ),
          draws(7),
        );
      },
    );
  });

  test.each(['causal', 'causal & window(4)', 'window(3) & !ahead(3)', 'causal & chunk(8)'])(
    '%s, square and whole, is not a guess',
    (expression) => {
      for (const [, numbers] of WRITTEN)
        expect(right(of(expression, 32), numbers, expression).sure).toBe(true);
    },
  );

  test('blocks that read themselves and all before are not a guess', () => {
    for (const size of [2, 4, 8, 16]) {
      const mask = fromRule(32, 32, (q, k) => Math.floor(k / size) <= Math.floor(q / size));
      for (const [, numbers] of WRITTEN) expect(right(mask, numbers, `${size}`).sure).toBe(true);
    }
  });

  test('a triangle read by the last queries is not a guess: they read themselves at any offset', () => {
    for (const [, numbers] of WRITTEN)
      expect(right(of('causal', 32, 6), numbers, 'causal').sure).toBe(true);
  });

  test('a triangle at the top left of more keys than queries is a guess', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (queries, more) => {
          const mask = fromRule(queries, queries + more, (q, k) => k <= q);
          for (const numbers of [
            [1, 0],
            [0, 1],
          ] as const) {
            const { polarity } = recognise(matrixOf(mask, numbers));
            expect(polarity.sure).toBe(false);
            expect(polarity.because).toContain('if they are at the last keys');
          }
          expect(right(mask, [0, -Infinity], 'additive').sure).toBe(true);
        },
      ),
      { numRuns: size('triangles') },
    );
  });

  // Found by the property above: the last tokens were padding, and the one query shown was among them.
  test('one query is too little to be sure of either reading', () => {
    const padded = of('documents(4, 8, 12) & !padding(0, 4)', 17, 1);
    expect(right(padded, [1, 0], 'padded').sure).toBe(false);
    expect(right(of('window(5)', 17, 1), [1, 0], 'window').sure).toBe(false);
  });

  // torch.triu(torch.ones(T, T)) without diagonal=1 blocks each token itself; the same file may be a transposed triangle.
  test('a triangle without its diagonal is a guess', () => {
    const strict = fromRule(16, 16, (q, k) => k < q);
    for (const numbers of [
      [1, 0],
      [0, 1],
    ] as const)
      expect(recognise(matrixOf(strict, numbers)).polarity).toMatchObject({
        sure: false,
        because: expect.stringContaining('nothing before') as string,
      });
  });

  // Each of these was once read the wrong way round, and without a doubt.
  test.each([
    ['a padding mask spread over the queries', (_: number, k: number, n: number) => k < n],
    ['the same, padded on the left', (_: number, k: number, n: number) => k >= 16 - n],
    ['a causal mask, padded at the end', (q: number, k: number, n: number) => k <= q && k < n],
    [
      'a window before the query, without it',
      (q: number, k: number, n: number) => k < q && k >= q - n,
    ],
    [
      'blocks that read the blocks before',
      (q: number, k: number, n: number) => Math.floor(k / n) < Math.floor(q / n),
    ],
    [
      'the neighbours on both sides, without the query',
      (q: number, k: number, n: number) => k !== q && Math.abs(k - q) <= n / 5,
    ],
    ['everything but the query', (q: number, k: number) => k !== q],
  ] as const)('%s is never read wrongly without a doubt', (_, rule) => {
    for (let n = 1; n < 16; n += STRIDE) {
      const mask = fromRule(16, 16, (q, k) => rule(q, k, n));
      for (const numbers of [
        [1, 0],
        [0, 1],
      ] as const)
        right(mask, numbers, `${n}`);
    }
  });

  test.each([
    ['padding', (_: number, k: number) => k < 3],
    ['before them', (q: number, k: number) => k < q && k >= q - 3],
    ['sparse', (q: number, k: number) => Math.abs(k - q) === 1],
    ['all keys but itself', (q: number, k: number) => k !== q],
  ] as const)('the reason mentions "%s"', (word, rule) => {
    const { polarity } = recognise(matrixOf(fromRule(16, 16, rule), [1, 0]));
    expect(polarity).toMatchObject({
      sure: false,
      because: expect.stringContaining(word) as string,
    });
  });

  test('a batch of texts padded on the left is not a cache whose last key is never read', () => {
    const batch = fromRule(3, 8, (q, k) => k >= [6, 7, 0][q]!);
    expect(recognise(matrixOf(batch, [1, 0])).polarity.sure).toBe(false);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 8 }),
        (lengths) => {
          const mask = fromRule(lengths.length, 16, (q, k) => k >= 16 - lengths[q]!);
          right(mask, [1, 0], lengths.join());
          right(mask, [0, 1], lengths.join());
        },
      ),
      draws(20),
    );
  });

  test('the reason names the diagonal', () => {
    expect(recognise(matrixOf(of('causal', 24), [0, 1])).polarity.because).toBe(
      'the diagonal is 0 in all 24 rows, and a token reads itself',
    );
    const wrong = spoilt(of('causal & window(3)', 24), [5 * 24 + 5]);
    expect(recognise(matrixOf(wrong, [1, 0])).polarity.because).toBe(
      'the diagonal is not 0 in 23 of 24 rows, and a token reads itself',
    );
  });
});

describe('a mask with a single value', () => {
  test('says for any shape that its polarity is unknown, and how it was read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(0, 1, -Infinity, -1e9, 0.5, -3),
        (queries, more, value) => {
          const keys = Math.max(2, queries + more);
          const found = recognise(constant(queries, keys, value));
          expect(found.polarity).toMatchObject({ sure: false, constant: true });
          expect(found.polarity.because).toContain('it cannot be known');
          const { says } = docOfRecognised(found);
          expect(says).toContain('Which value lets through cannot be known: all its cells are');
          const reads = found.mask.row(0).length > 0;
          expect(says).toContain(
            found.polarity.allowed === 'additive'
              ? `blocks ${reads ? 'nothing' : 'everything'}`
              : `it was read as "${reads ? 'may read' : 'blocked'}"`,
          );
        },
      ),
    );
  });

  test('is read as the chosen library does, and stays unknown', () => {
    const reads = (value: number, meant: LibraryId) => {
      const { mask, polarity } = recognise(constant(4, 4, value), { meant });
      expect(polarity).toMatchObject({ sure: false, constant: true });
      return mask.row(0).length > 0;
    };
    expect([reads(1, 'sdpa'), reads(1, 'mha'), reads(1, 'added')]).toEqual([true, false, true]);
    expect([reads(0, 'sdpa'), reads(0, 'mha'), reads(0, 'added')]).toEqual([false, true, true]);
  });
});

test('if the cells leave a doubt, the chosen library decides', () => {
  const mask = fromRule(4, 12, (q, k) => k <= q);
  const asRead = recognise(matrixOf(mask, [1, 0]), { meant: 'sdpa' });
  expect(asRead.polarity).toMatchObject({ allowed: 'nonzero', by: 'library', sure: true });
  expect(differenceOf(asRead.mask, mask)).toEqual({ cells: 0 });
  const asBlocked = recognise(matrixOf(mask, [0, 1]), { meant: 'mha' });
  expect(asBlocked.polarity).toMatchObject({ allowed: 'zero', by: 'library', sure: true });
  expect(differenceOf(asBlocked.mask, mask)).toEqual({ cells: 0 });
});

describe('the findings of an opened file', () => {
  const T = 12;
  const blocking = npyOf(of('!causal', T)); // True at k > q, as nn.MultiheadAttention takes it
  const findings = async (desk: Desk, { doc, more }: Opened) => {
    const [layer] = doc.layers;
    const mask = {
      T: doc.T,
      expression: write(layer!.expression),
      paint: writeRectangles(layer!.paint),
    };
    return desk.answer({
      kind: 'findings',
      layers: [{ mask, count: 1 }],
      ...(more && { more }),
    });
  };
  const onPolarity = (all: readonly Finding[]) => all.find(({ code }) => code === 'L6');
  const opened = async (name: string, bytes: Uint8Array) => {
    const desk = new Desk();
    const files = [{ name, bytes: Uint8Array.from(bytes) }];
    const { picked, opened } = await desk.answer({ kind: 'open', files });
    return { desk, picked, opened };
  };

  test('a flipped file gets a note with the reason, and nothing else', async () => {
    const { desk, opened: first } = await opened('m.npy', blocking);
    const found = await findings(desk, first);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      code: 'L6',
      note: true,
      what: '1 means "blocked" in this file: the diagonal is 0 in all 12 rows, and a token reads itself.',
    });
  });

  test('the user can choose the other reading, and the mask follows', async () => {
    const { desk, picked } = await opened('m.npy', blocking);
    const as = async (polarity?: 'nonzero' | 'zero') =>
      (await desk.answer({ kind: 'pick', picked, polarity })).opened;
    const read = await as('nonzero');
    expect(onPolarity(await findings(desk, read))?.what).toBe(
      '1 means "may read" in this file: you said so.',
    );
    expect(write(read.doc.layers[0]!.expression)).not.toBe('causal');
    expect(write((await as('zero')).doc.layers[0]!.expression)).toBe('causal');
    expect(write((await as()).doc.layers[0]!.expression)).toBe('causal');
  });

  test.each(LIBRARIES)(
    'for $label, either polarity: L6 if it reads 1 otherwise, a note if it does not',
    async ({ id, reads, label }) => {
      for (const [bytes, allowed] of [
        [blocking, 'zero'],
        [npyOf(of('causal', T)), 'nonzero'],
      ] as const) {
        const { desk, picked } = await opened('m.npy', bytes);
        const [finding, ...rest] = await findings(
          desk,
          (await desk.answer({ kind: 'pick', picked, meant: id })).opened,
        );
        expect(rest).toEqual([]);
        expect(finding).toMatchObject({ code: 'L6' });
        expect(finding!.note, allowed).toBe(reads === allowed ? true : undefined);
        if (reads !== allowed) expect(finding!.what).toContain(label);
      }
    },
  );

  test('numbers added to scores work with every library', async () => {
    for (const { id } of LIBRARIES) {
      const found = recognise(matrixOf(of('causal', T), [0, -Infinity]), { meant: id });
      const [finding, ...rest] = await findings(new Desk(), docOfRecognised(found));
      expect(finding).toMatchObject({ code: 'L6', note: true });
      expect(rest).toEqual([]);
    }
  });

  test('a reading that contradicts the chosen library is reported', async () => {
    const { desk, picked } = await opened('m.npy', blocking);
    const all = await findings(
      desk,
      (await desk.answer({ kind: 'pick', picked, polarity: 'nonzero', meant: 'mha' })).opened,
    );
    const finding = onPolarity(all);
    expect(finding?.what).toBe(
      'In this file 1 means "may read" (you said so), and nn.MultiheadAttention, which it is meant for, reads 1 as "blocked".',
    );
    expect(finding).not.toHaveProperty('note');
  });

  test('a file may name its library by the name of its mask', async () => {
    const rows = Array.from({ length: T }, (_, q) => Array.from({ length: T }, (_, k) => k > q));
    const json = (name: string) => new TextEncoder().encode(JSON.stringify({ [name]: rows }));
    const named = await opened('m.json', json('attention_mask'));
    expect(named.opened.more?.reading?.meant).toBe('hf');
    expect(await findings(named.desk, named.opened)).toMatchObject([
      { code: 'L6', what: expect.stringContaining('Hugging Face attention_mask') as string },
    ]);
    const plain = await opened('m.json', json('mask'));
    expect(plain.opened.more?.reading).not.toHaveProperty('meant');
    expect(await findings(plain.desk, plain.opened)).toMatchObject([{ code: 'L6', note: true }]);
  });

  test.each([
    ['encoder.layers.0.key_padding_mask', 'mha'],
    ['src_key_padding_mask', 'mha'],
    ['model.attention_mask', 'hf'],
    ['attn_mask', undefined], // PyTorch's name for both
    ['key_padding_mask_scale', undefined],
  ])('a tensor %s is meant for %s', (name, meant) => {
    const matrix = { ...matrixOf(of('causal', T), [1, 0]), name };
    expect(recognise(matrix).polarity.meant).toBe(meant);
  });

  test('findings about the mask come before the note', async () => {
    const bytes = npyOf(spoilt(of('causal', T), [3 * T + 7]));
    const { desk, opened: first } = await opened('m.npy', bytes);
    expect((await findings(desk, first)).map(({ code, note }) => [code, note])).toEqual([
      ['L3', undefined],
      ['L6', true],
    ]);
  });
});
