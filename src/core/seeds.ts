/** @file When a difference across several seeds is a result: the one rule for figures, comparisons and their text. */

/** Fewer than this many seeds show no result. */
export const SEEDS = 3;

/** The same sign for every seed, and on average larger than the spread between seeds. */
export function isResult(gaps: readonly number[]): boolean {
  const [low, high] = [Math.min(...gaps), Math.max(...gaps)];
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  return gaps.length >= SEEDS && low * high > 0 && Math.abs(mean) > high - low;
}
