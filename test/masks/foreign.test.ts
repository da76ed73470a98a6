/** @file Foreign masks: every number kind back from bytes built here, every parser under fuzz, every pattern recognised. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { maskOf, read, write } from '../../src/masks/expression';
import { openForeign } from '../../src/masks/foreign/foreign';
import type { Matrix } from '../../src/masks/foreign/matrix';
import { brainOf, halfOf } from '../../src/masks/foreign/numbers';
import { nearestOf } from '../../src/masks/foreign/nearest';
import { recognise } from '../../src/masks/foreign/recognise';
import { cellsOf, differenceOf, maskOfCells, type Mask } from '../../src/masks/mask';
import { npyOf } from '../../src/masks/save';

const text = (words: string) => new TextEncoder().encode(words);
const cellsIn = ({ queries, keys, at }: Matrix) =>
  Array.from({ length: queries * keys }, (_, i) => at(Math.floor(i / keys), i % keys));

/** A .npy as NumPy writes it. */
function npy(
  descr: string,
  shape: readonly number[],
  bytes: Uint8Array,
  fortran = false,
  version = 1,
): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const before = version === 1 ? 10 : 12;
  const length = Math.ceil((before + dict.length + 1) / 64) * 64 - before;
  const header = text(`${dict.padEnd(length - 1)}\n`);
  const size = version === 1 ? [length & 255, length >> 8] : [length & 255, length >> 8, 0, 0];
  return Uint8Array.of(0x93, ...text('NUMPY'), version, 0, ...size, ...header, ...bytes);
}
const bytesOf = (array: { readonly buffer: ArrayBufferLike }) =>
  new Uint8Array(array.buffer.slice(0));

function png(
  width: number,
  height: number,
  rows: Uint8Array,
  { depth = 8, colour = 0, interlace = 0, extra = [] as Uint8Array[] } = {},
): Uint8Array {
  const part = (name: string, body: Uint8Array) => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, body.length);
    head.set(text(name), 4);
    return [...head, ...body, 0, 0, 0, 0]; // checksums are not looked at
  };
  const ihdr = new Uint8Array(13);
  new DataView(ihdr.buffer).setUint32(0, width);
  new DataView(ihdr.buffer).setUint32(4, height);
  ihdr.set([depth, colour, 0, 0, interlace], 8);
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...part('IHDR', ihdr),
    ...extra.flatMap((body) => part('PLTE', body)),
    ...part('IDAT', new Uint8Array(deflateSync(rows))),
    ...part('IEND', new Uint8Array()),
  ]);
}

function safetensors(
  tensors: Record<string, { dtype: string; shape: readonly number[]; bytes: Uint8Array }>,
): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const words = text(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(words.length), true);
  return Uint8Array.from([
    ...length,
    ...words,
    ...Object.values(tensors).flatMap(({ bytes }) => [...bytes]),
  ]);
}

