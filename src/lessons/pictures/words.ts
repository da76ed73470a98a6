/** @file Words whose length changes with what they say. */

/** The longest of what is said of 0 … n - 1: the room that has to be kept for all of it. */
export function longestOf(n: number, say: (i: number) => string): string {
  let longest = '';
  for (let i = 0; i < n; i++) {
    const words = say(i);
    if (words.length > longest.length) longest = words;
  }
  return longest;
}
