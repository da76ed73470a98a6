/**
 * @file The value of reading far in the site's texts, counted once by `npm run measure:far -- --write`.
 *
 * A count takes seconds and depends only on the text, so it is stored; test/data/far/counted.test.ts repeats a part of
 * it.
 */
import { check } from '../../core/check';
import counted from './counted.json';
import type { Far, FarCurve } from './far';

/**
 * The lengths of history counted, in characters: four per doubling, and those around a line of 80 and a passage of 96.
 */
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
  readonly sha256: string; // checksum of the file that was counted
  readonly characters: number;
  readonly base: number;
  readonly losses: readonly number[];
}

/** The counts for one of the site's texts; undefined for any other. */
export function countedCurve(id: string): FarCurve | undefined {
  const kept = (counted as Readonly<Record<string, Kept>>)[id];
  return kept && { ...kept, histories: HISTORIES };
}

/**
 * Reading up to `context` characters compared with reading `reach` of them. Between two counted lengths it is
 * interpolated linearly in log length.
 */
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
