/** @file The small shared memory through which the threads of a crew coordinate (crew.ts). */

import { MAX_THREADS } from './instance';

/** Offsets in the shared memory, in words of 4 bytes. */
export const PARTS = 1;
export const DONE = 2;
export const MAIL = 3;
export const FAULT = 4;
export const SESSION = 5;
export const KERNEL = 6;
export const COUNT = 7;
/** Threads, apart from the launching one, that have begun. */
export const BEGUN = 8;
/** The arguments, as numbers of 8 bytes. */
export const ARGUMENTS = 64; // bytes
/** A word for each thread, each in a cache line of its own. */
const TURNS = 128;
const LINE = 16; // words
export const BYTES = 4 * (TURNS + LINE * MAX_THREADS);

/** The turn of thread n: the number of the launch and, in its lowest byte, the next part of its share. */
export const turnOf = (n: number): number => TURNS + LINE * n;
/** Threads without work wait for this one to change. */
export const TURN = turnOf(0);

/** The first part of thread n's share; the share of the thread before it ends there. */
export const shareFrom = (n: number, threads: number, parts: number): number =>
  Math.floor((n * parts) / threads);

/** In place of a part: there is nothing to do. */
export const NONE = 255;

/** Polls of a word before a thread goes to sleep: some tens of microseconds, about what waking it up takes. */
const LOOKS = 10_000;

/** Waits until a word is no longer `value`: first polling, then asleep. False if it still is after `ms`. */
export function rest(control: Int32Array, word: number, value: number, ms: number): boolean {
  for (let n = 0; n < LOOKS; n++) if (Atomics.load(control, word) !== value) return true;
  return Atomics.wait(control, word, value, ms) !== 'timed-out';
}
