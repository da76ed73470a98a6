import type { Preset } from '../spec/definePreset';
import type { Own } from './comparison';

/** A predefined comparison: shared settings, and how its runs attend. Recorded by `npm run record` under its id. */
export interface Start {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** What it shows, in one or two sentences. */
  readonly summary: string;
  /** Shared settings that differ from the defaults. */
  readonly settings: Preset['settings'];
  /** How each run attends, where it differs from the shared settings; if missing, the four of the paper. */
  readonly runs?: readonly (Partial<Own> & { readonly name?: string })[];
  /** Number of recorded steps. */
  readonly steps: number;
}

export const defineStart = (start: Start): Start => start;
