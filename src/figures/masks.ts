/** @file Figure 1: what each query reads under the four plans, drawn small from the rules themselves. */
import { maskCells } from '../attention/cells';
import type { PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { visiblePairs } from '../attention/cost';
import { plans } from '../attention/plans';
import type { Table } from './chart';

export interface MaskPanel {
  readonly plan: string;
  readonly label: string;
  /** The mask of one or more equal layers: 'layer 1', 'layers 2–4'. */
  readonly masks: readonly {
    readonly label: string;
    readonly pattern: string;
    readonly cells: Uint8Array; // [T, T], see src/attention/cells.ts
    readonly pairs: number;
  }[];
}

/** Small enough to count the cells, long enough to show windows, chunks and stripes. */
export const MASKS = { T: 24, layers: 4, window: 6, chunk: 4, groupSize: 4 } as const;

export function maskPanels(settings = MASKS): readonly MaskPanel[] {
  const { T } = settings;
  return ['global', 'local', 'approximate', 'grouped'].map((id) => {
    const plan = plans.get(id);
    const layers = plan.expand({ ...settings, place: 'first', stripes: '' });
    return {
      plan: id,
      label: plan.label,
      masks: runsOf(layers).map(({ from, to, layer }) => ({
        label:
          from === 1 && to === layers.length
            ? 'every layer'
            : from === to
              ? `layer ${from}`
              : `layers ${from}–${to}`,
        pattern: patterns.get(layer.pattern).label,
        cells: maskCells(layer, T),
        pairs: visiblePairs(layer, T),
      })),
    };
  });
}

/** Groups of adjacent equal layers, numbered from 1. */
function runsOf(layers: readonly PatternSpec[]) {
  const runs: { from: number; to: number; layer: PatternSpec }[] = [];
  for (const [i, layer] of layers.entries()) {
    const last = runs.at(-1);
    if (last?.layer.pattern === layer.pattern) last.to = i + 1;
    else runs.push({ from: i + 1, to: i + 1, layer });
  }
  return runs;
}

export const masksTable = (panels: readonly MaskPanel[]): Table => ({
  columns: ['plan', 'layers', 'pattern', 'pairs read'],
  rows: panels.flatMap(({ label, masks }) =>
    masks.map((mask) => [label, mask.label, mask.pattern, mask.pairs]),
  ),
});
