/**
 * @file Foreign masks: every number format back from bytes built here, every parser under fuzz. Their meaning is tested
 * in foreignRecognise.
 */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { Brought } from '../../src/masks/foreign/brought';
import { openForeign as openFile } from '../../src/masks/foreign/foreign';
import type { Matrix } from '../../src/masks/foreign/matrix';
import { bfloat16Of, halfOf } from '../../src/masks/foreign/numbers';
import { recognise } from '../../src/masks/foreign/recognise';
import { cellsOf } from '../../src/attention/mask';
import { npyOf } from '../../src/masks/save';

/** A file as read without any choice by the user. */
async function openForeign(name: string, bytes: Uint8Array) {
  const brought = new Brought(await openFile(name, bytes));
  return {
    choices: brought.look([]).choices,
    matrix: (picked: readonly number[]) => {
      if (!brought.look(picked).axes) brought.implied(picked);
      return brought.matrix(picked);
    },
  };
}
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

interface PngOptions {
  depth?: number;
  colour?: number;
  interlace?: number;
  palette?: readonly number[];
  transparent?: readonly number[];
}

function png(
  width: number,
  height: number,
  rows: Uint8Array,
  { depth = 8, colour = 0, interlace = 0, palette, transparent }: PngOptions = {},
): Uint8Array {
  const part = (name: string, body: Uint8Array) => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, body.length);
    head.set(text(name), 4);
    return [...head, ...body, 0, 0, 0, 0]; // checksums are not checked
  };
  const ihdr = new Uint8Array(13);
  new DataView(ihdr.buffer).setUint32(0, width);
  new DataView(ihdr.buffer).setUint32(4, height);
  ihdr.set([depth, colour, 0, 0, interlace], 8);
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...part('IHDR', ihdr),
    ...(palette ? part('PLTE', Uint8Array.from(palette)) : []),
    ...(transparent ? part('tRNS', Uint8Array.from(transparent)) : []),
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

  test('half precision is read as it was written, and -inf in it blocks', async () => {
    // 0, -inf, 0, 0 as numpy.float16 writes them; then the smallest number of the type, and 1 / 4.
    for (const [bits, numbers, fill] of [
      [[0x0000, 0xfc00, 0x0000, 0x0000], [0, -Infinity, 0, 0], -Infinity],
      [[0x0000, 0xfbff, 0x3400, 0x0000], [0, -65504, 0.25, 0], -65504],
    ] as const)
      for (const descr of ['<f2', '>f2']) {
        const bytes = bits.flatMap((one) =>
          descr === '<f2' ? [one & 255, one >> 8] : [one >> 8, one & 255],
        );
        const { matrix } = await openForeign('m.npy', npy(descr, [2, 2], Uint8Array.from(bytes)));
        expect(cellsIn(matrix([]))).toEqual(numbers);
        const found = recognise(matrix([]));
        expect([...cellsOf(found.mask)]).toEqual([1, 0, 1, 1]);
        expect(found.fill).toEqual({ value: fill, dtype: descr });
      }
  });

  test('half precision and bfloat16 follow IEEE and Google', () => {
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
    expect([0x3f80, 0xc000, 0xff80].map(bfloat16Of)).toEqual([1, -2, -Infinity]);
  });

  test('big-endian, Fortran order and the axes before the last two are read', async () => {
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
    [npy('|b1', [1, 1, 1, 1, 1, 1], new Uint8Array(1)), 'arrays of one to 5 axes'],
    [npy('|b1', [2, 2], new Uint8Array(3)), 'needs 4 bytes after its header; 3 are there'],
    [npy('|b1', [2, 20_000], new Uint8Array(1)), 'masks from 1 × 1 to 16384 × 16384'],
    [npy('|b1', [0, 0], new Uint8Array(0)), 'none of them empty'],
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
  ])('with an error is refused in a sentence (%#)', async (bytes, words) => {
    expect(await refused('m.npy', bytes)).toContain(words);
  });

  test('written by us opens again', async () => {
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
    '[[0.0, -Infinity, -Infinity], [0.0, 0.0, -Infinity], [-Infinity, 0.0, 0.0]]',
    '{"mask": [[0, -Infinity, -Infinity], [0, 0, -Infinity], [-Infinity, 0, 0]], "of": "-Infinity"}',
    '[[0.0, -inf, -inf], [0.0, 0.0, -inf], [-inf, 0.0, 0.0]]',
    '[[True, False, False], [True, True, False], [False, True, True]]',
    '[[1 0 0] [1 1 0] [0 1 1]]',
    '[1, 0, 0]\n[1, 1, 0]\n[0, 1, 1]',
    '[[ True False\n  False]\n [ True  True\n  False]\n [False  True\n   True]]',
    'array([[[1., 0., 0.],\n        [1., 1., 0.],\n        [0., 1., 1.]]], dtype=float32)',
    "tensor([[1, 0, 0],\n        [1, 1, 0],\n        [0, 1, 1]], device='cuda:0', dtype=torch.int32)",
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
    ['[[1,0],[1,1]', 'not complete JSON'],
    ['[5]', 'there are 1 tokens; masks of 2 to 16,384 can be shown'],
    [
      '[[0, Infinity],[0, 0]]',
      'has Infinity at [0][1], as Python writes it; an additive mask has 0',
    ],
    [
      '[[0, -Infinity],[NaN, 0]]',
      'has NaN at [1][0], as Python writes it; a cell should be a number',
    ],
    ['[[0, None],[0, 0]]', 'the mask has null at [0][1]'],
    ['0 inf\n0 0', '+inf at query 0, key 1; an additive mask has 0 to let through'],
    [
      '[[1 0 0 ... 0 0]\n ...\n [1 1 1 ... 1 1]]',
      "leaves out cells with '...', as NumPy and PyTorch",
    ],
    [
      '[[1, 0, ..., 0], [1, 1, ..., 0]]',
      "np.save('mask.npy', mask), or print it again after np.set_",
    ],
    ['1 0 ... 0\n1 1 ... 0', "leaves out cells with '...'"],
    ['[[1 0]\n [1 1]', "the text has 3 '[' and 2 ']'; copy it to its end"],
    ['[[[1 0]\n  [1 1]]\n\n [[1 1]\n  [1 1]]]', 'has 2 masks one after another; print one of them'],
  ])('%.30j is refused in a sentence', async (words, message) => {
    expect(await refused('pasted text', text(words))).toContain(message);
  });

  test('a row of dots is a row of blocked cells, not a truncated one', async () => {
    const { matrix } = await openForeign('m.txt', text('...\n##.\n###'));
    expect(cellsIn(matrix([]))).toEqual([0, 0, 0, 1, 1, 0, 1, 1, 1]);
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

  test('with one bit, a palette or colours is read', async () => {
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
      png(3, 3, indexed, { colour: 3, palette: [0, 0, 0, 255, 255, 255] }),
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

  const pictured = (values: readonly number[], options?: PngOptions) =>
    png(
      3,
      3,
      Uint8Array.from([0, 1, 2].flatMap((y) => [0, ...values.slice(3 * y, 3 * y + 3)])),
      options,
    );

  test('with two grays reads the lighter as 1, whichever they are, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(255), { minLength: 2, maxLength: 2 }),
        async (grays) => {
          const [dark, light] = [Math.min(...grays), Math.max(...grays)];
          const file = pictured(cells.map((cell) => (cell ? light : dark)));
          const { matrix } = await openForeign('m.png', file);
          expect(cellsIn(matrix([]))).toEqual(cells);
          const said = `Its grays are ${dark} and ${light}: ${light}, the lighter, was read as 1.`;
          const { says } = recognise(matrix([]));
          if (dark === 0 && light === 255) expect(says).not.toContain('gray');
          else expect(says).toContain(said);
        },
      ),
    );
  });

  test('with more grays reads those above the middle as 1, and says so', async () => {
    const { matrix } = await openForeign(
      'm.png',
      pictured([200, 20, 10, 190, 210, 10, 10, 180, 111]),
    );
    expect(cellsIn(matrix([]))).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1]);
    expect(recognise(matrix([])).says).toContain(
      'It has 7 grays, 10 to 210: those from 110 on were read as 1, the darker ones as 0.',
    );
  });

  test('may have a palette with transparent colours that no cell uses', async () => {
    const file = pictured(cells, {
      colour: 3,
      palette: [0, 0, 0, 90, 90, 90, 7, 7, 7],
      transparent: [255, 255, 0],
    });
    expect(cellsIn((await openForeign('m.png', file)).matrix([]))).toEqual(cells);
  });

  test.each([
    [
      pictured(cells, { colour: 3, palette: [0, 0, 0, 9, 9, 9], transparent: [255, 80] }),
      'transparent at row 0, column 0',
    ],
    [
      pictured([9, 9, 9, 9, 0, 9, 9, 9, 9], { transparent: [0, 0] }),
      'transparent at row 1, column 1',
    ],
    [
      png(1, 1, Uint8Array.of(0, 3, 2, 1), { colour: 2, transparent: [0, 3, 0, 2, 0, 1] }),
      'transparent at row 0, column 0',
    ],
    [
      pictured([0, 1, 0, 1, 5, 1, 0, 0, 0], { colour: 3, palette: [0, 0, 0, 9, 9, 9] }),
      'has colour 5 at row 1, column 1; its palette ends at 1',
    ],
    [pictured(cells, { colour: 3, palette: [0, 0, 0, 9] }), 'has 4 bytes; it should have three'],
    [pictured(cells, { colour: 3, palette: [] }), 'has 0 bytes; it should have three'],
    [
      pictured(cells, { colour: 3, palette: [76, 76, 76, 255, 0, 0] }),
      'all as light as gray 76, so none of them is the darker',
    ],
    [pictured(Array<number>(9).fill(130)), 'gray 130 all over'],
    [png(1, 1, Uint8Array.of(0, 255, 100), { colour: 4 }), 'transparent at row 0, column 0'],
    [png(1, 1, Uint8Array.of(0, 1, 1), { depth: 16 }), '16 bits a sample'],
    [png(1, 1, Uint8Array.of(0, 1), { interlace: 1 }), 'interlaced'],
    [png(2, 2, Uint8Array.of(0, 1, 1)), 'holds 3 bytes of rows; 6 should be there'],
    [png(1, 1, new Uint8Array(5_000_000)), 'holds more than its 2 bytes'],
    [png(1, 1, Uint8Array.of(9, 1)), 'has filter 9'],
    [png(3, 3, gray(0)).subarray(0, 50), 'ends inside its part'],
    [png(60_000, 60_000, Uint8Array.of(0)), 'masks from 1 × 1 to 16384'],
  ])('with an error is refused in a sentence (%#)', async (bytes, words) => {
    expect(await refused('m.png', bytes)).toContain(words);
  });
});

test('a tensor of any kind is picked from safetensors, masks first', async () => {
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
    count: 4,
    labels: ['causal_mask', 'weight', 'bias', 'half'],
  });
  expect(cellsIn(matrix([0, 0]))).toEqual([1, 0, 1, 1]);
  expect(cellsIn(matrix([0, 0, 1]))).toEqual([1, 1, 1, 1]);
  expect(cellsIn(matrix([3]))).toEqual([1, 0]);
  expect(() => matrix([0, 0, 2])).toThrow('place 2 was picked on an axis of 2');
  expect(() => matrix([9])).toThrow('array 9 was picked; there are 4');
  expect(
    await refused(
      'm.safetensors',
      safetensors({ name: { dtype: 'C64', shape: [2], bytes: new Uint8Array(16) } }),
    ),
  ).toContain('none of the 1 tensors');
});

test('a file with any bytes is read or refused with InputError', async () => {
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
