/** @file Numbers out of a foreign file, before anybody has said what they mean. */
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
  at(query: number, key: number): number;
}

export interface Foreign {
  readonly format: 'npy' | 'json' | 'text' | 'png' | 'safetensors';
  /** What there is to choose before there is one matrix: tensors by name, then axes. */
  readonly choices: readonly {
    readonly name: string;
    readonly count: number;
    readonly labels?: readonly string[];
  }[];
  matrix(picked: readonly number[]): Matrix;
}

/** Bytes of a file at most: a mask of 16,384 × 16,384 bytes, and its header. */
export const MOST_BYTES = 270 * 2 ** 20;

/** Refuses what cannot be a mask. More queries than keys are of another sequence. */
export function checkShape(queries: number, keys: number): void {
  check(
    [queries, keys].every((count) => count >= 1 && count <= MOST_TOKENS),
    `the matrix is ${queries} × ${keys}; masks from 1 × 1 to ${MOST_TOKENS} × ${MOST_TOKENS} can be shown`,
  );
}

/** Axes before the last two, named as attention libraries order them. */
export function axesOf(shape: readonly number[]): readonly { name: string; count: number }[] {
  const names = ['layer', 'batch', 'head'];
  const before = shape.slice(0, -2);
  return before.map((count, i) => ({ name: names.slice(-before.length)[i] ?? `axis ${i}`, count }));
}

/** How a tensor of this shape is picked apart: offset of the chosen matrix, in numbers. */
export function offsetOf(
  shape: readonly number[],
  picked: readonly number[],
  fortran: boolean,
): number {
  let offset = 0;
  for (let i = 0; i < shape.length - 2; i++) {
    const stride = fortran
      ? shape.slice(0, i).reduce((a, b) => a * b, 1)
      : shape.slice(i + 1).reduce((a, b) => a * b, 1);
    const at = picked[i] ?? 0;
    check(
      Number.isInteger(at) && at >= 0 && at < shape[i]!,
      `place ${at} was picked on an axis of ${shape[i]}`,
    );
    offset += at * stride;
  }
  return offset;
}
