/** @file Which grays of a picture are read as 1: the lighter of two, or the lighter half of more. */
import { check } from '../../core/check';

/** ITU-R BT.601. */
export const luma = (bytes: Uint8Array, at: number): number =>
  Math.round(0.299 * bytes[at]! + 0.587 * bytes[at + 1]! + 0.114 * bytes[at + 2]!);

/** The smallest gray read as 1, and a note about it. */
export function lightOf(
  grays: Uint8Array,
  colours: number,
): { readonly border: number; readonly note?: string } {
  const levels = [...new Set(grays)].sort((a, b) => a - b);
  const [darkest, lightest] = [levels[0]!, levels.at(-1)!];
  if (levels.length === 1) {
    check(
      colours < 2,
      `the colours of the PNG are all as light as gray ${darkest}, so none of them is the darker; save it in black and white`,
    );
    // A picture that is all black or all white is clear; a single gray is ambiguous.
    check(
      darkest === 0 || darkest === 255,
      `the PNG is gray ${darkest} all over; a mask has two grays, or is black or white`,
    );
    return { border: 128 };
  }
  const border = (darkest + lightest) / 2;
  if (levels.length === 2)
    return darkest === 0 && lightest === 255
      ? { border }
      : {
          border,
          note: `Its grays are ${darkest} and ${lightest}: ${lightest}, the lighter, was read as 1.`,
        };
  return {
    border,
    note: `It has ${levels.length} grays, ${darkest} to ${lightest}: those from ${Math.ceil(border)} on were read as 1, the darker ones as 0.`,
  };
}
