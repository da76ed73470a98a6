/**
 * @file Windows that are one key larger or smaller than a round size: some libraries count the token itself in the
 * window, others do not.
 */
import { formatInteger } from '../core/numbers';

/** The round sizes that people choose. */
export const isRound = (n: number): boolean =>
  n >= 16 && ((n & (n - 1)) === 0 || n % 100 === 0 || n % 64 === 0);

/**
 * The size that a window of `window` keys, itself included, may have been meant to have; undefined if it already has
 * such a size.
 */
export function roundBeside(window: number): number | undefined {
  if (isRound(window)) return undefined;
  return [window - 1, window + 1].find((n) => isRound(n));
}

const number = (n: number) => formatInteger(n);

/** As a sentence; empty if there is nothing to ask. */
export function askRound(window: number): string {
  const round = roundBeside(window);
  if (round === undefined) return '';
  return round < window
    ? `${number(window)} = ${number(round)} and the token itself; was ${number(round)} meant?`
    : `${number(window)} is one less than ${number(round)}; was ${number(round)} meant, the token itself among them?`;
}
