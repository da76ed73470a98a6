/** @file The mask as cells, for pictures and tests of small T. Never used to count or to compute. */
import { layoutOf } from './layout';
import type { PatternSpec } from './pattern';

export const BLOCKED = 0;
export const EXACT = 1;
export const SUMMARY = 2;

/** What query q reads of token k: nothing, the token itself, or the summary it is part of. Row-major [T, T]. */
export function maskCells(spec: PatternSpec, T: number): Uint8Array {
  const { first, chunk } = layoutOf(spec, T);
  const cells = new Uint8Array(T * T);
  for (let q = 0; q < T; q++) {
    if (chunk > 0) cells.fill(SUMMARY, q * T, q * T + first[q]!);
    cells.fill(EXACT, q * T + first[q]!, q * T + q + 1);
  }
  return cells;
}
