/**
 * @file How many cases a slow property draws: a third in `npm test`, all with DEEP=1, and four times as many when `npm
 * run fuzz` draws new cases.
 */
import { sampled } from './deep';

export const draws = (all: number): { readonly numRuns: number } => ({
  numRuns: process.env['FUZZ_SEED'] === undefined ? sampled(all) : 4 * all,
});
