/** @file Arrays of every kind that users bring: stacks, batches, lists of tokens, weights, archives, several files. */
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf } from '../../src/attention/mask';
import { formOf } from '../../src/masks/foreign/forms';
import { npyOf } from '../../src/masks/save';
import { bring, bringAll, bringText, npyOfNumbers, surveyed } from '../support/brought';
import { draws } from '../support/draws';

const cells = (T: number, ...texts: string[]): Uint8Array =>
  Buffer.concat(texts.map((text) => cellsOf(maskOf(read(text), T))));
const floats = (numbers: readonly number[]) =>
  new Uint8Array(Float32Array.from(numbers).buffer.slice(0));

test('a large square of 0 and 1 is recognised as a mask without copying its numbers', () => {
  const T = 2_048;
  let asked = 0;
  const bytes = new Uint8Array(T * T).fill(1);
  const formed = formOf({
    ...{ shape: [T, T], strides: [T, 1], kind: 'bool', dtype: '|b1', bytes },
    number: (i) => (asked++, bytes[i]!),
  });
  expect([formed.form, asked]).toEqual(['mask', 0]);
});

describe('a stack of layers from one file', () => {
  test('19: six layers show the window that only five of them should have', async () => {
    const brought = await bring('19-window-on-all-six-layers.npy');
    expect(brought.opened.doc.layers).toHaveLength(6);
    expect(brought.says).toContain('All 6 layers are the same mask, cell by cell.');
    expect(await brought.findings('5*causal & window(4); causal')).toEqual([
      'L10 in layer 5 at 4, 0',
    ]);
    // For a single layer the result is the same.
    expect(await brought.difference('causal')).toEqual({ cells: 78, first: [4, 0] });
  });

  test('axes are named by a guess with its reason, and by the user', async () => {
    const T = 12;
    const bytes = npyOfNumbers([2, 3, T, T], cells(T, ...Array<string>(6).fill('causal')));
    const { desk, look } = await bring('mask.npy', bytes);
    expect(look.axes).toMatchObject({ roles: ['batch', 'head', 'query', 'key'], sure: true });
    const said = await desk.answer({
      kind: 'pick',
      picked: [],
      axes: ['batch', 'layer', 'query', 'key'],
    });
    expect(said.opened.doc.layers).toHaveLength(3);
    expect(said.look.axes?.because).toBe('you said so');
    await expect(
      desk.answer({ kind: 'pick', picked: [], axes: ['batch', 'key', 'query', 'key'] }),
    ).rejects.toThrow('a mask has one axis of keys; 2 were named so');
    // Queries and keys may be in any order: transposed, no token reads an earlier one.
    const turned = await desk.answer({
      kind: 'pick',
      picked: [],
      axes: ['batch', 'head', 'key', 'query'],
    });
    expect(turned.opened.says).not.toContain('plain causal');
  });

  test('planes that differ only in padding are texts, not layers', async () => {
    const T = 16;
    const bytes = npyOfNumbers(
      [3, T, T],
      cells(T, 'causal', 'causal & !padding(3, 0)', 'causal & !padding(5, 0)'),
    );
    const brought = await bring('mask.npy', bytes);
    expect(brought.look.axes).toMatchObject({ roles: ['batch', 'query', 'key'], sure: false });
    expect(brought.look.choices).toEqual([{ name: 'batch', count: 3 }]);
    expect((await surveyed(brought)).alike).toHaveLength(3);
  });
});

