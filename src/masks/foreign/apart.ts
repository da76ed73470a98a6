/** @file The number of cells in which a mask differs from a pattern, computed only as far as needed. */
import { maskOf, type Expression } from '../../attention/expression';
import type { Difference, Mask } from '../../attention/mask';
import { count, differ, equal, type Runs } from '../../attention/runs';

/** How a mask differs from a pattern; undefined as soon as that reaches `limit` cells. */
export function apart(a: Mask, pattern: Expression, limit = Infinity): Difference | undefined {
  const b = maskOf(pattern, a.keys, a.queries);
  let cells = 0;
  let first: Difference['first'];
  for (let q = 0; q < a.queries; q++) {
    const [x, y] = [a.row(q), b.row(q)];
    if (equal(x, y)) continue;
    first ??= { query: q, key: differ(x, y)[0]! };
    cells += countApart(x, y);
    if (cells >= limit) return undefined;
  }
  return { cells, ...(first && { first }) };
}

/** Rows sampled if an estimate is enough. */
const SAMPLE = 160;

/** Estimates the number of cells in which a mask differs from a pattern, in a large mask from every nth row. */
export function estimateApart(a: Mask, pattern: Expression): number {
  // Odd, so that blocks of any even size are sampled at every offset.
  const step = Math.floor(a.queries / SAMPLE) | 1;
  const b = maskOf(pattern, a.keys, a.queries);
  let cells = 0;
  for (let q = a.queries - 1; q >= 0; q -= step) {
    const [x, y] = [a.row(q), b.row(q)];
    if (!equal(x, y)) cells += countApart(x, y);
  }
  return cells * step;
}

/** As count(differ(a, b)), without building the runs: a row of noise has a thousand. */
function countApart(a: Runs, b: Runs): number {
  if (a.length === 0 || b.length === 0) return count(a) + count(b);
  let [i, j, from, cells] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const x = i < a.length ? a[i]! : Infinity;
    const y = j < b.length ? b[j]! : Infinity;
    const at = x < y ? x : y;
    if (((i ^ j) & 1) === 1) cells += at - from;
    from = at;
    if (x === at) i++;
    if (y === at) j++;
  }
  return cells;
}
