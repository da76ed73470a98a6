/** @file Qwen's rule: a window only where use_sliding_window says so, and then in the layers from max_window_layers on. */
import { check } from '../core/check';
import {
  byLayerTypes,
  COUNTS_ITSELF,
  GLOBAL,
  GLOBAL_TYPE,
  LAYERS,
  local,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
  type Reading,
} from './family';
import type { Fields } from './fields';

export function readQwen(fields: Fields, layers: number): Reading {
  const on = fields.flag('use_sliding_window', false);
  check(
    !on || fields.has('sliding_window'),
    'use_sliding_window is true and sliding_window is missing; it should be a whole number of tokens',
  );
  const window = on ? fields.whole('sliding_window', TOKENS_IN_WINDOW) : undefined;
  const sliding = window === undefined ? undefined : local(window);
  const named = byLayerTypes(fields, layers, { [GLOBAL_TYPE]: GLOBAL, [LOCAL_TYPE]: sliding });
  const from =
    sliding && !named ? fields.whole('max_window_layers', { min: 0, max: LAYERS.max }) : layers;
  return {
    layers:
      named ?? Array.from({ length: layers }, (_, i) => (sliding && i >= from ? sliding : GLOBAL)),
    convention: on
      ? COUNTS_ITSELF
      : 'use_sliding_window is off: every layer reads everything before, whatever sliding_window says',
    notes:
      sliding && !named
        ? [`the first ${Math.min(from, layers)} layers are global: max_window_layers is ${from}`]
        : [],
  };
}