describe('lists of tokens imply a mask', () => {
  test.each(['21-tokenizer-attention-mask.json', '21b-tokenizer-attention-mask.npy'])(
    '%s is padding, text by text',
    async (name) => {
      const brought = await bring(name);
      expect(brought.look).toMatchObject({
        form: 'padding',
        choices: [{ name: 'text', count: 2 }],
      });
      expect(brought.terms).toBe('causal & !padding(3, 0)');
      const second = await brought.desk.answer({ kind: 'pick', picked: [1] });
      expect(second.opened.says).toContain('It is causal.');
      const encoder = await brought.desk.answer({ kind: 'pick', picked: [0], causal: false });
      expect(encoder.opened.says).toContain('It is !padding(3, 0).');
      const asMask = await brought.desk.answer({ kind: 'pick', picked: [], form: 'mask' });
      expect(asMask.opened.doc).toMatchObject({ T: 8, queries: 2 });
      expect((await surveyed(brought)).alike).toHaveLength(2);
    },
  );

  test.each([
    ['[0, 3, 5, 9]', 'lengths', 'causal & documents(3, 5)', 9],
    ['{"cu_seqlens": [0, 4, 12]}', 'lengths', 'causal & documents(4)', 12],
    ['[0, 1, 2, 0, 1, 0, 1, 2, 3]', 'positions', 'causal & documents(3, 5)', 9],
    ['{"position_ids": [[1, 1, 0, 1, 2, 3]]}', 'positions', 'causal & !padding(2, 0)', 6],
    [
      '{"segment_ids": [[1, 1, 1, 2, 2, 0, 0]]}',
      'segments',
      'causal & documents(3) & !padding(0, 2)',
      7,
    ],
    ['{"document_ids": [0, 0, 0, 1, 1, 2]}', 'segments', 'causal & documents(3, 5)', 6],
    ['{"attention_mask": [[1, 1, 1, 1, 0, 0]]}', 'padding', 'causal & !padding(0, 2)', 6],
  ])('%s', async (words, form, terms, T) => {
    const brought = await bringText(words);
    expect(brought.look.form).toBe(form);
    expect(brought.terms).toBe(terms);
    expect(brought.opened.doc.T).toBe(T);
    expect(await brought.findings()).toEqual([]);
  });

  // https://github.com/NVIDIA/Megatron-LM/pull/5298: a document that ends where the row does leaves an empty one.
  test('an empty document is reported', async () => {
    const { says, terms } = await bringText('{"cu_seqlens": [0, 3, 3, 8, 8]}');
    expect(terms).toBe('causal & documents(3)');
    expect(says).toContain('2 more are empty');
  });

  // https://github.com/Dao-AILab/flash-attention: queries and keys of each text counted separately, as a cache is read.
  test('lengths of queries and of keys make a rectangle', async () => {
    const { opened, desk } = await bringText(
      '{"cu_seqlens_q": [0, 2, 3], "cu_seqlens_k": [0, 5, 9]}',
    );
    expect(opened.doc).toMatchObject({ T: 9, queries: 3 });
    const [layer] = opened.doc.layers;
    const mask = maskOf(layer!.expression, 9, 3);
    expect([0, 1, 2].map((q) => mask.row(q))).toEqual([
      [0, 4],
      [0, 5],
      [5, 9],
    ]);
    expect(desk).toBeDefined();
  });

  test('a block table shows which slots of the cache each text reads', async () => {
    const { opened, says } = await bringText(
      '{"block_tables": [[0, 2, -1], [0, 1, 3]], "seq_lens": [20, 40]}',
    );
    expect(opened.doc).toMatchObject({ T: 64, queries: 2 });
    const mask = maskOf(opened.doc.layers[0]!.expression, 64, 2);
    expect(mask.row(0)).toEqual([0, 16, 32, 36]);
    expect(mask.row(1)).toEqual([0, 32, 48, 56]);
    expect(says).toContain('Blocks read by more than one text: 0');
  });

  test.each([
    ['[0, 5, 3]', 'causal'],
    ['{"cu_seqlens": [0, 5, 3]}', 'it should rise from 0'],
    ['{"cu_seqlens": [0, 999999]}', 'there are 999999 tokens'],
    ['{"block_tables": [[-1]]}', 'it should have the numbers of blocks'],
    ['{"cu_seqlens_q": [0, 2], "cu_seqlens_k": [0, 2, 4]}', 'each text should have both'],
  ])('%s is read, or refused in a sentence', async (words, expected) => {
    const said = await bringText(words).then(
      ({ terms }) => terms,
      (error: Error) => error.message,
    );
    expect(said).toContain(expected);
  });
});

