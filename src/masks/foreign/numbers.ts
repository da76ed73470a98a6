/** @file Numbers of the types that files use, read one by one from bytes. */
import { check } from '../../core/check';
import { inColumns, inRows, sizeOf, type Matrix, type Tensor } from './matrix';

export interface NumberKind {
  readonly kind: Matrix['kind'];
  readonly bytes: number;
  /** As NumPy calls it. */
  readonly npy: string;
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
export function bfloat16Of(bits: number): number {
  scratch.setUint16(0, bits);
  scratch.setUint16(2, 0);
  return scratch.getFloat32(0);
}

const integer = (npy: string, bytes: number, read: NumberKind['read']): NumberKind => ({
  kind: 'integer',
  npy,
  bytes,
  read,
});
const float = (npy: string, bytes: number, read: NumberKind['read']): NumberKind => ({
  kind: 'float',
  npy,
  bytes,
  read,
});

export const NUMBERS = {
  bool: { kind: 'bool', npy: 'b1', bytes: 1, read: (view, at) => Number(view.getUint8(at) !== 0) },
  i8: integer('i1', 1, (view, at) => view.getInt8(at)),
  u8: integer('u1', 1, (view, at) => view.getUint8(at)),
  i16: integer('i2', 2, (view, at, little) => view.getInt16(at, little)),
  u16: integer('u2', 2, (view, at, little) => view.getUint16(at, little)),
  i32: integer('i4', 4, (view, at, little) => view.getInt32(at, little)),
  u32: integer('u4', 4, (view, at, little) => view.getUint32(at, little)),
  i64: integer('i8', 8, (view, at, little) => Number(view.getBigInt64(at, little))),
  u64: integer('u8', 8, (view, at, little) => Number(view.getBigUint64(at, little))),
  f16: float('f2', 2, (view, at, little) => halfOf(view.getUint16(at, little))),
  bf16: float('f4', 2, (view, at, little) => bfloat16Of(view.getUint16(at, little))),
  f32: float('f4', 4, (view, at, little) => view.getFloat32(at, little)),
  f64: float('f8', 8, (view, at, little) => view.getFloat64(at, little)),
} satisfies Record<string, NumberKind>;

/** An array that lies in `view` from byte `start` on. */
export function tensorIn(
  view: DataView,
  {
    shape,
    start,
    little,
    dtype,
    number,
    name,
    fortran = false,
  }: {
    readonly shape: readonly number[];
    readonly start: number;
    readonly little: boolean;
    readonly dtype: string;
    readonly number: NumberKind;
    readonly name?: string | undefined;
    readonly fortran?: boolean;
  },
): Tensor {
  const { bytes, kind, read } = number;
  const count = sizeOf(shape);
  const halves = number === NUMBERS.bf16;
  const order = bytes === 1 ? '|' : little ? '<' : '>';
  check(start + bytes * count <= view.byteLength, 'the file ends before its numbers do');
  return {
    shape,
    strides: fortran ? inColumns(shape) : inRows(shape),
    kind,
    dtype,
    stored: {
      bytes: new Uint8Array(view.buffer, view.byteOffset + start, bytes * count),
      descr: `${order}${number.npy}`,
      each: bytes,
      ...(halves && { halves }),
    },
    ...(name !== undefined && { name }),
    ...((number === NUMBERS.bool || number === NUMBERS.u8) && {
      bytes: cellsIn(new Uint8Array(view.buffer, view.byteOffset + start, count), kind),
    }),
    number: (i) => read(view, start + bytes * i, little),
  };
}

/** Programs write other numbers than 1 for true: NumPy 1.24 writes 254 for true ^ false. */
const cellsIn = (bytes: Uint8Array, kind: NumberKind['kind']): Uint8Array =>
  kind === 'bool' && bytes.some((one) => one > 1) ? bytes.map((one) => Number(one !== 0)) : bytes;
