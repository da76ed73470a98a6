/** @file Windows one beside a number that people choose: libraries count a window with the token itself or without. */

/** Sizes that people choose. */
export const isRound = (n: number): boolean =>
  n >= 16 && ((n & (n - 1)) === 0 || n % 100 === 0 || n % 64 === 0);

/** The size that was perhaps meant by a window of `window` keys, itself included; undefined where it is such a size. */
export function roundBeside(window: number): number | undefined {
  if (isRound(window)) return undefined;
  return [window - 1, window + 1].find((n) => isRound(n));
}

const number = (n: number) => n.toLocaleString('en-US');

/** As a sentence; empty where there is nothing to ask. */
export function askRound(window: number): string {
  const round = roundBeside(window);
  if (round === undefined) return '';
  return round < window
    ? `${number(window)} = ${number(round)} and the token itself; was ${number(round)} meant?`
    : `${number(window)} is one less than ${number(round)}; was ${number(round)} meant, the token itself among them?`;
}
