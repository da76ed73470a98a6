/** @file A limit on how long something is waited for, so that nobody waits for ever on what will never answer. */

/** As `work`, or rejects with `words` after that many milliseconds; what `work` comes to later is ignored. */
export function within<T>(ms: number, work: Promise<T>, words: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(words)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Milliseconds in which a way to compute must have started and passed its self-test. */
export const START_PATIENCE = 120_000;
