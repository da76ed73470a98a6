/** @file The texts of rows (given.ts) by name: those seen by this page or worker, and those in a browser's store. */

/** Texts by name, most recently requested last: those seen by this page or worker. */
const known = new Map<string, string>();
const MAX_KNOWN = 64;
let elsewhere: (name: string) => string | undefined = () => undefined;

/** Where to look up names that are unknown here: a browser's store. */
export function lookForRows(find: (name: string) => string | undefined): void {
  elsewhere = find;
}

/** The text of this name, if it was seen here. */
export const seen = (name: string): string | undefined => known.get(name);

/** The text a store has under this name, unchecked. */
export const stored = (name: string): string | undefined => elsewhere(name);

export function keep(name: string, content: string): void {
  known.delete(name);
  known.set(name, content);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
}

/** A 64-bit hash of a text, in hexadecimal digits: equal texts have equal hashes. Not cryptographic. */
export function signOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
