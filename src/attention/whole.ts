/** @file Whether a layer, whatever its name, reads everything: a window as wide as the text is not a window. */
import { visiblePairs } from './cost';
import { maskFacts } from './facts';
import type { PatternSpec } from './pattern';
import { patterns } from './registry';

/** Each of T tokens reads itself and everything before it, exactly, and nothing after it: the layer is global. */
export function readsEverything(layer: PatternSpec, T: number): boolean {
  const { firstKey } = patterns.get(layer.pattern);
  // The first key of such a rule only moves forward, so the last row decides.
  if (firstKey) return firstKey(T - 1, layer.params) === 0;
  return visiblePairs(layer, T) === (T * (T + 1)) / 2 && maskFacts(layer, T).future === undefined;
}

/** The same, for a layer that is not called global; the pages say so beside its name. */
export const readsLikeGlobal = (layer: PatternSpec, T: number): boolean =>
  layer.pattern !== 'global' && readsEverything(layer, T);
