/**
 * @file Findings that say the same about several layers, combined: a config next to a stack is wrong in ten layers for
 * one reason.
 */
import { listed } from '../core/numbers';
import type { Finding } from './subject';

export interface Together {
  /** As in the first of its layers. */
  readonly finding: Finding;
  /** All layers it was found in, counted from 0; empty if it concerns no layer. */
  readonly layers: readonly number[];
}

/** In order of first appearance. */
export function together(findings: readonly Finding[]): readonly Together[] {
  const found = new Map<string, { readonly finding: Finding; readonly layers: number[] }>();
  for (const finding of findings) {
    const { layer, ...rest } = finding;
    const words = JSON.stringify([
      rest.code,
      rest.note,
      rest.cell,
      rest.what,
      rest.fix,
      rest.thread,
    ]);
    const known = found.get(words) ?? { finding, layers: [] };
    found.set(words, known);
    if (layer !== undefined) known.layers.push(layer);
  }
  return [...found.values()];
}

/** 'Layers 3, 7, 11 and 4 more'; layers are counted from 1 on the page. */
export function sayLayers(layers: readonly number[], most = 6): string {
  const named = layers.slice(0, layers.length > most + 1 ? most : layers.length).map((l) => l + 1);
  const more = layers.length - named.length;
  return `${layers.length === 1 ? 'Layer' : 'Layers'} ${
    more > 0 ? `${named.join(', ')} and ${more} more` : listed(named.map(String))
  }`;
}
