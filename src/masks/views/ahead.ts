/** @file Tokens that have to be there at once, since some of them read others that come after them. */
import type { Mask } from '../../attention/mask';
import { clip } from '../../attention/runs';

export interface Ahead {
  /** Tokens [from, to), two or more, of which an earlier one reads a later one; the shortest such stretches. */
  readonly stretches: readonly (readonly [number, number])[];
  /** Whether some token reads one of before its own stretch: what is written later goes on from what stands there. */
  readonly goesOn: boolean;
}

/** Of a mask of as many queries as keys; its first `tokens` tokens. */
export function aheadOf(mask: Mask, tokens = mask.keys): Ahead {
  const stretches: (readonly [number, number])[] = [];
  let [from, far, goesOn] = [0, 0, false];
  for (let q = 0; q < tokens; q++) {
    const row = clip(mask.row(q), 0, tokens);
    far = Math.max(far, row.at(-1) ?? 0, q + 1);
    goesOn ||= row.length > 0 && row[0]! < from;
    if (far > q + 1) continue;
    if (q > from) stretches.push([from, q + 1]);
    from = q + 1;
  }
  return { stretches, goesOn };
}
