/**
 * @file What reading far is worth in the texts of the site, counted once by `npm run measure:far -- --write`.
 *
 * A count takes seconds and depends on the text alone, so it is kept; test/data/far/counted.test.ts counts a part again.
 */
import { check } from '../../core/check';
import counted from './counted.json';
import type { Far, FarCurve } from './far';

/** Characters a copier may see: four lengths in each doubling, and those around a line of 80 and a passage of 96. */
export const HISTORIES: readonly number[] = [
  ...new Set([
    ...Array.from({ length: 33 }, (_, i) => Math.round(8 * 2 ** (i / 4))),
    84,
    85,
    100,
    101,
  ]),
].sort((a, b) => a - b);

interface Kept {
  readonly sha256: string; // of the file it was counted in
  readonly characters: number;
  readonly base: number;
  readonly losses: readonly number[];
}

/** The counts of a text of the site; undefined for any other. */
export function countedCurve(id: string): FarCurve | undefined {
  const kept = (counted as Readonly<Record<string, Kept>>)[id];
  return kept && { ...kept, histories: HISTORIES };
}

/** Reading up to `context` characters against reading `reach` of them. Between two counted lengths it goes in a straight line over log length. */
export function worthOf(curve: FarCurve, reach: number, context: number): Far {
  const near = lossAt(curve, Math.min(reach, context));
  const far = lossAt(curve, context);
  return { base: curve.base, near, far, gain: (near - far) / near };
}

/** Below the shortest counted length nothing is copied; beyond the longest nothing was counted. */
function lossAt({ base, histories, losses }: FarCurve, history: number): number {
  check(history >= 1, `the history is ${history} characters; it should be 1 or more`);
  const above = histories.findIndex((counted) => counted >= history);
  if (above < 0) return losses.at(-1)!;
  if (histories[above] === history) return losses[above]!;
  if (above === 0) return base;
  const [a, b] = [histories[above - 1]!, histories[above]!];
  const share = Math.log(history / a) / Math.log(b / a);
  return losses[above - 1]! + share * (losses[above]! - losses[above - 1]!);
}
