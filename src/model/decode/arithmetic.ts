/** @file The arithmetic of a decoder, in plain loops: rotation, norms, products. */
import { NORM_EPS } from '../../spec/model';

/** RoPE in place on `numbers` numbers starting at `at`, heads of d, rotate-half. */
export function turned(
  x: Float32Array,
  at: number,
  numbers: number,
  position: number,
  d: number,
  rates: Float64Array,
): void {
  const half = d / 2;
  for (let c = 0; c < half; c++) {
    const angle = position * rates[c]!;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    for (let head = at; head < at + numbers; head += d) {
      const [a, b] = [x[head + c]!, x[head + half + c]!];
      x[head + c] = a * cosine - b * sine;
      x[head + half + c] = b * cosine + a * sine;
    }
  }
}

/** Rows of x [n, D] divided by their root mean square. */
export function norm(x: Float32Array, gain: Float32Array): Float32Array {
  const D = gain.length;
  const y = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += D) {
    let squares = 0;
    for (let c = 0; c < D; c++) squares += x[at + c]! * x[at + c]!;
    const scale = 1 / Math.sqrt(squares / D + NORM_EPS);
    for (let c = 0; c < D; c++) y[at + c] = x[at + c]! * scale * gain[c]!;
  }
  return y;
}

/** x [n, in] times w [in, out]. Each row of w is read once for all of x. */
export function times(x: Float32Array, n: number, w: Float32Array): Float32Array {
  const from = x.length / n;
  const to = w.length / from;
  const y = new Float32Array(n * to);
  for (let r = 0; r < from; r++) {
    const row = r * to;
    for (let i = 0; i < n; i++) {
      const value = x[i * from + r]!;
      const out = i * to;
      for (let c = 0; c < to; c++) y[out + c]! += value * w[row + c]!;
    }
  }
  return y;
}

export function add(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i]! += y[i]!;
}
