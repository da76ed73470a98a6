/** @file The plain loops of all product kernels, their uniforms, and the scratch space of the SIMD versions. */

export const uniforms = { rows: 'u32', inner: 'u32', columns: 'u32' } as const;

/** The plain product of host loops: y[r, c] = Σ_k a(r, k) b(k, c), summed in the order of k. */
export function multiply(
  y: Float32Array | Float64Array,
  [rows, inner, columns]: readonly [number, number, number],
  a: (r: number, k: number) => number,
  b: (k: number, c: number) => number,
): void {
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let k = 0; k < inner; k++) {
      const x = a(r, k);
      for (let c = 0; c < columns; c++) sums[c]! += x * b(k, c);
    }
    y.set(sums, r * columns);
  }
}

/** Bytes of b, rearranged in panels of 8 columns for the WebAssembly version. */
export const panels = (inner: number, columns: number) => 4 * inner * 8 * Math.ceil(columns / 8);
