/** @file Where the queries of a mask stand, if there are not as many as keys: at the last keys, at the first, or at none. */
import type { Expression } from '../../attention/expression';
import { maskOf } from '../../attention/expression';
import { differenceOf, type Mask } from '../../attention/mask';
import { equal } from '../../attention/runs';
import { causal } from './families';
import { nearestOf, nearestPlaceless, type Found } from './nearest';

export interface Standing {
  /** As the terms say it, in which the last query stands at the last key. */
  readonly nearest: Found;
  /** What it is exactly in that corner, where that is seen. */
  readonly aligned?: { readonly as: Expression; readonly at: 'top left' | 'bottom right' };
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
  const { queries, keys, row } = mask;
  // Before what is exact by chance: of two rows anything can be said in global tokens.
  if (isTopLeft(mask)) {
    // One query at the first key reads itself, which any pattern lets it.
    const as = queries === 1 ? causal : exactly({ queries, keys: queries, row });
    if (as) return aligned(mask, as, 'top left');
  }
  if (nearest.difference.cells === 0) return { nearest };
  if (isBottomRight(mask)) {
    const as = exactly({ queries: keys, keys, row: (q) => row(queries - keys + q) });
    if (as) return aligned(mask, as, 'bottom right');
  }
  return { nearest: isPlaceless(mask) ? nearestPlaceless(mask) : nearest };
}

/** More queries than keys, of which the first stand before all keys and read none. */
function isBottomRight({ queries, keys, row }: Mask): boolean {
  const before = queries - keys;
  for (let q = 0; q < before; q++) if (row(q).length > 0) return false;
  return before > 0 && row(before).length > 0;
}

function exactly(corner: Mask): Expression | undefined {
  const { expression, difference } = nearestOf(corner);
  return difference.cells === 0 ? expression : undefined;
}

/** The cells that differ are those of the terms, which know no corner. */
const aligned = (
  mask: Mask,
  as: Expression,
  at: NonNullable<Standing['aligned']>['at'],
): Standing => ({
  nearest: { expression: as, difference: differenceOf(mask, maskOf(as, mask.keys, mask.queries)) },
  aligned: { as, at },
});

/** Do all queries that read anything read the same? Then nothing shows where they stand. */
function isPlaceless({ queries, keys, row }: Mask): boolean {
  if (queries === keys) return false;
  const rows = Array.from({ length: queries }, (_, q) => row(q)).filter(({ length }) => length > 0);
  return rows.length > 1 && rows.every((one) => equal(one, rows[0]!));
}
