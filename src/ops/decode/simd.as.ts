/**
 * @file What a decoder with a cache computes for one token or a few, in WebAssembly. Its plain loops are in
 * src/model/decode/loops.ts; kernels.ts lists these functions with their arguments.
 *
 * Entries of a cache are rows [kvHeads d]. Those that a query reads follow one another in memory, or a list of slots
 * names them; address 0 means that there is no list. Scores and weights are rows of `apart` numbers, one row per head,
 * with room for 8 numbers after the last entry.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { exponents } from '../attention/shared.as';
import { bytesOf, up8 } from '../simd/sizes.as';
import { highest, LOW, plus, sigmoid4, zero } from '../simd/vectors.as';

/** Entries that all heads read before the next ones: their rows stay in the processor's cache. */
const BLOCK = 64;

/**
 * y [rows, columns] = x [rows, inner] w [inner, columns], added to y if `add` is 1. Columns are a multiple of 4. Nothing is
 * packed: for one row that would take longer than the product. The sums have the order of `tile`.
 */
export function decodeProduct(
  x: usize, w: usize, y: usize, rows: i32, inner: i32, columns: i32, add: i32,
): void {
  const row = bytesOf(columns);
  let c = 0;
  for (; c + 32 <= columns; c += 32) {
    for (let r = 0; r < rows; r++) {
      let y0 = zero();
      let y1 = zero();
      let y2 = zero();
      let y3 = zero();
      let y4 = zero();
      let y5 = zero();
      let y6 = zero();
      let y7 = zero();
      let at = w + bytesOf(c);
      const from = x + <usize>r * bytesOf(inner);
      for (let k: usize = 0; k < bytesOf(inner); k += 4) {
        const one = v128.load32_splat(from + k);
        y0 = plus(y0, one, v128.load(at));
        y1 = plus(y1, one, v128.load(at, 16));
        y2 = plus(y2, one, v128.load(at, 32));
        y3 = plus(y3, one, v128.load(at, 48));
        y4 = plus(y4, one, v128.load(at, 64));
        y5 = plus(y5, one, v128.load(at, 80));
        y6 = plus(y6, one, v128.load(at, 96));
        y7 = plus(y7, one, v128.load(at, 112));
        at += row;
      }
      const to = y + <usize>r * row + bytesOf(c);
      put(to, y0, add);
      put(to + 16, y1, add);
      put(to + 32, y2, add);
      put(to + 48, y3, add);
      put(to + 64, y4, add);
      put(to + 80, y5, add);
      put(to + 96, y6, add);
      put(to + 112, y7, add);
    }
  }
  for (; c + 16 <= columns; c += 16) {
    for (let r = 0; r < rows; r++) {
      let y0 = zero();
      let y1 = zero();
      let y2 = zero();
      let y3 = zero();
      let at = w + bytesOf(c);
      const from = x + <usize>r * bytesOf(inner);
      for (let k: usize = 0; k < bytesOf(inner); k += 4) {
        const one = v128.load32_splat(from + k);
        y0 = plus(y0, one, v128.load(at));
        y1 = plus(y1, one, v128.load(at, 16));
        y2 = plus(y2, one, v128.load(at, 32));
        y3 = plus(y3, one, v128.load(at, 48));
        at += row;
      }
      const to = y + <usize>r * row + bytesOf(c);
      put(to, y0, add);
      put(to + 16, y1, add);
      put(to + 32, y2, add);
      put(to + 48, y3, add);
    }
  }
  for (; c < columns; c += 4) {
    for (let r = 0; r < rows; r++) {
      let y0 = zero();
      let at = w + bytesOf(c);
      const from = x + <usize>r * bytesOf(inner);
      for (let k: usize = 0; k < bytesOf(inner); k += 4) {
        const one = v128.load32_splat(from + k);
        y0 = plus(y0, one, v128.load(at));
        at += row;
      }
      const to = y + <usize>r * row + bytesOf(c);
      put(to, y0, add);
    }
  }
}

