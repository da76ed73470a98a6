/**
 * @file A mask as a PNG: gray, colour or palette, 1 to 8 bits per sample; the lighter is 1. The platform inflates it.
 */
import { check, InputError } from '../../core/check';
import { lightOf, luma } from './light';
import { checkShape, inRows, type Tensor } from './matrix';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export const isPng = (bytes: Uint8Array): boolean =>
  SIGNATURE.every((byte, i) => bytes[i] === byte);

export async function readPng(
  bytes: Uint8Array,
  name?: string,
): Promise<Tensor & { readonly border: number }> {
  check(isPng(bytes), 'the file does not begin as a PNG does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparent: Uint8Array | undefined;
  let head: { width: number; height: number; depth: number; colour: number } | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    check(body.length === length, `the PNG ends inside its part ${name}; copy it to its end`);
    if (name === 'IHDR') {
      check(length === 13, 'the PNG has a broken header');
      head = {
        width: view.getUint32(at + 8),
        height: view.getUint32(at + 12),
        depth: bytes[at + 16]!,
        colour: bytes[at + 17]!,
      };
      check(bytes[at + 20] === 0, 'the PNG is interlaced; save it without interlacing');
    } else if (name === 'PLTE') palette = body;
    else if (name === 'tRNS') transparent = body;
    else if (name === 'IDAT') data.push(body);
    else if (name === 'IEND') break;
    at += 12 + length;
  }
  check(head, 'the PNG has no header');
  const { width, height, depth, colour } = head;
  checkShape(height, width);
  const channels = CHANNELS[colour];
  check(
    channels !== undefined && [1, 2, 4, 8].includes(depth) && (depth === 8 || channels === 1),
    `the PNG has ${depth} bits a sample and colour type ${colour}; gray, colour or palette of up to 8 bits are read`,
  );
  check(colour !== 3 || palette, 'the PNG has a palette type and no palette');
  check(
    colour !== 3 || (palette!.length > 0 && palette!.length % 3 === 0),
    `the palette of the PNG has ${palette?.length} bytes; it should have three for each colour`,
  );
  const row = Math.ceil((width * channels * depth) / 8);
  const raw = await inflated(data, height * (row + 1));
  unfilter(raw, height, row, Math.max(1, (channels * depth) >> 3));
  const values = new Uint8Array(width * height);
  const shades = new Set<number>(); // distinct colours; two are enough to know
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const start = y * (row + 1) + 1;
      const bit = x * depth;
      const at = start + x * channels;
      const sample =
        depth < 8
          ? (raw[start + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
          : raw[at]!;
      // Messages are built only on errors: there are millions of cells.
      if (colour === 3 && 3 * sample >= palette!.length)
        throw new InputError(
          `the PNG has colour ${sample} at row ${y}, column ${x}; its palette ends at ${palette!.length / 3 - 1}, so it is broken`,
        );
      const alpha =
        channels === 2 || channels === 4
          ? raw[at + channels - 1]!
          : colour === 3
            ? (transparent?.[sample] ?? 255)
            : 255;
      if (
        alpha !== 255 ||
        (transparent && colour !== 3 && isTransparent(transparent, raw, at, sample))
      )
        throw new InputError(
          `the PNG is transparent at row ${y}, column ${x}; save it without transparency, otherwise it is unclear what a cell means`,
        );
      const bytes = colour === 3 ? palette! : raw;
      const place = colour === 3 ? 3 * sample : at;
      const coloured = colour === 3 || channels >= 3;
      if (shades.size < 2)
        shades.add(
          coloured ? (bytes[place]! << 16) | (bytes[place + 1]! << 8) | bytes[place + 2]! : sample,
        );
      values[y * width + x] = coloured
        ? luma(bytes, place)
        : Math.round((255 * sample) / ((1 << depth) - 1));
    }
  const { border, note } = lightOf(values, shades.size);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! >= border ? 1 : 0;
  const shape = [height, width];
  return {
    shape,
    strides: inRows(shape),
    kind: 'integer',
    dtype: `${depth}-bit gray`,
    ...(name !== undefined && { name }),
    ...(note !== undefined && { note }),
    bytes: values,
    border,
    number: (i) => values[i]!,
  };

  /** Is it the colour that the file declares transparent? Two bytes per sample, whatever the depth. */
  function isTransparent(mark: Uint8Array, from: Uint8Array, at: number, sample: number): boolean {
    const samples = channels! >= 3 ? [from[at]!, from[at + 1]!, from[at + 2]!] : [sample];
    return samples.every((value, i) => value === ((mark[2 * i]! << 8) | mark[2 * i + 1]!));
  }
}

/** Inflates to exactly `size` bytes; more are a bomb and not read further, fewer are refused. */
async function inflated(parts: readonly Uint8Array[], size: number): Promise<Uint8Array> {
  const out = new Uint8Array(size);
  let written = 0;
  const stream = new Blob(parts.map((part) => part.slice()))
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      check(written + value.length <= size, `the PNG holds more than its ${size} bytes of rows`);
      out.set(value, written);
      written += value.length;
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('the rows of the PNG cannot be unpacked; it is broken or cut short');
  } finally {
    reader.cancel().catch(() => {});
  }
  check(written === size, `the PNG holds ${written} bytes of rows; ${size} should be there`);
  return out;
}

/** Undoes the five row filters of PNG, in place. */
function unfilter(raw: Uint8Array, rows: number, row: number, step: number): void {
  for (let y = 0; y < rows; y++) {
    const start = y * (row + 1) + 1;
    const filter = raw[start - 1]!;
    check(filter <= 4, `row ${y} of the PNG has filter ${filter}; there are 0 to 4`);
    for (let x = 0; x < row; x++) {
      const a = x >= step ? raw[start + x - step]! : 0;
      const b = y > 0 ? raw[start + x - row - 1]! : 0;
      const c = x >= step && y > 0 ? raw[start + x - row - 1 - step]! : 0;
      const add = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
      raw[start + x] = raw[start + x]! + add;
    }
  }
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
