/** @file Numbers of the kinds files hold them in, read one by one from bytes. */
import { check } from '../../core/check';
import type { Matrix } from './matrix';

export interface NumberKind {
  readonly kind: Matrix['kind'];
  readonly bytes: number;
  read(view: DataView, at: number, little: boolean): number;
}

/** IEEE half precision. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));
/** The upper half of a float32. */
export function brainOf(bits: number): number {
  scratch.setUint16(0, bits);
  scratch.setUint16(2, 0);
  return scratch.getFloat32(0);
}

const integer = (bytes: number, read: NumberKind['read']): NumberKind => ({
  kind: 'integer',
  bytes,
  read,
});
const float = (bytes: number, read: NumberKind['read']): NumberKind => ({
  kind: 'float',
  bytes,
  read,
});

export const NUMBERS = {
  bool: { kind: 'bool', bytes: 1, read: (view, at) => view.getUint8(at) },
  i8: integer(1, (view, at) => view.getInt8(at)),
  u8: integer(1, (view, at) => view.getUint8(at)),
  i16: integer(2, (view, at, little) => view.getInt16(at, little)),
  u16: integer(2, (view, at, little) => view.getUint16(at, little)),
  i32: integer(4, (view, at, little) => view.getInt32(at, little)),
  u32: integer(4, (view, at, little) => view.getUint32(at, little)),
  i64: integer(8, (view, at, little) => Number(view.getBigInt64(at, little))),
  u64: integer(8, (view, at, little) => Number(view.getBigUint64(at, little))),
  f16: float(2, (view, at, little) => halfOf(view.getUint16(at, little))),
  bf16: float(2, (view, at, little) => brainOf(view.getUint16(at, little))),
  f32: float(4, (view, at, little) => view.getFloat32(at, little)),
  f64: float(8, (view, at, little) => view.getFloat64(at, little)),
} satisfies Record<string, NumberKind>;

/** A matrix that lies in `view` from byte `start` on. */
export function matrixIn(
  view: DataView,
  {
    queries,
    keys,
    start,
    little,
    dtype,
    number,
    fortran = false,
  }: {
    readonly queries: number;
    readonly keys: number;
    readonly start: number;
    readonly little: boolean;
    readonly dtype: string;
    readonly number: NumberKind;
    /** Numbers from one key to the next, and from one query to the next, where they do not stand row by row. */
    readonly fortran?: { readonly query: number; readonly key: number } | false;
  },
): Matrix {
  const { bytes, kind, read } = number;
  const step = fortran || { query: keys, key: 1 };
  check(
    start + bytes * ((queries - 1) * step.query + (keys - 1) * step.key + 1) <= view.byteLength,
    'the file ends before its numbers do',
  );
  return {
    queries,
    keys,
    kind,
    dtype,
    at: (query, key) => read(view, start + bytes * (query * step.query + key * step.key), little),
  };
}
