/** @file Several masks in one text: 'causal & chunk(8); causal & dilated(2)'. Layers ask for them by their numbers, 1 first. */

/** A layer's sign is one digit. */
export const MOST_MASKS = 9;

/** The expressions as they were written, without the empty ones. */
export const masksIn = (text: string): readonly string[] =>
  text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export const joinMasks = (masks: readonly string[]): string => masks.join('; ');
