/** @file The layers of a config by kind: which are alike, what they read, and what each kind keeps. */
import type { ConfigLayer, ConfigLayers } from './configLayer';
import { factsOf, numbersAt, stateNumbers } from './layerFacts';

export interface LayerKind {
  readonly layer: ConfigLayer;
  readonly count: number;
  /** The first of them; 0 is the first layer. */
  readonly first: number;
}

const alike = ({ expression: _, sharedWith, ...layer }: ConfigLayer) =>
  JSON.stringify({ ...layer, shared: sharedWith !== undefined });

/** In order of first appearance. */
export function kindsOf({ layers }: ConfigLayers): readonly LayerKind[] {
  const kinds = new Map<string, { layer: ConfigLayer; count: number; first: number }>();
  layers.forEach((layer, first) => {
    const known = kinds.get(alike(layer));
    if (known) known.count++;
    else kinds.set(alike(layer), { layer, count: 1, first });
  });
  return [...kinds.values()];
}

/**
 * Bytes that all layers of a kind keep for one sequence after T tokens, including states of known size and a source.
 */
export function bytesOfKind(
  { layer, count }: LayerKind,
  T: number,
  bytesPerNumber = 2,
  source = 0,
): number {
  const facts = factsOf(layer, { causal: true, heads: 1 });
  const own = numbersAt(facts, T) + (stateNumbers(facts) ?? 0);
  return count * (own + source * facts.perTokenOfSource) * bytesPerNumber;
}

/** Why a layer's mask does not describe the layer completely; undefined if it does. */
export const crossedOf = ({ kind, picks }: ConfigLayer): 'state' | 'picks' | undefined =>
  kind === 'state' || kind === 'none' ? 'state' : picks ? 'picks' : undefined;
