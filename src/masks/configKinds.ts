/** @file The layers of a config by kind: which are alike, what they read, and what each kind keeps. */
import { numbersAt, type ConfigLayer, type ConfigLayers } from './configLayer';

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

/** Bytes that all layers of a kind keep after T tokens. */
export const bytesOfKind = ({ layer, count }: LayerKind, T: number, bytesPerNumber = 2): number =>
  count * numbersAt(layer, T) * bytesPerNumber;

/** Why a layer's mask says less than it seems to; undefined where it says all. */
export const hatchOf = ({ kind, picks }: ConfigLayer): 'state' | 'picks' | undefined =>
  kind === 'state' || kind === 'none' ? 'state' : picks ? 'picks' : undefined;