describe('attention weights', () => {
  /** Softmax of equal scores over the keys that may be read. */
  const weightsOf = (text: string, T: number) => {
    const mask = maskOf(read(text), T);
    const open = cellsOf(mask);
    return floats(
      [...open].map((one, i) => {
        const row = open.subarray(T * Math.floor(i / T), T * (Math.floor(i / T) + 1));
        return one / row.reduce((a, b) => a + b, 0);
      }),
    );
  };

  test('are recognised by their rows, drawn, and imply their mask', async () => {
    const T = 24;
    const bytes = npyOfNumbers([1, 1, T, T], weightsOf('causal & window(5)', T), '<f4');
    const brought = await bring('w.npy', bytes);
    expect(brought.look.form).toBe('weights');
    expect(brought.terms).toBe('causal & window(5)');
    expect(brought.says).toContain('These are attention weights: the rows sum to 1.');
    const viewport = { query: 0, key: 0, side: T };
    const { cells: drawn } = await brought.desk.answer({
      kind: 'weights',
      picked: [0, 0],
      layer: 0,
      viewport,
      pixels: T,
    });
    expect(drawn[0]).toBe(255); // the first token reads only itself
    expect(drawn[T]).toBe(Math.round(255 * Math.sqrt(0.5)));
    expect(drawn[1]).toBe(0);
  });

  test('must sum to 1, even if they lie between 0 and 1', async () => {
    const { look } = await bring('w.npy', npyOfNumbers([3, 3], floats([0.5, 0, 0, 0.5, 0.4, 0, 1, 1, 1]), '<f4')); // prettier-ignore
    expect(look.form).toBe('mask');
  });
});

describe('several arrays', () => {
  const npyOfTerms = (text: string, T: number) => npyOf(maskOf(read(text), T));

  test('an .npz contains its arrays by name', async () => {
    const bytes = zipSync({
      'causal.npy': npyOfTerms('causal', 9),
      'local.npy': npyOfTerms('causal & window(3)', 9),
      'notes.txt': new Uint8Array(3),
    });
    const { look, desk, says } = await bring('masks.npz', bytes);
    expect(look.choices[0]).toMatchObject({ labels: ['causal', 'local'] });
    expect(says).toContain('plain causal');
    const second = await desk.answer({ kind: 'pick', picked: [1] });
    expect(second.opened.says).toContain('a causal window of 3');
  });

  test('an archive that lies about its size, is broken, or contains no array is refused', async () => {
    const bomb = zipSync({ 'a.npy': new Uint8Array(3_000_000) }, { level: 9 });
    await expect(bring('b.npz', bomb)).rejects.toThrow('does not begin as a .npy does');
    await expect(bring('b.npz', bomb.subarray(0, 200))).rejects.toThrow('broken or cut short');
    const empty = zipSync({ 'readme.md': new Uint8Array(5) });
    await expect(bring('b.npz', empty)).rejects.toThrow('holds readme.md and no .npy');
  });

  test('files that differ in a number are a stack; others are listed separately', async () => {
    const stack = await bringAll(
      [0, 1, 2, 10].map((i) => [
        `layer_${i}.npy`,
        npyOfTerms(i === 10 ? 'causal' : 'causal & window(4)', 20),
      ]),
    );
    expect(stack.terms).toBe('3*causal & window(4); causal');
    const others = await bringAll([
      ['mine.npy', npyOfTerms('causal', 8)],
      ['theirs.npy', npyOfTerms('causal & window(4)', 8)],
    ]);
    expect(others.look.choices[0]).toMatchObject({
      name: 'file',
      labels: ['mine.npy', 'theirs.npy'],
    });
    await expect(
      bringAll([
        ['mine.npy', npyOfTerms('causal', 8)],
        ['broken.npy', new Uint8Array(4)],
      ]),
    ).rejects.toThrow('broken.npy: ');
  });
});

