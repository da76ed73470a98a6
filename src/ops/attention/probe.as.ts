/**
 * @file The picture of probe.ts in WebAssembly. A cell holds the code of probe.ts while its queries are added: an
 * exact read takes precedence over one through summaries, and both over none.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packTransposed } from '../simd/panels.as';
import { part, parts } from '../simd/parts.as';
import { bytesOf, up8 } from '../simd/sizes.as';
import { exponents, scoresOf } from './shared.as';

/** As in probe.ts. */
const SUMMARY_OFFSET: f32 = 2;
export const BLOCKED_CELL: f32 = -1;
/** Rows of a picture that a part takes at a time: few, since the last rows of a causal picture cost most. */
export const PICTURE_ROWS = 4;

/** Adds an exact weight to a cell, which may hold one read through a summary. */
@inline
export function intoCell(cell: usize, weight: f32): void {
  const held = load<f32>(cell);
  store<f32>(cell, max(held >= SUMMARY_OFFSET ? held - SUMMARY_OFFSET : held, weight));
}

/** Adds the weight of a summary, for one of its tokens, to a cell, which may hold an exact one. */
@inline
function summaryIntoCell(cell: usize, weight: f32): void {
  const held = load<f32>(cell);
  const exact = held >= 0 && held < SUMMARY_OFFSET;
  store<f32>(cell, max(held, exact ? weight : SUMMARY_OFFSET + weight));
}

/** Adds the weights of query t, of keys from `from` on and then of summaries, to the cells of its row. */
function drawRow(
  row: usize, weights: usize, meanWeights: usize, t: i32, start: i32, from: i32, chunk: i32, factor: i32,
): void {
  for (let key = start; key <= t; ) {
    const column = key / factor;
    const end = min((column + 1) * factor, t + 1);
    let most: f32 = 0;
    for (; key < end; key++) most = max(most, load<f32>(weights + bytesOf(key - from)));
    intoCell(row + bytesOf(column), most);
  }
  if (chunk == 0) return;
  const count = start / chunk;
  for (let c = 0; c < count; c++) {
    const weight = load<f32>(meanWeights + bytesOf(c)) / <f32>chunk;
    const last = ((c + 1) * chunk - 1) / factor;
    for (let column = (c * chunk) / factor; column <= last; column++) {
      summaryIntoCell(row + bytesOf(column), weight);
    }
  }
}

export function attentionProbe(
  threads: i32,
  qkv: usize, means: usize, first: usize, stats: usize, cells: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32, apart: i32,
  d: i32, size: i32, factor: i32, every: i32, scratch: usize,
): void {
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const keys = scratch;
  const meanKeys = keys + <usize>up8(T) * width;
  const asked = meanKeys + <usize>up8(summaries) * width; // queries of four at a time
  const scores = asked + 16;
  for (let h = 0; h < heads; h++) {
    const kv = h / share;
    packTransposed(keys, qkv + <usize>(heads + kv) * width, stride, T, d, scale);
    if (summaries > 0) packTransposed(meanKeys, means + <usize>kv * width, meanStride, summaries, d, scale);
    const query = qkv + <usize>h * width;
    const stat = stats + (<usize>(h * T) << 3);
    const picture = cells + <usize>(h * size) * bytesOf(size);
    for (let top = part * PICTURE_ROWS; top < size; top += parts * PICTURE_ROWS) {
      const bottom = min(top + PICTURE_ROWS, size);
      for (let cell = top * size; cell < bottom * size; cell++) {
        store<f32>(picture + bytesOf(cell), BLOCKED_CELL);
      }
      let count = 0;
      for (let row = top; row < bottom; row++) {
        const least = row * factor;
        for (let t = min((row + 1) * factor, T) - 1; t >= least; t -= every) {
          store<i32>(asked + bytesOf(count), t);
          count++;
          const last = row == bottom - 1 && t - every < least;
          if (count < 4 && !last) continue;
          // Past the end the last one is repeated, but not drawn.
          for (let n = count; n < 4; n++) store<i32>(asked + bytesOf(n), t);
          let from = T;
          let until = 0;
          let meanUntil = 0;
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const start = load<i32>(first + bytesOf(tn));
            from = min(from, start);
            until = max(until, tn + 1);
            if (chunk > 0) meanUntil = max(meanUntil, start / chunk);
          }
          from = from & ~7;
          const tokens = up8(until) - from;
          const meanCount = up8(meanUntil);
          const bytes = bytesOf(tokens + meanCount);
          const q0 = query + <usize>load<i32>(asked) * stride;
          const q1 = query + <usize>load<i32>(asked, 4) * stride;
          const q2 = query + <usize>load<i32>(asked, 8) * stride;
          const q3 = query + <usize>load<i32>(asked, 12) * stride;
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, tokens, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(tokens), bytes);
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const weights = scores + <usize>n * bytes;
            const meanWeights = weights + bytesOf(tokens);
            const lse = load<f32>(stat + (<usize>tn << 3));
            exponents(weights, bytesOf(tokens), lse);
            if (meanCount > 0) exponents(meanWeights, bytesOf(meanCount), lse - bias);
            const start = load<i32>(first + bytesOf(tn));
            const own = picture + <usize>(tn / factor) * bytesOf(size);
            drawRow(own, weights, meanWeights, tn, start, from, chunk, factor);
          }
          count = 0;
        }
      }
    }
  }
}
