/** @file What one query depends on through the layers, row by row from the output down to the tokens: its cone. */
import { BLOCKED, EXACT, SUMMARY } from '../../attention/cells';
import type { LayerPlan, PatternSpec } from '../../attention/pattern';
import { reachCone, readBy } from '../../attention/reach';
import { patterns } from '../../attention/registry';
import { fromCells } from '../../attention/runs';
import { listOf } from './words';

export interface ConeRow {
  /** 'output', 'after layer 3', 'tokens'. */
  readonly label: string;
  /** The layer between this row and the one above it, from 0; undefined for the output. */
  readonly by: number | undefined;
  /** Per token: not needed, read exactly, or only through a summary; see src/attention/cells.ts. */
  readonly kinds: Uint8Array; // [T]
  readonly tokens: number; // needed
}

/** The output first, the tokens last: one more row than there are layers. */
export function coneRows(plan: LayerPlan, T: number, query: number): readonly ConeRow[] {
  const cone = reachCone(plan, T, query);
  return cone
    .map((needed, l): ConeRow => {
      const layer = plan[l];
      return {
        label: l === plan.length ? 'output' : l === 0 ? 'tokens' : `after layer ${l}`,
        by: layer && l,
        kinds: layer ? kindsOf(layer, needed, cone[l + 1]!) : needed,
        tokens: needed.reduce((sum, bit) => sum + bit, 0),
      };
    })
    .reverse();
}

/** A token is exact if one of the given queries reads it exactly in this layer. */
function kindsOf({ pattern, params }: PatternSpec, needed: Uint8Array, asked: Uint8Array) {
  const rule = patterns.get(pattern);
  const exact = readBy((q) => rule.reads(q, asked.length, params), asked);
  return needed.map((bit, k) => (exact[k] ? EXACT : bit ? SUMMARY : BLOCKED));
}

/** Cells of `factor` tokens each: exact if one of its tokens is. */
export function pooledRow(kinds: Uint8Array, factor: number): Uint8Array {
  const cells = new Uint8Array(Math.ceil(kinds.length / factor));
  kinds.forEach((kind, token) => {
    const at = Math.floor(token / factor);
    if (kind !== BLOCKED && cells[at] !== EXACT) cells[at] = kind;
  });
  return cells;
}

/** '27 to 47', '3', '0 to 4 and 9'. */
export const sayTokens = (kinds: ArrayLike<number>): string =>
  listOf(fromCells(kinds, 0, kinds.length));

/** 'query 47 depends on 21 of 48 tokens: 27 to 47'. */
export function sayReach(rows: readonly ConeRow[], query: number): string {
  const { kinds, tokens } = rows.at(-1)!;
  return `query ${query} depends on ${tokens} of ${kinds.length} tokens${tokens > 0 ? `: ${sayTokens(kinds)}` : ''}`;
}
