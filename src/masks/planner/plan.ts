/**
 * @file The planner's results for a config and a machine: how the cache grows and from which lengths on it grows more
 * slowly, what it costs to generate a token, the longest context and the largest batch that fit.
 */
import { totalAt, type Priced } from './cache';

/**
 * Lengths from which some layers stop growing: their windows and chunks, shortest first, if anything is cut off there.
 */
export function kneesOf({ facts, how, layout }: Priced): readonly number[] {
  const { windows, step } = how.keeping;
  if (windows === 'full') return [];
  const kept = facts.filter(({ perToken, window }) => perToken > 0 && window !== undefined);
  // A pool keeps the windows of all tokens of a step, which has at least one token.
  const more = layout === undefined ? step : Math.max(1, step);
  return [...new Set(kept.map(({ window }) => window! - 1 + more))].sort((a, b) => a - b);
}

/** Bytes if every layer kept all its tokens. */
export function unboundedAt(of: Priced, T: number): number {
  return totalAt(
    {
      ...of,
      how: { ...of.how, keeping: { windows: 'full', step: 1, page: 1, pool: false } },
      layout: undefined,
    },
    T,
  );
}

/**
 * The largest whole n up to `most` that `fits` allows; 0 if it allows none. If `fits` allows n, it must allow
 * everything below.
 */
export function largest(most: number, fits: (n: number) => boolean): number {
  let [low, high] = [0, most + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Tokens per sequence of the batch that fit into `bytes` with everything else; `of.most` if the cache is not the limit.
 */
export const longestIn = (of: Priced, bytes: number): number =>
  largest(of.most, (T) => totalAt(of, T) <= bytes);

/** Sequences of T tokens that fit into `bytes`. */
export function batchIn(of: Priced, T: number, bytes: number): number {
  const one = totalAt({ ...of, how: { ...of.how, batch: 1 } }, T);
  return one === 0 ? Infinity : Math.floor(bytes / one);
}

/** Lengths to draw a curve through: `each` even steps per doubling, and every knee. */
export function lengthsTo(
  last: number,
  first: number,
  knees: readonly number[],
  each = 6,
): readonly number[] {
  const count = Math.ceil(each * Math.log2(last / first));
  const even = Array.from({ length: count + 1 }, (_, i) =>
    Math.round(first * (last / first) ** (i / count)),
  );
  const inside = knees.filter((T) => T > first && T < last);
  return [...new Set([...even, ...inside, ...inside.map((T) => T + 1)])].sort((a, b) => a - b);
}

/** Lengths for a table: every doubling, and `also`. */
export function doublingsTo(
  last: number,
  first: number,
  also: readonly number[],
): readonly number[] {
  const all = [...Array.from({ length: 25 }, (_, i) => 2 ** i), ...also];
  return [...new Set(all)].filter((T) => T >= first && T <= last).sort((a, b) => a - b);
}
