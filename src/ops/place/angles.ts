/** @file The angles by which positions rotate queries and keys, as tables. */

/**
 * Cosines and sines of the given positions (they may lie between tokens), row-major [positions, d]. Position
 * interpolation divides every position by `scale` (Chen et al. 2023, arXiv 2306.15595).
 */
export function rotationTable(
  positions: readonly number[],
  headDim: number,
  base: number,
  scale = 1,
): Float32Array {
  const half = headDim / 2;
  const table = new Float32Array(positions.length * headDim);
  positions.forEach((position, row) => {
    for (let c = 0; c < half; c++) {
      const angle = (position / scale) * Math.pow(base, (-2 * c) / headDim);
      table[row * headDim + c] = Math.cos(angle);
      table[row * headDim + half + c] = Math.sin(angle);
    }
  });
  return table;
}

/** Positions of the tokens, then the centres of the chunks: (c + 1/2) C − 1/2. */
export const virtualPositions = (T: number, chunk: number, summaries: number): number[] => [
  ...Array.from({ length: T }, (_, t) => t),
  ...Array.from({ length: summaries }, (_, c) => c * chunk + (chunk - 1) / 2),
];
