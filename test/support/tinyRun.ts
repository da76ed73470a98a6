import { DEFAULTS } from '../../src/spec/controls';
import type { RunSpec } from '../../src/spec/run';

/** A run so small that tests of the engine build and train it in milliseconds. */
export const TINY_RUN: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  window: 4,
  chunk: 4,
  layers: 2,
  width: 16,
  heads: 2,
  batch: 2,
};
