/** @file A preset: settings under a name, one file each in ./presets. */
import { registryOf } from '../core/registry';
import { DEFAULTS, type RunSpec } from './run';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** What there is to see, in one or two sentences. */
  readonly summary: string;
  readonly settings: Partial<RunSpec>;
}

export const definePreset = (preset: Preset): Preset => preset;

export const presets = registryOf<Preset>(
  'preset',
  import.meta.glob<{ default: Preset }>('./presets/*.ts', { eager: true }),
);

/** What a preset starts: the defaults, changed. The machine stays the person's choice. */
export const specOfPreset = (preset: Preset, backend: RunSpec['backend'] = 'auto'): RunSpec => ({
  ...DEFAULTS,
  ...preset.settings,
  backend,
});
