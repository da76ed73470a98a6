/** @file Keys per query: an error in a window shows at once, as a step of one. */
import type { Mask } from '../../attention/mask';
import { count } from '../../attention/runs';

export interface Profile {
  readonly keys: Int32Array<ArrayBuffer>; // [queries]
  readonly least: number;
  readonly most: number;
  readonly pairs: number;
}

export function profileOf(mask: Mask): Profile {
  const keys = new Int32Array(mask.queries);
  let [least, most, pairs] = [Infinity, 0, 0];
  for (let q = 0; q < mask.queries; q++) {
    const own = count(mask.row(q));
    keys[q] = own;
    least = Math.min(least, own);
    most = Math.max(most, own);
    pairs += own;
  }
  return { keys, least, most, pairs };
}

/** The first query with a different number of keys; undefined if there is none. */
export function firstOff(own: ArrayLike<number>, expected: ArrayLike<number>): number | undefined {
  for (let q = 0; q < own.length; q++) if (own[q] !== expected[q]) return q;
  return undefined;
}
