/**
 * @file Attention behind cells as a textbook has it: whole matrices in float64, and the gradient of a softmax with the
 * matrix at hand. Shares nothing with the kernels, which keep no matrix.
 *
 *   P = softmax(Q Kᵀ scale) where a cell is 1, 0 elsewhere      O = P V
 *   dV = Pᵀ dO   dP = dO Vᵀ   dS = P ∘ (dP − Σ_j dP ∘ P)   dQ = dS K scale   dK = dSᵀ Q scale
 *
 * A query without a cell gets zeros, and gives none back.
 */
import type { Heads } from './simd';

type Values = ArrayLike<number>;

/** qkv [B T, H + 2 kvH, d], dout [B T, H, d] → out [B T, H, d], dqkv like qkv. */
export function denseAttention(
  cells: Uint8Array, // [T, T]
  { B, T, heads, kvHeads, d }: Heads & { readonly B: number; readonly T: number },
  qkv: Values,
  dout: Values,
) {
  const parts = heads + 2 * kvHeads;
  const scale = 1 / Math.sqrt(d);
  const out = new Float64Array(B * T * heads * d);
  const dqkv = new Float64Array(qkv.length);
  const dot = (a: Values, i: number, b: Values, j: number) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += a[i + c]! * b[j + c]!;
    return sum;
  };
  const add = (to: Float64Array, i: number, factor: number, from: Values, j: number) => {
    for (let c = 0; c < d; c++) to[i + c]! += factor * from[j + c]!;
  };
  for (let b = 0; b < B; b++)
    for (let h = 0; h < heads; h++) {
      const part = (t: number, n: number) => ((b * T + t) * parts + n) * d;
      const kv = heads + Math.floor((h * kvHeads) / heads);
      const query = (t: number) => part(t, h);
      const key = (t: number) => part(t, kv);
      const value = (t: number) => part(t, kv + kvHeads);
      const own = (t: number) => ((b * T + t) * heads + h) * d;
      for (let t = 0; t < T; t++) {
        const keys = Array.from({ length: T }, (_, j) => j).filter((j) => cells[t * T + j]);
        const scores = keys.map((j) => dot(qkv, query(t), qkv, key(j)) * scale);
        const most = Math.max(...scores);
        const powers = scores.map((s) => Math.exp(s - most));
        const total = powers.reduce((sum, one) => sum + one, 0);
        const P = powers.map((one) => one / total);
        const dP = keys.map((j) => dot(dout, own(t), qkv, value(j)));
        const mean = P.reduce((sum, p, n) => sum + p * dP[n]!, 0);
        keys.forEach((j, n) => {
          const dS = P[n]! * (dP[n]! - mean) * scale;
          add(out, own(t), P[n]!, qkv, value(j));
          add(dqkv, query(t), dS, qkv, key(j));
          add(dqkv, key(j), dS, qkv, query(t));
          add(dqkv, value(j), P[n]!, dout, own(t));
        });
      }
    }
  return { out, dqkv };
}
