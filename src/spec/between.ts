/** @file How the settings of two runs differ. */
import { withinSentence } from '../core/sentence';
import type { RunSpec } from './run';
import { CONTROLS } from './controls';

/**
 * Whether the attention of two runs is drawn over the same held-out tokens: they depend on the data and the context
 * alone.
 */
export const watchSameTokens = (a: RunSpec, b: RunSpec): boolean =>
  CONTROLS.every(
    ({ name, section }) =>
      (section !== /* a message */ 'Training data' && name !== 'context') || a[name] === b[name],
  );

/** The names of the settings in which two runs differ. */
export const changedBetween = (a: RunSpec, b: RunSpec): readonly string[] =>
  CONTROLS.filter(({ name }) => a[name] !== b[name]).map(({ label }) => withinSentence(label));
