/**
 * @file Numbers from a foreign file, before they are interpreted: an array with its axes, and a matrix of it.
 */
import { check } from '../../core/check';
import { MAX_TOKENS } from '../../attention/mask';

export interface Matrix {
  readonly queries: number;
  readonly keys: number;
  readonly kind: 'bool' | 'integer' | 'float';
  readonly dtype: string; // as named in the file
  /** Its name in the file: that of a tensor, a key of JSON. */
  readonly name?: string;
  /** A sentence on how its cells were read, if there was a choice. */
  readonly note?: string;
  /** Its cells, row-major, if each is one byte, zero or not: large masks are read from them directly. */
  readonly bytes?: Uint8Array;
  /** Whether it is one plane of several, so that it says nothing about the others. */
  readonly plane?: true;
  at(query: number, key: number): number;
}

/** The location of an array, with which a program can find it. */
export interface Origin {
  readonly file: string;
  readonly format: 'npy' | 'npz' | 'json' | 'png' | 'safetensors';
  /** Its name among others of the file. */
  readonly key?: string;
  /** For a picture, the smallest gray that is 1. */
  readonly border?: number;
}

/** The bytes of an array as they are in the file, and their NumPy dtype. */
export interface Stored {
  readonly bytes: Uint8Array;
  readonly descr: string; // '<f2'
  readonly each: number; // bytes of a number
  /** Whether each number is the upper half of one of the type that `descr` names: NumPy has no bfloat16. */
  readonly halves?: true;
}

/** An array of a file, with any number of axes. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Elements from one position on an axis to the next. */
  readonly strides: readonly number[];
  readonly kind: Matrix['kind'];
  readonly dtype: string;
  readonly name?: string;
  readonly note?: string;
  /** Whether it was stacked from all other arrays that were opened. */
  readonly stacks?: true;
  /** These arrays, one per position on its first axis. */
  readonly parts?: readonly Tensor[];
  readonly origin?: Origin;
  readonly stored?: Stored;
  /** Number `i` in the order of the file. */
  number(i: number): number;
  /** All numbers, if each is one byte: a boolean or a small whole number. */
  readonly bytes?: Uint8Array;
}

export interface Foreign {
  readonly format: 'npy' | 'npz' | 'json' | 'text' | 'png' | 'safetensors' | 'files';
  readonly tensors: readonly Tensor[];
  /** Arrays of an archive that cannot be a mask, such as a number or an empty list, and why: a clause. */
  readonly unread?: readonly Unread[];
}

export interface Unread {
  readonly name: string;
  readonly why: string;
}

/** Maximum bytes of a file: a mask of 16,384 × 16,384 bytes, and its header. */
export const MAX_BYTES = 270 * 2 ** 20;
/** Maximum axes of an array. */
export const MAX_AXES = 5;

/** Refuses what cannot be a mask. If there are more queries than keys, they belong to another sequence. */
export function checkShape(queries: number, keys: number): void {
  check(
    [queries, keys].every((count) => count >= 1 && count <= MAX_TOKENS),
    `the matrix is ${queries} × ${keys}; masks from 1 × 1 to ${MAX_TOKENS} × ${MAX_TOKENS} can be shown`,
  );
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Row-major: the last axis varies fastest. */
export const inRows = (shape: readonly number[]): readonly number[] =>
  shape.map((_, i) => sizeOf(shape.slice(i + 1)));
/** Fortran order: the first axis varies fastest. */
export const inColumns = (shape: readonly number[]): readonly number[] =>
  shape.map((_, i) => sizeOf(shape.slice(0, i)));

/** The matrix of two axes of an array, at one position on each of the others. Without a query axis it is one row. */
export function matrixOn(
  tensor: Tensor,
  { query, key }: { readonly query?: number; readonly key: number },
  picked: readonly number[],
): Matrix {
  const { shape, strides, kind, dtype, name, note } = tensor;
  const [queries, keys] = [query === undefined ? 1 : shape[query]!, shape[key]!];
  checkShape(queries, keys);
  let start = 0;
  shape.forEach((count, axis) => {
    if (axis === query || axis === key) return;
    const at = picked[axis] ?? 0;
    check(
      Number.isInteger(at) && at >= 0 && at < count,
      `place ${at} was picked on an axis of ${count}`,
    );
    start += at * strides[axis]!;
  });
  const [down, across] = [query === undefined ? 0 : strides[query]!, strides[key]!];
  const whole = across === 1 && (down === keys || queries === 1);
  return {
    queries,
    keys,
    kind,
    dtype,
    ...(name !== undefined && { name }),
    ...(note !== undefined && { note }),
    ...(tensor.bytes && whole && { bytes: tensor.bytes.subarray(start, start + queries * keys) }),
    ...(sizeOf(shape) > queries * keys && { plane: true as const }),
    at: (q, k) => tensor.number(start + q * down + k * across),
  };
}
