/**
 * @file Pairs that an expression lets through, for any number of tokens, without visiting every row.
 *
 * Far from its positions and distances, an expression repeats with a period. Each kind of cell, by its distance to the corners and to the diagonal and by its remainders, then fills a polygon whose sides grow with T; so from some length on the pairs of T, T + period, T + 2 period, … tokens lie on a parabola (Ehrhart). Three short lengths determine it exactly.
 */
import { maskOf, type Expression } from './expression';
import { pairsOf } from './mask';
import { extentOf } from './need';

/** Pairs (query, key) among T tokens. */
export function pairsOver(expression: Expression, T: number): number {
  const { reach, period } = extentOf(expression);
  // Both ends and the diagonal must be clear of one another.
  const least = 3 * reach + period;
  const first = least + ((((T - least) % period) + period) % period);
  if (!(first + 2 * period < T)) return pairsOf(maskOf(expression, T)); // also if it never repeats
  const [a, b, c] = [0, 1, 2].map((n) => pairsOf(maskOf(expression, first + n * period))) as [
    number,
    number,
    number,
  ];
  const n = (T - first) / period;
  return a + n * (b - a) + ((n * (n - 1)) / 2) * (c - 2 * b + a);
}
