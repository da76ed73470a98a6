/**
 * @file One parameter of a pattern, chosen so that the fewest cells differ: exactly, in one pass over the rows, even if
 * a few cells are wrong. A window of W opens the diagonals 0 … W - 1, a sink of n the columns 0 … n - 1: so cells are
 * counted per diagonal or column, and one pass over these counts finds the best number.
 */
import { maskOf, type Expression } from '../../attention/expression';
import { positionOf, type Mask } from '../../attention/mask';
import { differ, intersect, type Runs } from '../../attention/runs';

export type Dial = 'window' | 'ahead' | 'sink' | 'prefix' | 'left' | 'right';
type By = 'before' | 'after' | 'key' | 'end';

/** Increasing a parameter from n to n + 1 flips the cells that `by` counts as n. */
const DIALS: Readonly<
  Record<Dial, { readonly by: By; readonly opens: boolean; readonly least: 0 | 1 }>
> = {
  window: { by: 'before', opens: true, least: 1 },
  ahead: { by: 'after', opens: true, least: 1 }, // as !ahead(A)
  sink: { by: 'key', opens: true, least: 1 },
  prefix: { by: 'key', opens: true, least: 1 }, // with causal: cells whose key is after the query
  left: { by: 'key', opens: false, least: 0 },
  right: { by: 'end', opens: false, least: 0 },
};

/** The number for which `of` differs from the mask in the fewest cells; ties go to the smallest. */
export function bestNumber(mask: Mask, dial: Dial, of: (number: number) => Expression): number {
  const { by, opens, least } = DIALS[dial];
  const { queries, keys } = mask;
  const [few, many] = [maskOf(of(least), keys, queries), maskOf(of(keys), keys, queries)];
  const [turned, open] = [new Counts(keys, by), new Counts(keys, by)];
  for (let q = 0; q < queries; q++) {
    const free = differ(few.row(q), many.row(q));
    if (free.length === 0) continue;
    turned.add(free, positionOf(mask, q));
    open.add(intersect(mask.row(q), free), positionOf(mask, q));
  }
  const [all, opened] = [turned.sums(), open.sums()];
  let [best, cost, lowest] = [least as number, 0, 0];
  for (let number = least as number; number < keys; number++) {
    const closed = all[number]! - opened[number]!;
    cost += opens ? closed - opened[number]! : opened[number]! - closed;
    if (cost < lowest) [best, lowest] = [number + 1, cost];
  }
  return best;
}

/** Cells per diagonal or column. A run is stored as two steps until they are summed. */
export class Counts {
  readonly #steps: Int32Array;
  constructor(
    readonly keys: number,
    readonly by: By,
  ) {
    this.#steps = new Int32Array(keys + 1);
  }

  add(runs: Runs, position: number): void {
    for (let i = 0; i < runs.length; i += 2) {
      const [from, to] = this.#places(runs[i]!, runs[i + 1]!, position);
      this.#steps[from]!++;
      this.#steps[to]!--;
    }
  }

  #places(from: number, to: number, position: number): readonly [number, number] {
    switch (this.by) {
      case 'key':
        return [from, to];
      case 'end':
        return [this.keys - to, this.keys - from];
      case 'before':
        return [position - to + 1, position - from + 1];
      case 'after':
        return [from - position, to - position];
    }
  }

  /** [keys + 1]: how many cells were counted as 0, 1, …; the last is 0. */
  sums(): Int32Array {
    let sum = 0;
    return this.#steps.map((step) => (sum += step));
  }
}
