/**
 * @file Attention maps as letters, for files: each cell is one of 64 letters, with the finest steps near 0, as in a
 * picture. Only keys up to the query are written; masks are left out, because they follow from the plan.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
export const LETTERS = /^[A-Za-z0-9+/]*$/;
const TOP = ALPHABET.length - 1;
const LEVELS = new Map([...ALPHABET].map((letter, level) => [letter.charCodeAt(0), level]));

/** Maximum context whose maps are saved in a file: longer ones are large, and pooled. */
export const LONGEST_MAP = 256;
/** Maximum letters for maps in a user's file. */
export const MAP_BUDGET = 4 * 2 ** 20;

export interface SavedMaps {
  readonly tokens: readonly string[]; // [T] labels of the watched sequence
  /** Where documents begin in it, except at 0; missing if no run keeps documents apart. */
  readonly begins?: readonly number[];
  readonly moments: readonly {
    readonly step: number;
    readonly runs: readonly (string | null)[]; // null: the run had no picture at that step
  }[];
}

/** The number of letters for `maps` maps of T × T. */
export const lettersOf = (T: number, maps: number): number => (maps * T * (T + 1)) / 2;

/** bytes [maps, T, T], square roots of weights as 0…255. */
export function toLetters(bytes: Uint8Array, T: number): string {
  let letters = '';
  for (let at = 0; at < bytes.length; at += T) {
    const query = (at / T) % T;
    for (let key = 0; key <= query; key++)
      letters += ALPHABET[Math.round((bytes[at + key]! / 255) * TOP)]!;
  }
  return letters;
}

/** Recovers the bytes, to within 2 of 255. */
export function fromLetters(letters: string, T: number, maps: number): Uint8Array {
  const bytes = new Uint8Array(maps * T * T);
  let read = 0;
  for (let at = 0; at < bytes.length; at += T) {
    const query = (at / T) % T;
    for (let key = 0; key <= query; key++)
      bytes[at + key] = Math.round((LEVELS.get(letters.charCodeAt(read++))! / TOP) * 255);
  }
  return bytes;
}

/**
 * Indices of the moments kept if there is room for `room` of `count`: the first, the last, and evenly spaced ones
 * between.
 */
export function keptMoments(count: number, room: number): readonly number[] {
  const kept = Math.max(0, Math.min(count, room));
  if (kept < 2) return kept === 0 || count === 0 ? [] : [count - 1];
  return Array.from({ length: kept }, (_, i) => Math.round((i * (count - 1)) / (kept - 1)));
}
