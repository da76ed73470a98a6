/** @file The mask as cells, for pictures and tests of small T. Never used to count or to compute. */
import { maskOf } from './expression';
import type { PatternSpec } from './pattern';
import { patterns } from './registry';
import { clip, type Runs } from './runs';

export const BLOCKED = 0;
export const EXACT = 1;
export const SUMMARY = 2;

/**
 * What query q reads of token k: nothing, the token itself, or the summary it is part of. Row-major [drawn, drawn], for
 * the first `drawn` of T tokens; by default all of them.
 */
export function maskCells({ pattern, params }: PatternSpec, T: number, drawn = T): Uint8Array {
  const rule = patterns.get(pattern);
  const cells = new Uint8Array(drawn * drawn);
  const through = maskOf(rule.expression(params), T);
  for (let q = 0; q < drawn; q++) {
    const put = (runs: Runs, kind: number) => fill(cells, q * drawn, clip(runs, 0, drawn), kind);
    if (rule.chunk(params) > 0) put(through.row(q), SUMMARY);
    put(rule.reads(q, T, params), EXACT);
  }
  return cells;
}

function fill(cells: Uint8Array, at: number, runs: Runs, kind: number): void {
  for (let r = 0; r < runs.length; r += 2) cells.fill(kind, at + runs[r]!, at + runs[r + 1]!);
}
