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

/** In the order they first come. */
export function kindsOf({ layers }: ConfigLayers): readonly LayerKind[] {
  const kinds = new Map<string, { layer: ConfigLayer; count: number; first: number }>();
  layers.forEach((layer, first) => {
    const known = kinds.get(alike(layer));
    if (known) known.count++;
    else kinds.set(alike(layer), { layer, count: 1, first });
  });
  return [...kinds.values()];
}

/** Bytes that all layers of a kind keep of one sequence after T tokens, a state of known size among them. */
export function bytesOfKind({ layer, count }: LayerKind, T: number, bytesPerNumber = 2): number {
  const facts = factsOf(layer, { causal: true, heads: 1 });
  return count * (numbersAt(facts, T) + (stateNumbers(facts) ?? 0)) * bytesPerNumber;
}

/** Why a layer's mask says less than it seems to; undefined where it says all. */
export const crossedOf = ({ kind, picks }: ConfigLayer): 'state' | 'picks' | undefined =>
  kind === 'state' || kind === 'none' ? 'state' : picks ? 'picks' : undefined;
