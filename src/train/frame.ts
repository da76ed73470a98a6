/** @file The cells a probe wrote, as the page draws them: weights and mask apart. */
import { BLOCKED, EXACT, SUMMARY } from '../attention/cells';
import { BLOCKED_CELL, SUMMARY_OFFSET } from '../ops/attention/probe';

export interface LayerCells {
  readonly weights: Float32Array<ArrayBuffer>; // [heads, size, size]
  readonly mask: Uint8Array<ArrayBuffer>; // [size, size]
}

/** cells [heads, size, size] in the code of probe.ts; the mask is the same for all heads. */
export function layerCells(cells: Float32Array, size: number): LayerCells {
  const weights = new Float32Array(cells.length);
  const mask = new Uint8Array(size * size);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    const summary = cell >= SUMMARY_OFFSET;
    if (cell !== BLOCKED_CELL) weights[i] = summary ? cell - SUMMARY_OFFSET : cell;
    if (i < mask.length) mask[i] = cell === BLOCKED_CELL ? BLOCKED : summary ? SUMMARY : EXACT;
  }
  return { weights, mask };
}
