/** @file A time limit, so that nothing waits forever for an answer that never comes. */

/** Like `work`, but rejects with `words` after this many milliseconds; a later result of `work` is ignored. */
export function within<T>(ms: number, work: Promise<T>, words: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(words)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Milliseconds within which a backend must have started and passed its self-test. */
export const START_TIMEOUT_MS = 120_000;
