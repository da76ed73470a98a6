/** @file Masks kept as rows for tests: noise that no terms express, and a page that has never seen any rows. */
import { readRows } from '../../src/attention/given';
import { writeRows } from '../../src/attention/writeRows';
import { lookForRows } from '../../src/attention/rowTexts';
import { fromRule } from '../../src/attention/mask';
import { random } from '../../src/core/random';

/** The rows of a random mask of T tokens: cells before the diagonal are visible or blocked by chance. */
export function noisyRows(T: number, seed: number): string {
  const { next } = random(seed, 'noisy rows');
  return writeRows(fromRule(T, T, (q, k) => k === q || (k < q && next() < 0.5)));
}

/** More masks than are remembered. */
const MANY = 80;

/** As in another browser: no rows are stored, and those seen before are forgotten. */
export function forgetRows(): void {
  lookForRows(() => undefined);
  for (let seed = 1; seed <= MANY; seed++) readRows(noisyRows(16, 10_000 + seed));
}
