/** @file A short sign of many whole numbers: equal numbers have equal signs. Not against malice. */

/** FNV-1a over 32-bit words, as 8 hexadecimal digits. */
export function fingerprint(...lists: readonly Int32Array[]): string {
  let h = 0x811c9dc5;
  for (const list of lists) {
    // The length goes in, so that numbers cannot wander from one list to the next unseen.
    h = Math.imul(h ^ list.length, 0x01000193);
    for (const number of list) {
      h = Math.imul(h ^ number, 0x01000193);
      h ^= h >>> 15; // words, not bytes: high bits must reach the low ones
    }
  }
  return (h >>> 0).toString(16).padStart(8, '0');
}
