/** @file Numbers out of a foreign file, before anybody has said what they mean: an array with its axes, and a matrix of it. */
import { check } from '../../core/check';
import { MOST_TOKENS } from '../../attention/mask';

export interface Matrix {
  readonly queries: number;
  readonly keys: number;
  readonly kind: 'bool' | 'integer' | 'float';
  readonly dtype: string; // as the file calls it
  /** What the file calls it: a tensor's name, a key of JSON. */
  readonly name?: string;
  /** What was done to read its cells, where that was a choice: a sentence. */
  readonly note?: string;
  /** Its cells, row-major, where each is one byte, 0 or not: large masks are read from them at once. */
  readonly bytes?: Uint8Array;
  at(query: number, key: number): number;
}

/** An array of a file, with as many axes as it likes. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Numbers from one place on an axis to the next. */
  readonly strides: readonly number[];
  readonly kind: Matrix['kind'];
  readonly dtype: string;
  readonly name?: string;
  readonly note?: string;
  /** Whether it was made of all other arrays of what was opened. */
  readonly stacks?: true;
  /** Number `i` as it lies in the file. */
  number(i: number): number;
  /** All of them, where each is a byte that is no more than true or false, or a small whole number. */
  readonly bytes?: Uint8Array;
}

export interface Foreign {
  readonly format: 'npy' | 'npz' | 'json' | 'text' | 'png' | 'safetensors' | 'files';
  readonly tensors: readonly Tensor[];
  /** Arrays of an archive that can be no mask, such as a number or an empty list, and why: a clause. */
  readonly unread?: readonly Unread[];
}

export interface Unread {
  readonly name: string;
  readonly why: string;
}

/** Bytes of a file at most: a mask of 16,384 × 16,384 bytes, and its header. */
export const MOST_BYTES = 270 * 2 ** 20;
/** Axes of an array at most. */
export const MOST_AXES = 5;

/** Refuses what cannot be a mask. More queries than keys are of another sequence. */
export function checkShape(queries: number, keys: number): void {
  check(
    [queries, keys].every((count) => count >= 1 && count <= MOST_TOKENS),
    `the matrix is ${queries} × ${keys}; masks from 1 × 1 to ${MOST_TOKENS} × ${MOST_TOKENS} can be shown`,
  );
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Of numbers that stand row by row, the last axis the quickest. */
export const inRows = (shape: readonly number[]): readonly number[] =>
  shape.map((_, i) => sizeOf(shape.slice(i + 1)));
/** As Fortran has them: the first axis the quickest. */
export const inColumns = (shape: readonly number[]): readonly number[] =>
  shape.map((_, i) => sizeOf(shape.slice(0, i)));

/** The matrix of two axes of an array; of the others one place is picked each. Without a query axis it is one row. */
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
    at: (q, k) => tensor.number(start + q * down + k * across),
  };
}
