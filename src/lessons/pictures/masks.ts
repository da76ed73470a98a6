/** @file The masks of a run as pictures: one for all layers that are alike, and what a row of each says in words. */
import { visiblePairs } from '../../attention/cost';
import { maskCells } from '../../attention/cells';
import type { LayerPlan, PatternSpec } from '../../attention/pattern';
import { patterns } from '../../attention/registry';

/** Tokens that are drawn at most; a mask's first rows are the same however many follow. */
export const DRAWN = 64;

export interface MaskPicture {
  /** Layers that are alike, from 0. */
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
      cells: maskCells(of, Math.min(T, DRAWN)),
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

/** 'local, window 6'. */
export function sayPattern({ pattern, params }: PatternSpec): string {
  const rule = patterns.get(pattern);
  const numbers = Object.entries(rule.params).map(
    ([name, { label }]) => `${label.toLowerCase()} ${params[name]}`,
  );
  return [rule.label.toLowerCase(), ...numbers].join(', ');
}

/** 'query 20 reads keys 15 to 20: 6 keys'. */
export function sayRow({ pattern, params }: PatternSpec, query: number): string {
  const rule = patterns.get(pattern);
  const first = rule.firstKey(query, params);
  const chunk = rule.chunk(params);
  const summaries = chunk > 0 ? first / chunk : 0;
  const exact = first === query ? `key ${query}` : `keys ${first} to ${query}`;
  const through =
    summaries > 0 ? ` and ${counted(summaries, 'summary', 'summaries')} of ${chunk} tokens` : '';
  return `query ${query} reads ${exact}${through}: ${counted(query - first + 1 + summaries, 'key')}`;
}

/** '1 key', '6 keys'. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
