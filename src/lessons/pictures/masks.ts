/** @file The masks of a run as pictures, one for all layers with the same mask, and each row described in words. */
import { formatInteger } from '../../core/units';
import { withinSentence } from '../../core/sentence';
import { visiblePairs } from '../../attention/cost';
import { maskCells } from '../../attention/cells';
import { byName } from '../../attention/rowNames';
import type { LayerPlan, PatternSpec } from '../../attention/pattern';
import { readsOf } from '../../attention/reads';
import { patterns } from '../../attention/registry';
import { count } from '../../attention/runs';
import { listOf } from './words';

/** Maximum tokens drawn: the first ones. */
export const DRAWN = 64;

export interface MaskPicture {
  /** The layers with this mask, from 0. */
  readonly layers: readonly number[];
  readonly label: string;
  readonly of: PatternSpec;
  readonly pairs: number; // visible, among all tokens
  readonly cells: Uint8Array; // [drawn, drawn], see src/attention/cells.ts
}

/** One picture per distinct pattern of all layers, or of layer `only`. */
export function masksOf(plan: LayerPlan, T: number, only?: number): readonly MaskPicture[] {
  const alike = new Map<string, number[]>();
  plan.forEach((layer, l) => {
    if (only !== undefined && l !== only) return;
    const kind = JSON.stringify(layer);
    alike.set(kind, [...(alike.get(kind) ?? []), l]);
  });
  return [...alike.values()].map((layers) => {
    const of = plan[layers[0]!]!;
    return {
      layers,
      label: sayLayers(layers, plan.length),
      of,
      pairs: visiblePairs(of, T),
      cells: maskCells(of, T, Math.min(T, DRAWN)),
    };
  });
}

/** 'every layer', 'layer 1', 'layers 2–4', 'layers 2, 4'; layers are numbered from 1. */
export function sayLayers(layers: readonly number[], of: number): string {
  const [first, last] = [layers[0]! + 1, layers.at(-1)! + 1];
  if (layers.length === of) return of === 1 ? 'the one layer' : 'every layer';
  if (layers.length === 1) return `layer ${first}`;
  const neighbours = last - first + 1 === layers.length;
  if (neighbours && layers.length > 2) return `layers ${first}–${last}`;
  return `layers ${layers.map((l) => l + 1).join(', ')}`;
}

/** 'local, window 6'; a custom mask as written. */
export function sayPattern({ pattern, params }: PatternSpec): string {
  const rule = patterns.get(pattern);
  const numbers = Object.entries(rule.params).map(
    ([name, { label }]) => `${withinSentence(label)} ${params[name]}`,
  );
  return [patterns.has(pattern) ? withinSentence(rule.label) : byName(pattern), ...numbers].join(
    ', ',
  );
}

/** 'query 20 reads keys 15 to 20: 6 keys', of T tokens; 'query 20 reads nothing' if it does not. */
export function sayRow(layer: PatternSpec, query: number, T: number): string {
  const { exact, summaries, chunk, keys } = readsOf(layer, query, T);
  if (keys === 0) return `query ${query} reads nothing`;
  const tokens = `${count(exact) === 1 ? 'key' : 'keys'} ${listOf(exact)}`;
  const through = summaries > 0 ? ` and ${saySummaries(summaries)} of ${chunk} tokens` : '';
  return `query ${query} reads ${tokens}${through}: ${sayKeys(keys)}`;
}

/** '1 key', '6 keys'. */
export const sayKeys = (n: number): string => `${formatInteger(n)} ${n === 1 ? 'key' : 'keys'}`;
export const saySummaries = (n: number): string =>
  `${formatInteger(n)} ${n === 1 ? 'summary' : 'summaries'}`;
