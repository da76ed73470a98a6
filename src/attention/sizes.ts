/** @file The numbers of a layer's rule in short: a letter and a value, as beside a stripe. */
import type { LayerPlan, PatternSpec } from './pattern';

/** ['W 6', 'C 12'] of an approximate layer with window 6 and chunks of 12. */
export const sizeOf = ({ params }: Pick<PatternSpec, 'params'>): readonly string[] =>
  Object.entries(params).map(([name, value]) => `${name[0]!.toUpperCase()} ${value}`);

/** Every number once, in the order of the layers: 'W 6 · C 12'. */
export const sizesOf = (layers: LayerPlan): string =>
  [...new Set(layers.flatMap(sizeOf))].join(' · ');
