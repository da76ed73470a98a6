/** @file Which keys later queries still read: what a decoder must hold, worked out from the mask alone. */
import type { Expression } from './expression';
import type { Mask } from './mask';
import type { Runs } from './runs';

/** The last query that may read each key; -1 where none may. */
export function lastReaders(mask: Mask): Int32Array {
  const last = new Int32Array(mask.keys).fill(-1);
  // next[k]: the first key from k on that has no reader yet, so that each key is set once.
  const next = Int32Array.from({ length: mask.keys + 1 }, (_, k) => k);
  const free = (key: number) => {
    let at = key;
    while (next[at] !== at) at = next[at] = next[next[at]!]!;
    return at;
  };
  for (let q = mask.queries - 1; q >= 0; q--) {
    const runs = mask.row(q);
    for (let r = 0; r < runs.length; r += 2)
      for (let k = free(runs[r]!); k < runs[r + 1]!; k = free(k + 1)) {
        last[k] = q;
        next[k] = k + 1;
      }
  }
  return last;
}

/** Of the keys 0 … t, those a query at position t or later reads. */
export function neededFrom(last: Int32Array, ahead: number, t: number): Runs {
  const needed: number[] = [];
  for (let k = 0, open = false; k <= t + 1; k++) {
    const now = k <= t && last[k]! + ahead >= t && last[k]! >= 0;
    if (now !== open) needed.push(k);
    open = now;
  }
  return needed;
}

export const neededAt = (mask: Mask, t: number): Runs =>
  neededFrom(lastReaders(mask), mask.keys - mask.queries, t);

/**
 * How many tokens to look at, so that whoever still reads one of the first T is among them: what terms say of a query
 * repeats within their numbers (chunk, step) or is over with them (documents, prefix).
 */
export function horizonOf(expression: Expression, T: number): number {
  const [largest, product] = numbersIn(expression).reduce(
    ([most, all], n) => [Math.max(most, n), Math.min(MOST_AHEAD, all * Math.max(1, n))],
    [1, 1],
  );
  return Math.max(T, largest) + Math.max(largest, Math.min(product, MOST_AHEAD)) + 1;
}
/** Steps and chunks that meet again only later than this many tokens are taken never to. */
const MOST_AHEAD = 4096;

function numbersIn(expression: Expression): readonly number[] {
  return expression.kind === 'term'
    ? expression.numbers
    : expression.kind === 'not'
      ? numbersIn(expression.of)
      : expression.of.flatMap(numbersIn);
}
