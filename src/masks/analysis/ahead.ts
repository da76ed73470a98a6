/** @file Runs of tokens that must be processed together, because some of them read later ones. */
import type { Mask } from '../../attention/mask';
import { clip } from '../../attention/runs';

export interface Ahead {
  /** Tokens [from, to), two or more, in which an earlier one reads a later one; the shortest such stretches. */
  readonly stretches: readonly (readonly [number, number])[];
  /** Whether some token reads one from before its own run: later output then continues the existing text. */
  readonly goesOn: boolean;
}

/** For a mask with as many queries as keys; only its first `tokens` tokens. */
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
