/**
 * @file The keys of one row of a mask as runs: flat numbers from0, to0, from1, to1, …, each run half-open, ascending,
 * none empty and none touching the next. Rows of 16,384 keys stay a few numbers long, however they are combined.
 */

export type Runs = readonly number[];

export const NONE: Runs = [];

/** The run [from, to), or nothing if it is empty. */
export const run = (from: number, to: number): Runs => (to > from ? [from, to] : NONE);

/** Keys in all runs. */
export function count(runs: Runs): number {
  let keys = 0;
  for (let i = 0; i < runs.length; i += 2) keys += runs[i + 1]! - runs[i]!;
  return keys;
}

/** The keys one by one. */
export function keysOf(runs: Runs): readonly number[] {
  const keys: number[] = [];
  for (let i = 0; i < runs.length; i += 2)
    for (let key = runs[i]!; key < runs[i + 1]!; key++) keys.push(key);
  return keys;
}

/** Index of the first run that ends after `key`; runs.length if none does. */
export function firstAfter(runs: Runs, key: number): number {
  let [low, high] = [0, runs.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[2 * middle + 1]! <= key) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** Is `key` in one of them? */
export function has(runs: Runs, key: number): boolean {
  const at = firstAfter(runs, key);
  return at < runs.length && runs[at]! <= key;
}

/** The part of the runs in [from, to), which is not empty. */
function within(runs: Runs, from: number, to: number): Runs {
  if (runs.length === 0 || (runs[0]! >= from && runs[runs.length - 1]! <= to)) return runs;
  const first = firstAfter(runs, from);
  let end = firstAfter(runs, to); // the run that ends after `to` may begin before it
  if (end < runs.length && runs[end]! < to) end += 2;
  if (first >= end) return NONE;
  const cut = runs.slice(first, end);
  cut[0] = Math.max(cut[0]!, from);
  cut[cut.length - 1] = Math.min(cut[cut.length - 1]!, to);
  return cut;
}

/**
 * Which keys a merge keeps, as bits: 2 those only in a, 4 those only in b, 8 those in both. Numbers instead of
 * functions: all merges share one loop, and a call per border that differs between them made it three times as slow.
 */
const [ONLY_A, ONLY_B, BOTH] = [2, 4, 8];

function merge(a: Runs, b: Runs, keep: number): Runs {
  const out: number[] = [];
  let [i, j] = [0, 0];
  let open = 0;
  while (i < a.length || j < b.length) {
    const x = i < a.length ? a[i]! : Infinity;
    const y = j < b.length ? b[j]! : Infinity;
    const at = x < y ? x : y;
    while (i < a.length && a[i] === at) i++;
    while (j < b.length && b[j] === at) j++;
    const now = (keep >> ((i & 1) | ((j & 1) << 1))) & 1;
    if (now !== open) out.push(at);
    open = now;
  }
  return out;
}

export function union(a: Runs, b: Runs): Runs {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return merge(a, b, ONLY_A | ONLY_B | BOTH);
}
export function intersect(a: Runs, b: Runs): Runs {
  // Most rows are one run, and most terms cut one run out of another: nothing to merge.
  if (a.length === 0 || b.length === 0) return NONE;
  if (b.length === 2) return within(a, b[0]!, b[1]!);
  if (a.length === 2) return within(b, a[0]!, a[1]!);
  return merge(a, b, BOTH);
}
export const minus = (a: Runs, b: Runs): Runs => (b.length === 0 ? a : merge(a, b, ONLY_A));
/** Keys in exactly one of them: where two masks differ. */
export const differ = (a: Runs, b: Runs): Runs => merge(a, b, ONLY_A | ONLY_B);

/** The keys 0 … keys - 1 that are in none of the runs. */
export const complement = (runs: Runs, keys: number): Runs => minus(run(0, keys), runs);

/** What lies in [from, to). */
export const clip = (runs: Runs, from: number, to: number): Runs =>
  runs.length === 0 || to <= from ? NONE : within(runs, from, to);

export function equal(a: Runs, b: Runs): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Runs of the nonzero cells, `keys` of them from `start` on. */
export function fromCells(cells: ArrayLike<number>, start: number, keys: number): Runs {
  const out: number[] = [];
  let open = false;
  for (let key = 0; key < keys; key++) {
    const now = cells[start + key] !== 0;
    if (now !== open) out.push(key);
    open = now;
  }
  if (open) out.push(keys);
  return out;
}

/** Keys in words: '0, 4 to 7'; 'no key' if there are none. */
export function sayRuns(runs: Runs, most = 4): string {
  if (runs.length === 0) return 'no key';
  const parts: string[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [from, to] = [runs[i]!, runs[i + 1]! - 1];
    parts.push(from === to ? `${from}` : `${from} to ${to}`);
  }
  const rest = parts.length - most;
  return rest > 0 ? `${parts.slice(0, most).join(', ')} and ${rest} runs more` : parts.join(', ');
}
