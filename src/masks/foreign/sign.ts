/** @file A hash of a matrix of numbers, which tells the planes of a file that are alike. */
import type { Matrix } from './matrix';

type Numbers = Pick<Matrix, 'queries' | 'keys' | 'at'>;

export const booleanOf = ({ queries, keys, at }: Numbers): Numbers => ({
  queries,
  keys,
  at(q, k) {
    const value = at(q, k);
    return Number.isNaN(value) ? value : Number(value !== 0);
  },
});

/** Equal for equal numbers. */
export function signOf({ queries, keys, at }: Numbers): string {
  const value = new Float64Array(1);
  const halves = new Int32Array(value.buffer);
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      value[0] = at(q, k);
      a = Math.imul(a ^ halves[1]!, 0x01000193) ^ halves[0]!;
      b = Math.imul(b ^ halves[1]!, 0x85ebca6b) + halves[0]!;
      b ^= b >>> 15;
    }
  return `${a >>> 0} ${b >>> 0}`;
}
