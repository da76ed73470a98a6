/**
 * @file The original file with some planes corrected. The shape and the other numbers stay; a wrong cell gets the
 * number that other cells of the array hold where they let through or block. Always a .npy, whatever the original was.
 */
import { check, InputError } from '../core/check';
import { has } from '../attention/runs';
import type { Mask } from '../attention/mask';
import { inRows, sizeOf, type Stored, type Tensor } from './foreign/matrix';
import type { Reading } from './reading';
import { npyHeader } from './save';

/** A plane of the array, and its intended mask. */
export interface Correction {
  /** A position on each axis; undefined for the axes of queries and keys. */
  readonly index: readonly (number | undefined)[];
  readonly turned: boolean;
  readonly reading: Reading;
  readonly meant: Mask;
}

export interface Corrected {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** NumPy's dtype. */
  readonly descr: string;
  /** The number of wrong cells. */
  readonly cells: number;
}

const opens =
  ({ allowed, border = 0 }: Reading) =>
  (value: number): boolean =>
    allowed === 'additive' ? value > border : (value !== 0) === (allowed === 'nonzero');

/**
 * Throws InputError if a number that lets through, or one that blocks, is needed, but neither the array nor its type
 * has one.
 */
export function corrected(tensor: Tensor, corrections: readonly Correction[]): Corrected {
  const { shape, strides, number } = tensor;
  const stored = tensor.stored ?? encoded(tensor);
  const { descr, each, halves } = stored;
  const wide = halves ? 2 * each : each;
  const header = npyHeader(descr, shape);
  const bytes = new Uint8Array(header.length + wide * sizeOf(shape));
  bytes.set(header);
  const body = bytes.subarray(header.length);
  const rows = inRows(shape);
  const lies = placesOf(shape, strides);
  if (!halves && strides.every((stride, axis) => stride === rows[axis])) body.set(stored.bytes);
  else
    for (let i = 0; i < sizeOf(shape); i++)
      body.set(
        stored.bytes.subarray(each * lies(i), each * (lies(i) + 1)),
        wide * i + (wide - each),
      );

  let cells = 0;
  for (const { index, turned, reading, meant } of corrections) {
    const isOpen = opens(reading);
    const [a, b] = index.flatMap((place, axis) => (place === undefined ? [axis] : []));
    const [query, key] = turned ? [b!, a!] : [a!, b!];
    const from = index.reduce<number>((at, place, axis) => at + (place ?? 0) * rows[axis]!, 0);
    const at = (q: number, k: number) => from + q * rows[query]! + k * rows[key]!;
    // Looked up before anything changes, and only if needed.
    const donors = new Map<boolean, Uint8Array>();
    const donor = (open: boolean): Uint8Array => {
      const known = donors.get(open) ?? donorOf(open);
      donors.set(open, known);
      return known;
    };
    const donorOf = (open: boolean): Uint8Array => {
      const fits = (i: number) => isOpen(number(lies(i))) === open;
      const i =
        commonest(fits, (i) => number(lies(i)), eachOf(meant, at)) ??
        commonest(fits, (i) => number(lies(i)), upTo(sizeOf(shape)));
      if (i !== undefined) {
        // Cells of other planes may already be corrected: take the number as it is in the file.
        const whole = new Uint8Array(wide);
        whole.set(stored.bytes.subarray(each * lies(i), each * (lies(i) + 1)), wide - each);
        return whole;
      }
      return numberFor(open, reading, stored);
    };
    for (let q = 0; q < meant.queries; q++) {
      const row = meant.row(q);
      for (let k = 0; k < meant.keys; k++) {
        const i = at(q, k);
        const open = has(row, k);
        if (isOpen(number(lies(i))) === open) continue;
        body.set(donor(open), wide * i);
        cells++;
      }
    }
  }
  return { bytes, descr, cells };
}

function* eachOf({ queries, keys }: Mask, at: (q: number, k: number) => number): Generator<number> {
  for (let q = 0; q < queries; q++) for (let k = 0; k < keys; k++) yield at(q, k);
}

function* upTo(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}

/** Distinct numbers counted: a mask has one or two that block, masked scores have many. */
const MAX_NUMBERS = 1000;

/** The position of one of the matching cells that hold their most common number. */
function commonest(
  fits: (i: number) => boolean,
  number: (i: number) => number,
  places: Iterable<number>,
): number | undefined {
  const found = new Map<number, { readonly first: number; times: number }>();
  for (const i of places) {
    if (!fits(i)) continue;
    const value = number(i);
    const known = found.get(value);
    if (known) known.times++;
    else if (found.size < MAX_NUMBERS) found.set(value, { first: i, times: 1 });
  }
  const [most] = [...found.values()].sort((a, b) => b.times - a.times || a.first - b.first);
  return most?.first;
}

/** The position in the file of number i in row-major order. */
function placesOf(shape: readonly number[], strides: readonly number[]): (i: number) => number {
  const rows = inRows(shape);
  if (rows.every((row, axis) => row === strides[axis])) return (i) => i;
  return (i) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += Math.floor(i / rows[axis]!) * strides[axis]!;
      i %= rows[axis]!;
    }
    return at;
  };
}

/** Numbers to use if no cell of the array holds one: 0 and 1, or 0 and -inf if they are added to scores. */
function numberFor(
  open: boolean,
  { allowed }: Reading,
  { descr, each, halves }: Stored,
): Uint8Array {
  const out = new Uint8Array(halves ? 2 * each : each);
  const one = allowed === 'additive' ? !open : open === (allowed === 'nonzero');
  if (!one) return out;
  const view = new DataView(out.buffer);
  const little = !descr.startsWith('>');
  const value = allowed === 'additive' ? -Infinity : 1;
  switch (descr.slice(1)) {
    case 'f2':
      view.setUint16(0, value === 1 ? 0x3c00 : 0xfc00, little);
      return out;
    case 'f4':
      view.setFloat32(0, value, little);
      return out;
    case 'f8':
      view.setFloat64(0, value, little);
      return out;
    default:
      if (value !== 1)
        throw new InputError(
          'no cell of the array blocks, and whole numbers have no -inf; save this mask alone',
        );
      out[little ? 0 : out.length - 1] = 1;
      return out;
  }
}

/**
 * The numbers of a picture or a text, which have no bytes in the file: in the smallest type that holds them, row-major.
 */
function encoded({ shape, strides, kind, bytes, number }: Tensor): Stored {
  check(
    inRows(shape).every((row, axis) => row === strides[axis]),
    'the numbers do not lie row by row',
  );
  const count = sizeOf(shape);
  if (bytes) return { bytes, descr: '|u1', each: 1 };
  if (kind === 'bool')
    return {
      bytes: Uint8Array.from({ length: count }, (_, i) => number(i)),
      descr: '|b1',
      each: 1,
    };
  const all = new DataView(new ArrayBuffer(8 * count));
  for (let i = 0; i < count; i++)
    if (kind === 'integer') all.setBigInt64(8 * i, BigInt(number(i)), true);
    else all.setFloat64(8 * i, number(i), true);
  return {
    bytes: new Uint8Array(all.buffer),
    descr: kind === 'integer' ? '<i8' : '<f8',
    each: 8,
  };
}