const refused = async (name: string, bytes: Uint8Array) => {
  try {
    const file = await openForeign(name, bytes);
    recognise(file.matrix(file.choices.map(() => 0)));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
};

describe('.npy', () => {
  const kinds = [
    ['|b1', Uint8Array.of(1, 0, 1, 1)],
    ['|i1', Int8Array.of(1, 0, -1, 1)],
    ['|u1', Uint8Array.of(1, 0, 255, 1)],
    ['<i2', Int16Array.of(1, 0, -300, 1)],
    ['<u2', Uint16Array.of(1, 0, 60_000, 1)],
    ['<i4', Int32Array.of(1, 0, -70_000, 1)],
    ['<u4', Uint32Array.of(1, 0, 4e9, 1)],
    ['<i8', BigInt64Array.of(1n, 0n, -5n, 1n)],
    ['<u8', BigUint64Array.of(1n, 0n, 5n, 1n)],
    ['<f4', Float32Array.of(0, -Infinity, 0.5, 0)],
    ['<f8', Float64Array.of(0, -1e9, 0.25, 0)],
  ] as const;

  test.each(kinds)('%s comes back as it was written', async (descr, array) => {
    for (const version of [1, 2, 3]) {
      const { matrix, choices } = await openForeign(
        'm.npy',
        npy(descr, [2, 2], bytesOf(array), false, version),
      );
      expect(choices).toEqual([]);
      expect(cellsIn(matrix([]))).toEqual([...array].map(Number));
    }
  });

  test('half precision and bfloat16 are what IEEE and Google say', () => {
    expect([0x0000, 0x3c00, 0xc000, 0x7c00, 0xfc00, 0x0001, 0xfbff].map(halfOf)).toEqual([
      0,
      1,
      -2,
      Infinity,
      -Infinity,
      2 ** -24,
      -65504,
    ]);
    expect(halfOf(0x7e00)).toBeNaN();
    expect([0x3f80, 0xc000, 0xff80].map(brainOf)).toEqual([1, -2, -Infinity]);
  });

  test('big-endian, Fortran order and the axes before the last two', async () => {
    const big = await openForeign(
      'm.npy',
      npy('>i2', [2, 2], Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 1)),
    );
    expect(cellsIn(big.matrix([]))).toEqual([1, 0, 256, 1]);
    const fortran = await openForeign(
      'm.npy',
      npy('|u1', [2, 3], Uint8Array.of(1, 4, 2, 5, 3, 6), true),
    );
    expect(cellsIn(fortran.matrix([]))).toEqual([1, 2, 3, 4, 5, 6]);
    const shape = [2, 3, 2, 2];
    const numbers = Uint8Array.from({ length: 24 }, (_, i) => i);
    const four = await openForeign('m.npy', npy('|u1', shape, numbers));
    expect(four.choices).toEqual([
      { name: 'batch', count: 2 },
      { name: 'head', count: 3 },
    ]);
    expect(cellsIn(four.matrix([1, 2]))).toEqual([20, 21, 22, 23]);
    // The same numbers, written column by column.
    const turned = new Uint8Array(24);
    for (let i = 0; i < 24; i++) {
      const [a, b, c, d] = [
        Math.floor(i / 12),
        Math.floor(i / 4) % 3,
        Math.floor(i / 2) % 2,
        i % 2,
      ];
      turned[a + 2 * b + 6 * c + 12 * d] = i;
    }
    const fortranFour = await openForeign('m.npy', npy('|u1', shape, turned, true));
    expect(cellsIn(fortranFour.matrix([1, 2]))).toEqual([20, 21, 22, 23]);
  });

  test.each([
    [npy('<c8', [1, 1], new Uint8Array(8)), "holds '<c8'; booleans, integers and floats"],
    [npy('|O', [1, 1], new Uint8Array(8)), "holds '|O'"],
    [npy('|b1', [4], new Uint8Array(4)), 'has 1 axis; a mask has two'],
    [npy('|b1', [3, 2], new Uint8Array(6)), '3 queries (rows) and 2 keys'],
    [npy('|b1', [2, 2], new Uint8Array(3)), 'needs 4 bytes after its header; 3 are there'],
    [npy('|b1', [2, 20_000], new Uint8Array(1)), 'masks from 1 × 1 to 16384 × 16384'],
    [npy('|b1', [0, 0], new Uint8Array(0)), 'the matrix is 0 × 0'],
    [
      npy("|b1', 'x': exec('rm') #", [1, 1], new Uint8Array(1)),
      'it should say descr, fortran_order and shape',
    ],
    [
      npy('<f4', [2, 2], bytesOf(Float32Array.of(0, NaN, 1, 1))),
      'no number (NaN) at query 0, key 1',
    ],
    [Uint8Array.of(0x93, ...text('NUMPY'), 9, 0, 0, 0, 0, 0), 'of version 9'],
    [
      Uint8Array.of(0x93, ...text('NUMPY'), 1, 0, 255, 255, 0, 0),
      'says it is 65535 bytes long; the file has 12',
    ],
  ])('that is wrong is refused in a sentence (%#)', async (bytes, words) => {
    expect(await refused('m.npy', bytes)).toContain(words);
  });

  test('our own opens again', async () => {
    const mask = maskOf(read('causal & window(3)'), 9);
    const { matrix } = await openForeign('zebra.npy', npyOf(mask));
    expect(recognise(matrix([])).says).toBe(
      'This is a causal window of 3, itself included: the query and 2 before.',
    );
  });
});

