/**
 * @file The position of the queries of a mask, if there are not as many as keys: at the last keys, at the first, or at
 * none.
 */
import type { Expression } from '../../attention/expression';
import { maskOf } from '../../attention/expression';
import { differenceOf, type Mask } from '../../attention/mask';
import { equal } from '../../attention/runs';
import { causal } from './families';
import { nearestOf, nearestPlaceless, type Found } from './nearest';

export interface Standing {
  /** The pattern in terms, with the last query at the last key. */
  readonly nearest: Found;
  /** Its exact pattern in that corner, if one is recognised. */
  readonly aligned?: { readonly as: Expression; readonly at: 'top left' | 'bottom right' };
}

/**
 * Each query ends at its own index, as if no key came before it. A single query has no diagonal: it must read the first
 * of many keys and no other.
 */
export function isTopLeft({ queries, keys, row }: Mask): boolean {
  if (queries >= keys || (queries === 1 && keys < 3)) return false;
  for (let q = 0; q < queries; q++) if (row(q).at(-1) !== q + 1) return false;
  return true;
}

/** `nearest` in plain terms; if its rows show that the queries stand elsewhere, the pattern there. */
export function standingOf(mask: Mask, nearest: Found): Standing {
  const { queries, keys, row } = mask;
  // Checked before exact matches by chance: global tokens can describe any two rows.
  if (isTopLeft(mask)) {
    // One query at the first key reads itself, as in every pattern.
    const as = queries === 1 ? causal : exactly({ queries, keys: queries, row });
    if (as) return aligned(mask, as, /* not a message */ 'top left');
  }
  if (nearest.difference.cells === 0) return { nearest };
  if (isBottomRight(mask)) {
    const as = exactly({ queries: keys, keys, row: (q) => row(queries - keys + q) });
    if (as) return aligned(mask, as, /* not a message */ 'bottom right');
  }
  return { nearest: isPlaceless(mask) ? nearestPlaceless(mask) : nearest };
}

/** More queries than keys: the first queries come before all keys and read none. */
function isBottomRight({ queries, keys, row }: Mask): boolean {
  const before = queries - keys;
  for (let q = 0; q < before; q++) if (row(q).length > 0) return false;
  return before > 0 && row(before).length > 0;
}

function exactly(corner: Mask): Expression | undefined {
  const { expression, difference } = nearestOf(corner);
  return difference.cells === 0 ? expression : undefined;
}

/** The difference is from the terms, which cannot express a corner. */
const aligned = (
  mask: Mask,
  as: Expression,
  at: NonNullable<Standing['aligned']>['at'],
): Standing => ({
  nearest: { expression: as, difference: differenceOf(mask, maskOf(as, mask.keys, mask.queries)) },
  aligned: { as, at },
});

/** Whether all queries that read anything read the same keys. Then nothing shows their position. */
function isPlaceless({ queries, keys, row }: Mask): boolean {
  if (queries === keys) return false;
  const rows = Array.from({ length: queries }, (_, q) => row(q)).filter(({ length }) => length > 0);
  return rows.length > 1 && rows.every((one) => equal(one, rows[0]!));
}
