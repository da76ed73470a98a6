/** @file Opened files of every kind, with the code and the repaired file that the workbench offers for them. Bundled by scripts/interop/run-code.mjs. */
import { zipSync, zlibSync } from 'fflate';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { has } from '../../src/attention/runs';
import type { Mask } from '../../src/attention/mask';
import { crc32 } from '../../src/core/crc32';
import { Desk } from '../../src/masks/desk';
import type { Answer } from '../../src/masks/questions';
import type { Said } from '../../src/masks/foreign/brought';
import type { Asked } from '../../src/masks/foreign/recognise';
import { sourceOf } from '../../src/masks/foreign/source';
import { loadOf } from '../../src/masks/python/load';
import { reproduction } from '../../src/masks/reproduce';
import { npyHeader } from '../../src/masks/save';
import { writeRectangles } from '../../src/masks/paint';

export interface OpenedCase {
  readonly id: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly said?: Said & Asked;
  readonly picked?: readonly number[];
  readonly layer?: number;
  readonly meant: string;
  /** In the saved file. */
  readonly name?: string;
}

type Value = (open: boolean, q: number, k: number) => number;
const added =
  (fill: number): Value =>
  (open) =>
    open ? 0 : fill;

/** Cells of consecutive planes, as numbers. */
const cellsOf = (planes: readonly Mask[], value: Value): number[] =>
  planes.flatMap((mask) =>
    Array.from({ length: mask.queries }, (_, q) =>
      Array.from({ length: mask.keys }, (_, k) => value(has(mask.row(q), k), q, k)),
    ).flat(),
  );

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const npy = (descr: string, shape: readonly number[], numbers: ArrayBufferView): Uint8Array =>
  joined(npyHeader(descr, shape), bytesOf(numbers));
const bools = (shape: readonly number[], planes: readonly Mask[]): Uint8Array =>
  npy('|b1', shape, Uint8Array.from(cellsOf(planes, Number)));

function safetensors(
  tensors: Readonly<Record<string, { dtype: string; shape: readonly number[]; data: Uint8Array }>>,
): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] };
    at += data.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = new DataView(new ArrayBuffer(8));
  size.setBigUint64(0, BigInt(text.length), true);
  return joined(bytesOf(size), text, ...Object.values(tensors).map(({ data }) => data));
}

/** Gray, a byte a cell. */
function png(mask: Mask, dark: number, light: number): Uint8Array {
  const part = (name: string, body: Uint8Array): Uint8Array => {
    const named = joined(new TextEncoder().encode(name), body);
    const ends = new DataView(new ArrayBuffer(8));
    ends.setUint32(0, body.length);
    ends.setUint32(4, crc32(named));
    return joined(bytesOf(ends).subarray(0, 4), named, bytesOf(ends).subarray(4));
  };
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, mask.keys);
  head.setUint32(4, mask.queries);
  head.setUint8(8, 8);
  const rows = Array.from({ length: mask.queries }, (_, q) => [
    0,
    ...Array.from({ length: mask.keys }, (_, k) => (has(mask.row(q), k) ? light : dark)),
  ]).flat();
  return joined(
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    part('IHDR', bytesOf(head)),
    part('IDAT', zlibSync(Uint8Array.from(rows))),
    part('IEND', new Uint8Array()),
  );
}

/** The same mask with one cell flipped. */
const wrongAt = (mask: Mask, query: number, key: number): Mask => ({
  ...mask,
  row(q) {
    const row = mask.row(q);
    if (q !== query) return row;
    const open = Array.from({ length: mask.keys }, (_, k) => has(row, k) !== (k === key));
    return open.flatMap((now, k) => [
      ...(now !== (open[k - 1] ?? false) ? [k] : []),
      ...(now && k === mask.keys - 1 ? [mask.keys] : []),
    ]);
  },
});

const T = 24;
const of = (text: string, queries = T, keys = T): Mask => maskOf(read(text), keys, queries);
const WINDOW = 'causal & window(6)';
const PACKED = 'causal & documents(6, 10) & !padding(2, 0)';
const [window, wrong, causal] = [of(WINDOW), wrongAt(of(WINDOW), 17, 3), of('causal')];
const turned = ({ queries, keys, row }: Mask): Mask => ({
  queries: keys,
  keys: queries,
  row: (k) =>
    Array.from({ length: queries }, (_, q) => q).flatMap((q) => (has(row(q), k) ? [q, q + 1] : [])),
});
const FORTRAN = (bytes: Uint8Array): Uint8Array => {
  const at = new TextDecoder('latin1').decode(bytes).indexOf('False');
  return joined(bytes.subarray(0, at), new TextEncoder().encode('True '), bytes.subarray(at + 5));
};

