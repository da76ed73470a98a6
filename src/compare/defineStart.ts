import type { Preset } from '../spec/definePreset';
import type { Own } from './comparison';

/** A comparison to begin with: shared settings, and how its runs attend. Recorded by `npm run record` under its id. */
export interface Start {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** What it shows, in one sentence or two. */
  readonly summary: string;
  /** Shared settings that differ from the defaults. */
  readonly settings: Preset['settings'];
  /** How each run attends, where it differs from the shared settings; without it the four of the paper. */
  readonly runs?: readonly (Partial<Own> & { readonly name?: string })[];
  /** Steps that are recorded. */
  readonly steps: number;
}

export const defineStart = (start: Start): Start => start;
