import type { RunSpec } from './run';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** Heading for presets that belong together. */
  readonly group?: string;
  /** What to look for, in one or two sentences. */
  readonly summary: string;
  readonly settings: Partial<RunSpec>;
}

export const definePreset = (preset: Preset): Preset => preset;