export const openedCases: readonly OpenedCase[] = [
  {
    id: 'added to scores, float32, against packed documents',
    files: {
      'mask.npy': npy(
        '<f4',
        [T, T],
        Float32Array.from(cellsOf([of('causal & documents(6)')], added(-Infinity))),
      ),
    },
    meant: PACKED,
    name: 'mask-repaired.npy',
  },
  {
    id: 'a stack of layers, bool',
    files: { 'mask.npy': bools([6, T, T], [window, causal, window, wrong, causal, window]) },
    layer: 3,
    meant: WINDOW,
    name: 'mask-repaired-layer4.npy',
  },
  {
    id: 'a step of decoding with axes of one',
    files: { 'step 7.npy': bools([1, 1, 1, 33], [of('causal & window(9)', 1, 33)]) },
    meant: 'causal & window(8)',
    name: 'step-7-repaired.npy',
  },
  {
    id: 'heads of a batch, float16',
    files: {
      "layer's mask.npy": npy(
        '<f2',
        [2, 3, T, T],
        Uint16Array.from(cellsOf([window, window, window, window, window, wrong], added(0xfbff))),
      ),
    },
    picked: [1, 2],
    meant: WINDOW,
    name: 'layer-s-mask-repaired-batch1-head2.npy',
  },
  {
    id: 'an archive of two arrays',
    files: {
      'all.npz': zipSync({
        'plain.npy': bools([T, T], [causal]),
        'local_mask.npy': bools([T, T], [wrong]),
      }),
    },
    picked: [1],
    meant: WINDOW,
    name: 'all-local_mask-repaired.npy',
  },
  {
    id: 'bfloat16 of safetensors',
    files: {
      'm.safetensors': safetensors({
        attn_mask: {
          dtype: 'BF16',
          shape: [2, 1, T, T],
          data: bytesOf(Uint16Array.from(cellsOf([window, wrong], added(0xff7f)))),
        },
      }),
    },
    picked: [1, 0],
    meant: WINDOW,
    name: 'm-attn_mask-repaired-batch1.npy',
  },
  {
    id: 'float32 of safetensors',
    files: {
      'm.safetensors': safetensors({
        'layers.0.mask': {
          dtype: 'F32',
          shape: [T, T],
          data: bytesOf(Float32Array.from(cellsOf([wrong], added(-1e9)))),
        },
      }),
    },
    meant: WINDOW,
  },
  {
    id: 'turned over, bytes',
    files: {
      'blocked.npy': npy(
        '|u1',
        [T, T],
        Uint8Array.from(cellsOf([wrong], (open) => (open ? 0 : 1))),
      ),
    },
    meant: WINDOW,
  },
  {
    id: 'keys before queries, heads last, int64',
    files: {
      'turned.npy': FORTRAN(
        npy(
          '<i8',
          [T, T, 2],
          BigInt64Array.from(cellsOf([window, wrong], (open) => (open ? 5 : 0)).map(BigInt)),
        ),
      ),
    },
    said: { axes: ['key', 'query', 'head'], polarity: 'nonzero' },
    picked: [1],
    meant: WINDOW,
  },
  {
    id: 'big-endian, keys before queries',
    files: {
      'big.npy': npy(
        '>f4',
        [T, T],
        (() => {
          const view = new DataView(new ArrayBuffer(4 * T * T));
          cellsOf([turned(wrong)], added(-1e4)).forEach((value, i) =>
            view.setFloat32(4 * i, value),
          );
          return view;
        })(),
      ),
    },
    said: { axes: ['key', 'query'] },
    meant: WINDOW,
  },
  {
    id: 'a weak fill that no float32 halves',
    files: {
      'weak.npy': npy('<f4', [T, T], Float32Array.from(cellsOf([wrong], added(-10.3)))),
    },
    meant: WINDOW,
  },
  {
    id: 'two fills',
    files: {
      'two.npy': npy(
        '<f8',
        [T, T],
        Float64Array.from(cellsOf([wrong], (open, q, k) => (open ? 0 : k > q ? -1e9 : -Infinity))),
      ),
    },
    meant: WINDOW,
  },
  {
    id: 'JSON by name',
    files: {
      'm.json': new TextEncoder().encode(
        JSON.stringify({
          mask: Array.from({ length: T }, (_, q) =>
            Array.from({ length: T }, (_, k) => Number(has(wrong.row(q), k))),
          ),
        }),
      ),
    },
    meant: WINDOW,
  },
  {
    id: 'files of one stack',
    files: {
      'mask_0.npy': bools([T, T], [window]),
      'mask_1.npy': bools([T, T], [causal]),
      'mask_2.npy': bools([T, T], [wrong]),
    },
    layer: 2,
    meant: WINDOW,
    name: 'mask_2-repaired.npy',
  },
  { id: 'a picture', files: { 'm.png': png(wrong, 40, 210) }, meant: WINDOW },
];

export interface OpenedRun {
  readonly code: string;
  readonly difference: Answer<'difference'>;
  readonly saved: Answer<'corrected'>;
}

/** What the page says and offers for a case. */
export async function openedRun(one: OpenedCase): Promise<OpenedRun> {
  const { files, said = {}, layer = 0, meant } = one;
  const desk = new Desk();
  const named = Object.entries(files).map(([name, bytes]) => ({ name, bytes: bytes.slice() }));
  let shown: Answer<'open'> = await desk.answer({ kind: 'open', files: named });
  const asked = { ...said, picked: one.picked ?? shown.picked };
  if (one.picked ?? one.said) shown = await desk.answer({ kind: 'pick', ...asked });
  const { look, picked, opened } = shown;
  const { T: keys, queries = keys, layers } = opened.doc;
  const expression = read(meant);
  const written = (of: (typeof layers)[number]) => ({
    T: keys,
    queries,
    expression: write(of.expression),
    paint: writeRectangles(of.paint),
  });
  const other = written({ expression, paint: [] });
  const difference = await desk.answer({
    kind: 'difference',
    mask: written(layers[layer]!),
    other,
  });
  const source = sourceOf(look, picked, layer)!;
  const reading = opened.readings![layer]!;
  const code = reproduction(
    { queries, keys, cell: difference.first!, meant: expression },
    loadOf(source, reading),
  );
  const saved = await desk.answer({
    kind: 'corrected',
    ...asked,
    picked,
    axes: look.axes!.roles,
    layers: [{ layer, reading, meant: other }],
  });
  return { code, difference, saved };
}
