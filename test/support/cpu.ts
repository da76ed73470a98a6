/**
 * @file How long something computes, whatever else the machine does meanwhile. One process runs one test file at a time
 * (vitest's forks), so nobody else's work is in it.
 */

/** Milliseconds of processor time that `work` takes, and what it gives. */
export function timed<T>(work: () => T): { readonly ms: number; readonly value: T } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, value };
}