@inline
function put(to: usize, sum: v128, add: i32): void {
  v128.store(to, add == 1 ? f32x4.add(v128.load(to), sum) : sum);
}

/** gated [rows, F] = SiLU(both [rows, 0 .. F − 1]) both [rows, F .. 2 F − 1]; F is a multiple of 4. */
export function decodeSwiglu(both: usize, gated: usize, rows: i32, F: i32): void {
  const up = bytesOf(F);
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < up; c += 16) {
      const gate = v128.load(both + c);
      const silu = f32x4.mul(gate, sigmoid4(gate));
      v128.store(gated + c, f32x4.mul(silu, v128.load(both + up + c)));
    }
    both += 2 * up;
    gated += up;
  }
}

/** The row of entry n. */
@inline
function rowOf(rows: usize, slots: usize, n: i32, row: usize): usize {
  return rows + <usize>(slots == 0 ? n : load<i32>(slots + bytesOf(n))) * row;
}

/** scores [heads, apart]: q · key · scale + bias of `count` entries. Up to 3 numbers after the last one change too. */
export function decodeScores(
  q: usize, keys: usize, slots: usize, scores: usize,
  apart: i32, count: i32, heads: i32, kvHeads: i32, d: i32, scale: f32, bias: f32,
): void {
  const width = bytesOf(d);
  const row = <usize>kvHeads * width;
  const last = count - 1;
  const factor = f32x4.splat(scale);
  const shift = f32x4.splat(bias);
  for (let first = 0; first < count; first += BLOCK) {
    const end = min(first + BLOCK, count);
    for (let h = 0; h < heads; h++) {
      const query = q + <usize>h * width;
      const kv = keys + <usize>((h * kvHeads) / heads) * width;
      let to = scores + <usize>h * bytesOf(apart) + bytesOf(first);
      for (let n = first; n < end; n += 4) {
        // Past the end the last entry is repeated.
        const k0 = rowOf(kv, slots, n, row);
        const k1 = rowOf(kv, slots, min(n + 1, last), row);
        const k2 = rowOf(kv, slots, min(n + 2, last), row);
        const k3 = rowOf(kv, slots, min(n + 3, last), row);
        let s0 = zero();
        let s1 = zero();
        let s2 = zero();
        let s3 = zero();
        for (let c: usize = 0; c < width; c += 16) {
          const x = v128.load(query + c);
          s0 = plus(s0, x, v128.load(k0 + c));
          s1 = plus(s1, x, v128.load(k1 + c));
          s2 = plus(s2, x, v128.load(k2 + c));
          s3 = plus(s3, x, v128.load(k3 + c));
        }
        // Each of the four sums across its lanes, as one vector.
        const a = f32x4.add(
          v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7),
        );
        const b = f32x4.add(
          v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7),
        );
        const sums = f32x4.add(
          v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7),
        );
        v128.store(to, f32x4.add(f32x4.mul(sums, factor), shift));
        to += 16;
      }
    }
  }
}

/**
 * The scores of `count` entries become weights that sum to 1, in place. A row without any score above LOW becomes zeros.
 * Up to 7 numbers after the last one change too.
 */
export function decodeWeights(scores: usize, apart: i32, count: i32, heads: i32): void {
  const bytes = bytesOf(up8(count));
  for (let h = 0; h < heads; h++) {
    const row = scores + <usize>h * bytesOf(apart);
    for (let n = bytesOf(count); n < bytes; n += 4) store<f32>(row + n, LOW);
    let most0 = f32x4.splat(LOW);
    let most1 = most0;
    for (let n: usize = 0; n < bytes; n += 32) {
      most0 = f32x4.pmax(most0, v128.load(row + n));
      most1 = f32x4.pmax(most1, v128.load(row + n, 16));
    }
    const top = highest(f32x4.pmax(most0, most1));
    let share: f32 = 0;
    // Not `top > LOW`: a NaN must show.
    if (!(top <= LOW)) share = <f32>1 / exponents(row, bytes, top);
    for (let n: usize = 0; n < bytes; n += 16) {
      v128.store(row + n, f32x4.mul(v128.load(row + n), f32x4.splat(share)));
    }
  }
}

