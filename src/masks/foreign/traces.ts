/** @file What patterns leave in the rows of a mask, read off all of them, so that single wrong cells do not count. */
import type { Mask } from '../mask';
import { firstAfter } from '../runs';
import { Counts } from './fit';

/** Cells by which a mask may differ from a pattern and still surely be meant as it. */
export const FEW = 3;
/** Documents, and global tokens, that one expression names at most. */
export const MOST_PLACES = 200;
/** Places only one row speaks for: a document of one token, or a wrong cell. */
const MOST_DOUBTFUL = 32;
/** Tokens up to which chunks of every size are tried. */
const SHORT = 48;

/** For each query, where the run begins that holds the query's own token; -1 where it does not read itself. */
function startsOf(mask: Mask): readonly number[] {
  return Array.from({ length: mask.queries }, (_, q) => {
    const [row, position] = [mask.row(q), mask.keys - mask.queries + q];
    const at = firstAfter(row, position);
    return at < row.length && row[at]! <= position ? row[at]! : -1;
  });
}

function votesOf(values: Iterable<number>): ReadonlyMap<number, number> {
  const votes = new Map<number, number>();
  for (const value of values) votes.set(value, (votes.get(value) ?? 0) + 1);
  return votes;
}

/** The commonest first; of equals the least. */
const commonest = (values: Iterable<number>): readonly number[] =>
  [...votesOf(values)].sort(([a, x], [b, y]) => y - x || a - b).map(([value]) => value);

/** The two windows most rows speak for. Rows that begin at the first key, or after left padding, tell none. */
export function windowsOf(mask: Mask, left: number): readonly number[] {
  const ahead = mask.keys - mask.queries;
  return commonest(
    startsOf(mask).flatMap((start, q) => (start > left ? [ahead + q - start + 1] : [])),
  ).slice(0, 2);
}

/** Where documents or chunks may begin: there the rows of several queries begin. */
export function beginsOf(mask: Mask, left: number): readonly number[] {
  const votes = [...votesOf(startsOf(mask).filter((start) => start > left))];
  const clear = votes.filter(([, rows]) => rows > 1);
  const doubtful = votes.filter(([, rows]) => rows === 1);
  if (clear.length > MOST_PLACES) return [];
  return [...clear, ...(doubtful.length > MOST_DOUBTFUL ? [] : doubtful)]
    .map(([start]) => start)
    .sort((a, b) => a - b);
}

/** Sizes of chunk that the rows speak for; of few tokens, all. */
export function chunksOf(mask: Mask, left: number): readonly number[] {
  if (mask.keys <= SHORT)
    return Array.from({ length: Math.max(0, mask.keys - 2) }, (_, i) => i + 2);
  const begins = beginsOf(mask, left);
  const gaps = commonest(begins.map((at, i) => at - (begins[i - 1] ?? 0))).slice(0, 3);
  const parts = begins.slice(0, 2).flatMap((at) => [at, at / 2, at / 3, at / 4]);
  return [...new Set([...gaps, ...parts])].filter((size) => Number.isInteger(size) && size > 1);
}

export interface Padding {
  readonly left: number;
  readonly right: number;
}

/** Padding at both ends: the keys that nobody reads, or that at most a few queries read. */
export function paddingsOf(mask: Mask): readonly Padding[] {
  const columns = new Counts(mask.keys, 'key');
  for (let q = 0; q < mask.queries; q++) columns.add(mask.row(q), mask.keys - mask.queries + q);
  const read = columns.sums().subarray(0, mask.keys);
  const found = new Map<string, Padding>();
  for (const few of [0, 1, FEW]) {
    const left = read.findIndex((cells) => cells > few);
    const right = mask.keys - 1 - read.findLastIndex((cells) => cells > few);
    if (left >= 0) found.set(`${left} ${right}`, { left, right });
  }
  return [...found.values()];
}
