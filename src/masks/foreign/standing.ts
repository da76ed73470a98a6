/** @file Where the queries of a mask stand, if there are not as many as keys: at the last keys, at the first, or at none. */
import type { Expression } from '../../attention/expression';
import { maskOf } from '../../attention/expression';
import { differenceOf, type Mask } from '../../attention/mask';
import { equal } from '../../attention/runs';
import { nearestOf, nearestPlaceless, type Found } from './nearest';

export interface Standing {
  /** As the terms say it, in which the last query stands at the last key. */
  readonly nearest: Found;
  /** What it is exactly if the first query stood at the first key, where that is seen. */
  readonly aligned?: Expression;
}

/**
 * Each query ends at its own number, as if no key had come before. One query alone shows no diagonal: it is told by reading
 * the first key of many, and no other.
 */
export function isTopLeft({ queries, keys, row }: Mask): boolean {
  if (queries >= keys || (queries === 1 && keys < 3)) return false;
  for (let q = 0; q < queries; q++) if (row(q).at(-1) !== q + 1) return false;
  return true;
}

/** `nearest` by the terms as they are; where its rows show that they stand elsewhere, what they are there. */
export function standingOf(mask: Mask, nearest: Found): Standing {
  if (nearest.difference.cells === 0) return { nearest };
  if (isTopLeft(mask)) {
    const { queries, row } = mask;
    const { expression, difference } = nearestOf({ queries, keys: queries, row });
    if (difference.cells === 0)
      return {
        nearest: {
          expression,
          difference: differenceOf(mask, maskOf(expression, mask.keys, queries)),
        },
        aligned: expression,
      };
  }
  return { nearest: isPlaceless(mask) ? nearestPlaceless(mask) : nearest };
}

/** Do all queries that read anything read the same? Then nothing shows where they stand. */
function isPlaceless({ queries, keys, row }: Mask): boolean {
  if (queries === keys) return false;
  const rows = Array.from({ length: queries }, (_, q) => row(q)).filter(({ length }) => length > 0);
  return rows.length > 1 && rows.every((one) => equal(one, rows[0]!));
}
