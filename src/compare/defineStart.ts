import type { Preset } from '../spec/definePreset';
import type { Own } from './comparison';

/**
 * A predefined comparison: shared settings, and the attention settings of its runs. Recorded by `npm run record` under
 * its id.
 */
export interface Start {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** What it shows, in one or two sentences. */
  readonly summary: string;
  /** Shared settings that differ from the defaults. */
  readonly settings: Preset['settings'];
  /** The settings in which each run differs from the shared ones; if missing, the four runs of the paper. */
  readonly runs?: readonly (Partial<Own> & { readonly name?: string })[];
  /** Number of recorded steps. */
  readonly steps: number;
}

export const defineStart = (start: Start): Start => start;
