/** @file A short hash of many whole numbers: equal numbers have equal hashes. Not cryptographic. */

/** FNV-1a over 32-bit words, as 8 hexadecimal digits. */
export function fingerprint(...lists: readonly Int32Array[]): string {
  let h = 0x811c9dc5;
  for (const list of lists) {
    // The length is hashed too, so that moving a number from one list to the next changes the hash.
    h = Math.imul(h ^ list.length, 0x01000193);
    for (const number of list) {
      h = Math.imul(h ^ number, 0x01000193);
      h ^= h >>> 15; // words, not bytes: high bits must reach the low ones
    }
  }
  return (h >>> 0).toString(16).padStart(8, '0');
}
