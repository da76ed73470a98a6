/** @file Predefined comparisons, one file each in ./starts. */
import { registryOf } from '../core/registry';
import type { RunSpec } from '../spec/run';
import { DEFAULTS } from '../spec/controls';
import { ownOf, paperRuns, sameRuns, type Comparison } from './comparison';
import type { Start } from './defineStart';

export const starts = registryOf<Start>(
  /* a message */ 'start',
  import.meta.glob<{ default: Start }>('./starts/*.ts', { eager: true }),
);

/** The backend stays the user's choice. */
export function comparisonOf(
  { settings, runs }: Start,
  backend: RunSpec['backend'] = 'auto',
): Comparison {
  const shared: RunSpec = { ...DEFAULTS, ...settings, backend };
  if (!runs) return { shared, runs: paperRuns(shared) };
  return {
    shared,
    runs: runs.map(({ name, ...own }) => ({
      own: { ...ownOf(shared), ...own },
      ...(name !== undefined && { name }),
    })),
  };
}

/** The predefined comparison that has these runs, whatever backend they use. */
export const startOf = (comparison: Comparison): Start | undefined =>
  starts.all.find((start) => sameRuns(comparisonOf(start), comparison, ['backend']));
