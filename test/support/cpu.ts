/**
 * @file How long a computation takes, whatever else the machine does meanwhile. One process runs one test file at a
 * time (vitest's forks), so no other work is in it.
 */

/** The processor time of `work` in milliseconds, and its result. */
export function timed<T>(work: () => T): { readonly ms: number; readonly value: T } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, value };
}