describe('no false all-clear', () => {
  const wrongAt = (text: string, T: number, places: readonly (readonly [number, number])[]) => {
    const all = cellsOf(maskOf(read(text), T));
    for (const [q, k] of places) all[q * T + k] = 1 - all[q * T + k]!;
    return bring('mask.npy', npyOfNumbers([T, T], all));
  };

  test.each([
    ['causal & window(4)', 64, [63, 0], 'L16 at 63, 0'],
    ['causal & window(8)', 64, [40, 36], 'L16 at 40, 36'],
    ['causal', 64, [63, 0], 'L16 at 63, 0'],
    ['causal', 64, [0, 1], 'L3 at 0, 1'],
    ['causal', 64, [63, 63], 'L2 at 63, 63'],
    ['causal', 512, [300, 7], 'L16 at 300, 7'],
    ['causal & (window(16) | sink(2))', 128, [100, 50], 'L16 at 100, 50'],
    ['causal & documents(20, 50)', 64, [55, 21], 'L12 at 55, 21'],
    ['causal | chunk(16)', 128, [70, 3], 'L16 at 70, 3'],
  ] as const)('%s of %i tokens with (%j) flipped: %s', async (text, T, place, finding) => {
    const brought = await wrongAt(text, T, [place]);
    expect(await brought.findings()).toEqual([finding]);
    expect(brought.opened.meant).toBe(text);
  });
});

describe('anything that users bring', () => {
  const taken = async (name: string, bytes: Uint8Array) => {
    try {
      const brought = await bring(name, bytes);
      const { desk, look, opened } = brought;
      expect(opened.doc.layers.length).toBeGreaterThan(0);
      // Read as each other thing it could be, and its planes checked.
      for (const form of look.others)
        await desk.answer({ kind: 'pick', picked: [], form }).catch(refusal);
      await surveyed(brought).catch(refusal);
    } catch (error) {
      refusal(error);
    }
  };
  const refusal = (error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    expect(error.message.length).toBeLessThan(500);
  };

  test('lists of any numbers by the names of libraries are read, or refused in a sentence', async () => {
    const number = fc.oneof(
      fc.integer({ min: -2, max: 9 }),
      fc.constantFrom(0, 1, -1, 0.5, 1e9, 16_385, true),
    );
    const list = fc.array(number, { maxLength: 12 });
    const name = fc.constantFrom(
      ...['attention_mask', 'mask', 'cu_seqlens', 'cu_seqlens_q', 'cu_seqlens_k', 'position_ids'],
      ...['segment_ids', 'document_ids', 'block_tables', 'seq_lens', 'key_padding_mask'],
    );
    const rows = fc
      .record({ width: fc.integer({ min: 1, max: 8 }), count: fc.integer({ min: 1, max: 4 }) })
      .chain(({ width, count }) =>
        fc.array(fc.array(number, { minLength: width, maxLength: width }), {
          minLength: count,
          maxLength: count,
        }),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.oneof(list, rows), { minKeys: 1, maxKeys: 3 }),
        (own) => taken('lists.json', new TextEncoder().encode(JSON.stringify(own))),
      ),
      draws(150),
    );
  });

  test('archives with any bytes changed are read, or refused in a sentence', async () => {
    const whole = zipSync({
      'mask.npy': npyOf(maskOf(read('causal'), 6)),
      'cu_seqlens.npy': npyOf(maskOf(read('causal'), 3)),
    });
    for (let length = 1; length < whole.length; length += 7)
      await taken('m.npz', whole.subarray(0, length));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        async (changes) => {
          const broken = whole.slice();
          for (const [at, byte] of changes) broken[at] = byte;
          await taken('m.npz', broken);
        },
      ),
      draws(150),
    );
  });

  test('arrays of any axes and kinds are read, or refused in a sentence', async () => {
    const kinds = { '|b1': 1, '|u1': 1, '<i4': 4, '<f4': 4, '<f2': 2 } as const;
    const array = fc
      .record({
        shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        descr: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
      })
      .chain(({ shape, descr }) => {
        const size = shape.reduce((a, b) => a * b, 1) * kinds[descr];
        return fc.record({
          shape: fc.constant(shape),
          descr: fc.constant(descr),
          bytes: fc.oneof(
            fc.uint8Array({ minLength: size, maxLength: size }),
            fc.uint8Array({ minLength: size, maxLength: size, max: 1 }),
          ),
        });
      });
    await fc.assert(
      fc.asyncProperty(array, ({ shape, descr, bytes }) =>
        taken('m.npy', npyOfNumbers(shape, bytes, descr)),
      ),
      draws(150),
    );
  });
});