/** out [heads, d] += weights [heads, apart] of `count` entries times their values. */
export function decodeGather(
  weights: usize, values: usize, slots: usize, out: usize,
  apart: i32, count: i32, heads: i32, kvHeads: i32, d: i32,
): void {
  const width = bytesOf(d);
  const row = <usize>kvHeads * width;
  for (let first = 0; first < count; first += BLOCK) {
    const end = min(first + BLOCK, count);
    for (let h = 0; h < heads; h++) {
      const own = weights + <usize>h * bytesOf(apart);
      const kv = values + <usize>((h * kvHeads) / heads) * width;
      const to = out + <usize>h * width;
      let c: usize = 0;
      for (; c + 64 <= width; c += 64) gather16(own, kv + c, slots, row, first, end, to + c);
      for (; c < width; c += 16) gather4(own, kv + c, slots, row, first, end, to + c);
    }
  }
}

/** Entries first .. end - 1, 16 columns; two sums for each, so that an addition need not wait for the one before. */
@inline
function gather16(weights: usize, values: usize, slots: usize, row: usize, first: i32, end: i32, to: usize): void {
  let y0 = v128.load(to);
  let y1 = v128.load(to, 16);
  let y2 = v128.load(to, 32);
  let y3 = v128.load(to, 48);
  let z0 = zero();
  let z1 = zero();
  let z2 = zero();
  let z3 = zero();
  let n = first;
  for (; n + 1 < end; n += 2) {
    let p = v128.load32_splat(weights + bytesOf(n));
    let v = rowOf(values, slots, n, row);
    y0 = plus(y0, p, v128.load(v));
    y1 = plus(y1, p, v128.load(v, 16));
    y2 = plus(y2, p, v128.load(v, 32));
    y3 = plus(y3, p, v128.load(v, 48));
    p = v128.load32_splat(weights + bytesOf(n + 1));
    v = rowOf(values, slots, n + 1, row);
    z0 = plus(z0, p, v128.load(v));
    z1 = plus(z1, p, v128.load(v, 16));
    z2 = plus(z2, p, v128.load(v, 32));
    z3 = plus(z3, p, v128.load(v, 48));
  }
  if (n < end) {
    const p = v128.load32_splat(weights + bytesOf(n));
    const v = rowOf(values, slots, n, row);
    y0 = plus(y0, p, v128.load(v));
    y1 = plus(y1, p, v128.load(v, 16));
    y2 = plus(y2, p, v128.load(v, 32));
    y3 = plus(y3, p, v128.load(v, 48));
  }
  v128.store(to, f32x4.add(y0, z0));
  v128.store(to, f32x4.add(y1, z1), 16);
  v128.store(to, f32x4.add(y2, z2), 32);
  v128.store(to, f32x4.add(y3, z3), 48);
}

/** Likewise, 4 columns. */
@inline
function gather4(weights: usize, values: usize, slots: usize, row: usize, first: i32, end: i32, to: usize): void {
  let y = v128.load(to);
  let z = zero();
  let n = first;
  for (; n + 1 < end; n += 2) {
    y = plus(y, v128.load32_splat(weights + bytesOf(n)), v128.load(rowOf(values, slots, n, row)));
    z = plus(z, v128.load32_splat(weights + bytesOf(n + 1)), v128.load(rowOf(values, slots, n + 1, row)));
  }
  if (n < end) y = plus(y, v128.load32_splat(weights + bytesOf(n)), v128.load(rowOf(values, slots, n, row)));
  v128.store(to, f32x4.add(y, z));
}
