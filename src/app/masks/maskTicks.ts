/** @file The numbers beside a mask: round ones, as many as fit. */

/** Tokens between two numbers. */
const STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const MOST = 8192; // tokens between two numbers, if no other step leaves room
const LEAST = 34; // px between two numbers
const DIGIT = 6.8; // px, approximate width of a digit

/** Multiples of the smallest step that leaves `room` pixels between two of them, from `from` up to `to`. */
function multiples(from: number, to: number, cell: number, room: number): readonly number[] {
  const step = STEPS.find((one) => one * cell >= room) ?? MOST;
  const first = Math.ceil(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.ceil((to - first) / step)) },
    (_, i) => first + i * step,
  );
}

/** Queries `from` up to `to`, if a row is `cell` pixels high. */
export const queryTicks = (from: number, to: number, cell: number): readonly number[] =>
  multiples(from, to, cell, LEAST);

/** Keys `from` up to `to`, if a cell is `cell` pixels wide, with the middles of their numbers in a width of `width`. */
export function keyTicks(
  from: number,
  to: number,
  cell: number,
  width: number,
): readonly { readonly key: number; readonly x: number }[] {
  // Half a number of extra room, so that the last one, moved in from the edge, does not touch the previous one.
  const room = Math.max(LEAST, 1.5 * String(to).length * DIGIT + 4);
  return multiples(from, to, cell, room).map((key) => ({
    key,
    x: Math.min(
      (key - from) * cell + cell / 2,
      width - (String(key).length * DIGIT) / 2 - 1, // not cut off at the edge
    ),
  }));
}
