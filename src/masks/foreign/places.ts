/**
 * @file Fits what a single parameter cannot describe: where documents begin, which tokens are global, and the step of a
 * stride. Each is kept only if it lowers the number of wrong cells.
 */
import { maskOf, type Expression } from '../../attention/expression';
import { positionOf, type Mask } from '../../attention/mask';
import { count, intersect, minus, run } from '../../attention/runs';
import { Counts } from './fit';
import { MAX_PLACES, TINY } from './traces';

/** Largest step tried; each step costs as many sums as there are tokens. */
const MAX_STEP = 1024;

/**
 * The document starts that lower the number of wrong cells: between a document and the next, more of the cells that
 * `around` would let through are closed than open. The start that helps least is dropped first, because it may hide how
 * much its neighbours help.
 */
export function payingBegins(
  mask: Mask,
  around: Expression,
  begins: readonly number[],
): readonly number[] {
  const { queries, keys } = mask;
  const ahead = positionOf(mask, 0);
  const without = maskOf(around, keys, queries);
  /** Closed minus open cells, between the documents [from, at) and [at, to). */
  const worthOf = (from: number, at: number, to: number) => {
    let worth = 0;
    for (let q = Math.max(0, from - ahead); q < to - ahead; q++) {
      const across = intersect(without.row(q), ahead + q < at ? run(at, to) : run(from, at));
      if (across.length > 0) worth += count(across) - 2 * count(intersect(mask.row(q), across));
    }
    return worth;
  };
  const known = new Map<string, number>(); // most stay the same when one is dropped
  let kept = begins;
  while (kept.length > 0) {
    const worths = kept.map((at, i) => {
      const place = [kept[i - 1] ?? 0, at, kept[i + 1] ?? keys] as const;
      const worth = known.get(place.join()) ?? worthOf(...place);
      known.set(place.join(), worth);
      return worth;
    });
    const least = Math.min(...worths);
    if (least > 0) break;
    kept = kept.toSpliced(worths.indexOf(least), 1);
  }
  return kept;
}

/** Tokens whose row and column are more open than closed, in the cells of `all` that `around` does not let through. */
export function globalsOf(mask: Mask, around: Expression, all: Expression): readonly number[] {
  const { queries, keys } = mask;
  const ahead = positionOf(mask, 0);
  const [without, most] = [maskOf(around, keys, queries), maskOf(all, keys, queries)];
  const [columns, open] = [new Counts(keys, 'key'), new Counts(keys, 'key')];
  const worth = new Int32Array(keys); // open minus closed cells
  for (let q = 0; q < queries; q++) {
    const outside = minus(most.row(q), without.row(q));
    const opened = intersect(mask.row(q), outside);
    columns.add(outside, ahead + q);
    open.add(opened, ahead + q);
    worth[ahead + q] = 2 * count(opened) - count(outside);
  }
  const [cells, opened] = [columns.sums(), open.sums()];
  const tokens = [...worth.keys()].filter((k) => worth[k]! + 2 * opened[k]! - cells[k]! > 0);
  return tokens.length > MAX_PLACES ? [] : tokens;
}

/** The best step, with the best window around it, for masks that read every step-th key of what `around` lets through. */
export function strideOf(
  mask: Mask,
  around: Expression,
): { readonly window: number; readonly step: number } {
  const { queries, keys } = mask;
  const ahead = positionOf(mask, 0);
  const readable = maskOf(around, keys, queries);
  const [all, open] = [new Counts(keys, 'before'), new Counts(keys, 'before')];
  for (let q = 0; q < queries; q++) {
    all.add(readable.row(q), ahead + q);
    open.add(intersect(mask.row(q), readable.row(q)), ahead + q);
  }
  const [cells, opened] = [all.sums(), open.sums()];
  const pays = cells.map((count, d) => 2 * opened[d]! - count); // gain from opening the d-th diagonal
  let best = { window: 1, step: 2, gain: -Infinity };
  // A step that appears only once, in the corner, is a few cells and not a stride.
  for (let step = 2; step <= Math.min(keys <= TINY ? keys - 1 : (keys - 1) / 2, MAX_STEP); step++) {
    let gain = 0;
    for (let d = 0; d < keys; d += step) gain += pays[d]!;
    for (let window = 1; window <= keys; window++) {
      if (gain > best.gain) best = { window, step, gain };
      if (window % step !== 0) gain += pays[window]!; // a window of window + 1 includes it
    }
  }
  return best;
}
