/**
 * @file A decoder's cache compared with the mask: which keys a later query may still read, step by step. A ring buffer
 * with as many slots as are ever needed at once holds key k in slot k mod slots.
 */
import type { Mask } from '../../attention/mask';
import { lastReaders } from '../../attention/need';
import { fromCells, type Runs } from '../../attention/runs';

export interface CacheNeed {
  /** [keys] the last query that reads the key; -1 if none does. After it, the key may be evicted. */
  readonly lastRead: Int32Array;
  /** [keys] number of keys that must be held once token t is written, its own included. */
  readonly held: Int32Array<ArrayBuffer>;
  /** The maximum over all steps: slots a cache needs. */
  readonly slots: number;
  /** Whether keys stop being needed in the order in which they were written. */
  readonly inOrder: boolean;
  /**
   * Whether, in addition, the oldest key is dropped as queries move on, as behind a window: then a ring also suffices
   * for a text that continues.
   */
  readonly ring: boolean;
}

/** For a mask with as many queries as keys. Future keys are not held before they are written. */
export function needOf(mask: Mask): CacheNeed {
  const T = mask.keys;
  const lastRead = lastReaders(mask);
  // Key k is held after step t for k <= t < lastRead[k]; at its own step it is always written.
  const change = new Int32Array(T + 1);
  for (let k = 0; k < T; k++) {
    change[k]!++;
    change[Math.max(k + 1, lastRead[k]!)]!--;
  }
  const held = new Int32Array(T);
  let [now, slots] = [0, 0];
  for (let t = 0; t < T; t++) {
    now += change[t]!;
    held[t] = now;
    // While token t is computed, everything it reads is there: what was held before, and itself.
    slots = Math.max(slots, (t > 0 ? held[t - 1]! : 0) + 1);
  }
  slots = Math.max(1, Math.min(slots, T));
  const ends = Array.from({ length: T }, (_, k) => Math.max(k + 1, lastRead[k]!));
  const inOrder = ends.every((end, k) => k === 0 || end >= ends[k - 1]!);
  // Padding that no query reads and finished documents leave in order, too. The tokens that stay are read on, so a ring
  // with just enough slots would lose them at the next token: only a far end that moves from query to query makes a
  // ring.
  const moves = (k: number) =>
    lastRead[k] === k + slots - 1 && lastRead[k]! < T - 1 && lastRead[k + 1]! > lastRead[k]!;
  const ring = inOrder && ends.some((_, k) => moves(k));
  return { lastRead, held, slots, inOrder, ring };
}

/** Compares prefill's row with what a ring of `slots` keys still holds at `query`; returns the missing keys. */
export function goneFrom(mask: Mask, slots: number, query: number): readonly number[] {
  const from = Math.max(0, query + 1 - slots);
  const row = mask.row(query);
  const gone: number[] = [];
  for (let i = 0; i < row.length && row[i]! < from; i += 2)
    for (let k = row[i]!; k < Math.min(from, row[i + 1]!); k++) gone.push(k);
  return gone;
}

/** Keys that no query reads: a decoder may write them, but need not hold any of them. */
export const unreadIn = ({ lastRead }: Pick<CacheNeed, 'lastRead'>): Runs =>
  fromCells(
    lastRead.map((query) => Number(query < 0)),
    0,
    lastRead.length,
  );
