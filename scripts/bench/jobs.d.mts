import type { Case, Job } from '../../test/bench/bench';

export const OURS: readonly string[];
export function jobsOf(chosen?: { quick?: boolean; only?: string }): Record<
  string,
  Omit<Job, 'cases'> & {
    readonly cases: readonly Case[];
    readonly ways: readonly string[];
  }
>;
