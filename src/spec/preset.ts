/** @file Presets: named settings, one file each in ./presets. */
import { registryOf } from '../core/registry';
import type { Preset } from './definePreset';
import type { RunSpec } from './run';
import { DEFAULTS } from './controls';

export const presets = registryOf<Preset>(
  /* a message */ 'preset',
  import.meta.glob<{ default: Preset }>('./presets/*.ts', { eager: true }),
);

/** The settings a preset starts with: the defaults with its changes. The backend stays the user's choice. */
export const specOfPreset = (preset: Preset, backend: RunSpec['backend'] = 'auto'): RunSpec => ({
  ...DEFAULTS,
  ...preset.settings,
  backend,
});

/** What the Lab opens with if its URL requests nothing. */
export const OPENING: RunSpec = specOfPreset(presets.get('postal-codes'));