describe('text and JSON', () => {
  test.each([
    '100\n110\n011',
    '1 0 0\n1 1 0\n0 1 1\n',
    '1,0,0\r\n1,1,0\r\n0,1,1',
    '#..\n##.\n.##',
    'True False False\nTrue True False\nFalse True True',
    '[[1 0 0]\n [1 1 0]\n [0 1 1]]',
    'tensor([[ True, False, False],\n        [ True,  True, False],\n        [False,  True,  True]])',
    '[[1,0,0],[1,1,0],[0,1,1]]',
    '{"mask": [[true,false,false],[true,true,false],[false,true,true]]}',
    '{"attention_mask": [[0, -1e9, -1e9], [0, 0, -1e9], [-1e9, 0, 0]]}',
    '0 -inf -inf\n0 0 -inf\n-inf 0 0',
  ])('%j is a causal window of 2', async (words) => {
    const { matrix } = await openForeign('pasted text', text(words));
    const found = recognise(matrix([]));
    expect([...cellsOf(found.mask)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test.each([
    ['', 'the file is empty'],
    ['  \n', 'the text is empty'],
    ['1 0\n1', 'row 1 has 1 cells; row 0 has 2'],
    ['1 0\n1 maybe', "row 1 has 'maybe' at key 1"],
    ['[[1,0],[1]]', 'the list at [1] has 1 entries; the others have 2'],
    ['[[1,0],[1,"x"]]', 'the mask has "x" at [1][1]'],
    ['{"weights": 3}', "without 'mask' or 'attention_mask'"],
    ['['.repeat(100_000), 'the text'],
    ['{"mask":' + '['.repeat(5000) + ']'.repeat(5000) + '}', 'nested deeper than 6'],
    ['[[1,0],[1,1]', 'no whole JSON'],
  ])('%.30j is refused in a sentence', async (words, message) => {
    expect(await refused('pasted text', text(words))).toContain(message);
  });

  test('layers and heads are picked from a list of four axes', async () => {
    const four = await openForeign('m.json', text('[[[[1,0],[1,1]],[[1,1],[1,1]]]]'));
    expect(four.choices).toEqual([
      { name: 'batch', count: 1 },
      { name: 'head', count: 2 },
    ]);
    expect(cellsIn(four.matrix([0, 1]))).toEqual([1, 1, 1, 1]);
  });
});

describe('PNG', () => {
  const cells = [1, 0, 0, 1, 1, 0, 0, 1, 1];
  const gray = (filter: number) => {
    const rows: number[] = [];
    let before = [0, 0, 0];
    for (let y = 0; y < 3; y++) {
      const row = cells.slice(3 * y, 3 * y + 3).map((cell) => 255 * cell);
      const predicted = row.map((_, x) => {
        const [a, b, c] = [row[x - 1] ?? 0, before[x]!, before[x - 1] ?? 0];
        const p = a + b - c;
        const near = [a, b, c].reduce((best, one) =>
          Math.abs(p - one) < Math.abs(p - best) ? one : best,
        );
        return [0, a, b, (a + b) >> 1, near][filter]!;
      });
      rows.push(filter, ...row.map((value, x) => (value - predicted[x]! + 256) % 256));
      before = row;
    }
    return Uint8Array.from(rows);
  };

  test.each([0, 1, 2, 3, 4])('rows with filter %i', async (filter) => {
    const { matrix } = await openForeign('m.png', png(3, 3, gray(filter)));
    expect(cellsIn(matrix([]))).toEqual(cells);
  });

  test('of one bit, of a palette, of colours', async () => {
    const bit = await openForeign(
      'm.png',
      png(3, 3, Uint8Array.of(0, 0b10000000, 0, 0b11000000, 0, 0b01100000), { depth: 1 }),
    );
    expect(cellsIn(bit.matrix([]))).toEqual(cells);
    const indexed = Uint8Array.from(
      [0, 1, 2].flatMap((y) => [0, ...cells.slice(3 * y, 3 * y + 3)]),
    );
    const palette = await openForeign(
      'm.png',
      png(3, 3, indexed, { colour: 3, extra: [Uint8Array.of(0, 0, 0, 255, 255, 255)] }),
    );
    expect(cellsIn(palette.matrix([]))).toEqual(cells);
    const colours = Uint8Array.from(
      [0, 1, 2].flatMap((y) => [
        0,
        ...cells.slice(3 * y, 3 * y + 3).flatMap((cell) => Array<number>(3).fill(255 * cell)),
      ]),
    );
    const rgb = await openForeign('m.png', png(3, 3, colours, { colour: 2 }));
    expect(cellsIn(rgb.matrix([]))).toEqual(cells);
  });

  test.each([
    [png(1, 1, Uint8Array.of(0, 255, 100), { colour: 4 }), 'transparent at row 0, column 0'],
    [png(1, 1, Uint8Array.of(0, 1, 1), { depth: 16 }), '16 bits a sample'],
    [png(1, 1, Uint8Array.of(0, 1), { interlace: 1 }), 'interlaced'],
    [png(2, 2, Uint8Array.of(0, 1, 1)), 'holds 3 bytes of rows; 6 should be there'],
    [png(1, 1, new Uint8Array(5_000_000)), 'holds more than its 2 bytes'],
    [png(1, 1, Uint8Array.of(9, 1)), 'has filter 9'],
    [png(3, 3, gray(0)).subarray(0, 50), 'ends inside its part'],
    [png(60_000, 60_000, Uint8Array.of(0)), 'masks from 1 × 1 to 16384'],
  ])('that is wrong is refused in a sentence (%#)', async (bytes, words) => {
    expect(await refused('m.png', bytes)).toContain(words);
  });
});

test('safetensors: a tensor is picked, masks first, of any kind', async () => {
  const file = safetensors({
    weight: { dtype: 'F32', shape: [2, 2], bytes: bytesOf(Float32Array.of(1, 2, 3, 4)) },
    bias: { dtype: 'F32', shape: [2], bytes: new Uint8Array(8) },
    causal_mask: {
      dtype: 'BOOL',
      shape: [1, 2, 2, 2],
      bytes: Uint8Array.of(1, 0, 1, 1, 1, 1, 1, 1),
    },
    half: { dtype: 'BF16', shape: [1, 2], bytes: Uint8Array.of(0x80, 0x3f, 0, 0) },
  });
  const { choices, matrix } = await openForeign('m.safetensors', file);
  expect(choices[0]).toMatchObject({
    name: 'tensor',
    count: 3,
    labels: ['causal_mask', 'weight', 'half'],
  });
  expect(cellsIn(matrix([0, 0]))).toEqual([1, 0, 1, 1]);
  expect(cellsIn(matrix([0, 1]))).toEqual([1, 1, 1, 1]);
  expect(cellsIn(matrix([2, 0]))).toEqual([1, 0]);
  expect(() => matrix([1, 1])).toThrow("matrix 1 was picked; tensor 'weight' has 1");
  expect(
    await refused(
      'm.safetensors',
      safetensors({ bias: { dtype: 'F32', shape: [2], bytes: new Uint8Array(8) } }),
    ),
  ).toContain('none of the 1 tensors');
});

test('whatever bytes a file has, it is taken or refused with InputError', async () => {
  const whole = [
    ['m.npy', npy('<f4', [3, 3], bytesOf(new Float32Array(9)))],
    [
      'm.png',
      png(
        3,
        3,
        Uint8Array.from({ length: 12 }, (_, i) => (i % 4 ? 255 : 0)),
      ),
    ],
    [
      'm.safetensors',
      safetensors({ mask: { dtype: 'U8', shape: [3, 3], bytes: new Uint8Array(9) } }),
    ],
    ['m.json', text('{"mask":[[1,0],[1,1]]}')],
    ['m.txt', text('1 0\n1 1')],
  ] as const;
  for (const [name, bytes] of whole) {
    expect(await refused(name, bytes)).toBeUndefined();
    for (let length = 0; length < bytes.length; length++)
      await refused(name, bytes.subarray(0, length));
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async ([name, bytes], changes) => {
        const broken = bytes.slice();
        for (const [at, byte] of changes) broken[at % broken.length] = byte;
        await refused(name, broken);
      },
    ),
    { numRuns: 400 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('m.npy', 'm.png', 'm.json', 'm.txt', 'x'),
      fc.uint8Array({ maxLength: 200 }),
      async (name, bytes) => {
        await refused(name, bytes);
      },
    ),
  );
});

describe('a pattern is recognised', () => {
  const matrixOf = (mask: Mask, [open, closed]: readonly [number, number]): Matrix => {
    const cells = cellsOf(mask);
    return {
      queries: mask.queries,
      keys: mask.keys,
      kind: 'float',
      dtype: 'f4',
      at: (q, k) => (cells[q * mask.keys + k] ? open : closed),
    };
  };
  const T = 32;
  const number = (min: number, max: number) => fc.integer({ min, max });
  const patterns: readonly (readonly [string, fc.Arbitrary<string>])[] = [
    ['causal', fc.constant('causal')],
    ['window', number(1, 20).map((W) => `causal & window(${W})`)],
    [
      'sinks',
      fc.tuple(number(2, 8), number(1, 5)).map(([W, n]) => `causal & (window(${W}) | sink(${n}))`),
    ],
    ['chunks', number(2, 15).map((C) => `causal & chunk(${C})`)],
    ['chunks both ways', number(2, 15).map((C) => `chunk(${C})`)],
    [
      'documents',
      fc.tuple(number(3, 10), number(14, 28)).map(([a, b]) => `causal & documents(${a}, ${b})`),
    ],
    ['prefix', number(2, 20).map((n) => `causal | prefix(${n})`)],
    [
      'both sides',
      fc.tuple(number(2, 6), number(2, 6)).map(([W, A]) => `window(${W}) & !ahead(${A})`),
    ],
    [
      'strided',
      fc
        .tuple(number(2, 4), number(3, 7))
        .map(([W, s]) => `causal & (window(${W}) | dilated(${s}))`),
    ],
    [
      'left padding',
      fc
        .tuple(number(1, 6), number(2, 9))
        .map(([n, W]) => `causal & window(${W}) & !padding(${n}, 0)`),
    ],
    ['right padding', number(1, 9).map((n) => `causal & !padding(0, ${n})`)],
    ['everything', fc.constant('causal | ahead(1)')],
    ['Longformer', number(2, 5).map((W) => `window(${W}) & !ahead(${W}) | global(0)`)],
  ];

  test.each(patterns)('%s', (_, words) => {
    fc.assert(
      fc.property(words, (expression) => {
        const mask = maskOf(read(expression), T);
        const found = recognise(matrixOf(mask, [1, 0]));
        expect(differenceOf(found.mask, mask)).toEqual({ cells: 0 });
        expect(found.nearest.difference, write(found.nearest.expression)).toEqual({ cells: 0 });
      }),
    );
  });

  test('turned over, added to scores, or as weights, it is the same mask', () => {
    for (const expression of [
      'causal & window(4)',
      'causal',
      'causal & (window(3) | sink(2))',
      'window(3) & !ahead(3)',
    ]) {
      const mask = maskOf(read(expression), T);
      const flipped = recognise(matrixOf(mask, [0, 1]));
      expect(flipped.polarity).toMatchObject({ allowed: 'zero', sure: true });
      expect(differenceOf(flipped.mask, mask)).toEqual({ cells: 0 });
      for (const fill of [-Infinity, -1e9, -1e4, -3.4e38]) {
        const added = recognise(matrixOf(mask, [0, fill]));
        expect(added.polarity.allowed).toBe('additive');
        expect(added.fill).toEqual({ value: fill, dtype: 'f4' });
        expect(differenceOf(added.mask, mask)).toEqual({ cells: 0 });
      }
      expect(differenceOf(recognise(matrixOf(mask, [0.25, 0])).mask, mask)).toEqual({ cells: 0 });
    }
  });

  test('with a few cells wrong the pattern is still the nearest, and the first wrong cell is named', () => {
    const cells = cellsOf(maskOf(read('causal & window(5)'), T));
    cells[9 * T + 2] = 1;
    cells[20 * T + 18] = 0;
    const { expression, difference } = nearestOf(maskOfCells(cells, T, T));
    expect(write(expression)).toBe('causal & window(5)');
    expect(difference).toEqual({ cells: 2, first: { query: 9, key: 2 } });
  });

  test('with fewer queries than keys it stands at the bottom right', () => {
    const mask = maskOf(read('causal & window(5)'), T, 6);
    expect(recognise(matrixOf(mask, [1, 0])).says).toContain('a causal window of 5');
  });

  test('a mask of 2,048 tokens in a moment', () => {
    const mask = maskOf(read('causal & (window(256) | sink(4))'), 2048);
    const matrix = matrixOf(mask, [0, -1e9]);
    const started = performance.now();
    expect(recognise(matrix).nearest.difference).toEqual({ cells: 0 });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
