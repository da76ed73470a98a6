/**
 * @file Several masks in one text: 'causal & chunk(8); causal & dilated(2)'. Layers refer to them by number, starting
 * at 1.
 */

/** A layer's symbol is one digit. */
export const MAX_MASKS = 9;

/** The expressions as written, without empty ones. */
export const masksIn = (text: string): readonly string[] =>
  text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export const joinMasks = (masks: readonly string[]): string => masks.join('; ');
