/** @file The cells a probe wrote, as the page draws them: weights and mask apart, pooled where there are too many. */
import { BLOCKED, EXACT, SUMMARY } from '../attention/mask';
import { BLOCKED_CELL, SUMMARY_OFFSET } from '../ops/attention/probe';

export interface LayerCells {
  readonly weights: Float32Array<ArrayBuffer>; // [heads, size, size]
  readonly mask: Uint8Array<ArrayBuffer>; // [size, size]
}

/** cells [heads, T, T] → cells of `factor` × `factor`: the largest weight inside, and the first kind that is not blocked. */
export function layerCells(
  cells: Float32Array,
  heads: number,
  T: number,
  factor: number,
): LayerCells {
  const size = Math.ceil(T / factor);
  const weights = new Float32Array(heads * size * size);
  const mask = new Uint8Array(size * size);
  for (let h = 0; h < heads; h++) {
    for (let q = 0; q < T; q++) {
      const row = Math.floor(q / factor) * size;
      for (let k = 0; k < T; k++) {
        const cell = cells[(h * T + q) * T + k]!;
        if (cell === BLOCKED_CELL) continue;
        const summary = cell >= SUMMARY_OFFSET;
        const at = row + Math.floor(k / factor);
        const weight = summary ? cell - SUMMARY_OFFSET : cell;
        const to = h * size * size + at;
        if (weight > weights[to]!) weights[to] = weight;
        if (h === 0 && mask[at] === BLOCKED) mask[at] = summary ? SUMMARY : EXACT;
      }
    }
  }
  return { weights, mask };
}
