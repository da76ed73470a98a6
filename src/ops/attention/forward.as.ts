/**
 * @file The attention of forward.ts in WebAssembly: each query reads one run of keys, and summaries. Per key-value
 * head, keys are packed transposed (for the scores) and values as they are; then four queries at a time.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packRows, packTransposed } from '../simd/panels.as';
import { bytesOf, up8 } from '../simd/sizes.as';
import { TILE } from '../simd/tile.as';
import { highest, LOW } from '../simd/vectors.as';
import {
  endOfLots, exponents, firstLot, gather, hide, lotsOf, nextBlock, scoresOf, storeRow,
} from './shared.as';

/** Scores become weights exp(s − highest); `stat` gets log Σ exp s. Returns 1 / Σ of the weights. */
export function soften(row: usize, bytes: usize, stat: usize): f32 {
  let most0 = f32x4.splat(LOW);
  let most1 = most0;
  for (let n: usize = 0; n < bytes; n += 32) {
    most0 = f32x4.pmax(most0, v128.load(row + n));
    most1 = f32x4.pmax(most1, v128.load(row + n, 16));
  }
  const top = highest(f32x4.pmax(most0, most1));
  const sum = exponents(row, bytes, top);
  store<f32>(stat, top + <f32>Math.log(sum));
  store<f32>(stat, 0, 4);
  return <f32>1 / sum;
}

/** Adds `value` to the whole row. */
function raise(row: usize, bytes: usize, value: f32): void {
  for (let n: usize = 0; n < bytes; n += 16) {
    v128.store(row + n, f32x4.add(v128.load(row + n), f32x4.splat(value)));
  }
}

export function attentionForward(
  threads: i32,
  qkv: usize, means: usize, first: usize, out: usize, stats: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32, apart: i32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  const S8 = up8(summaries);
  const keys = scratch;
  const meanKeys = keys + <usize>T8 * width;
  const values = meanKeys + <usize>S8 * width;
  const meanValues = values + <usize>T8 * bytesOf(up8(d));
  const scores = meanValues + <usize>S8 * bytesOf(up8(d));
  const lots = lotsOf(B * kvHeads);
  for (let b = 0; b < B; b++) {
    const starts = first + bytesOf(b * apart);
    for (let kv = 0; kv < kvHeads; kv++) {
      const lot0 = firstLot(b * kvHeads + kv, lots, B * kvHeads);
      const lot1 = endOfLots(b * kvHeads + kv, lots, B * kvHeads);
      if (lot0 == lot1) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTransposed(keys, key, stride, T, d, scale);
      packRows(values, key + <usize>kvHeads * width, stride, T, T8, d, 1);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTransposed(meanKeys, meanKey, meanStride, summaries, d, scale);
        packRows(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, S8, d, 1);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = lot0 << 2; t < T; t = nextBlock(t, lot0, lot1, lots)) {
          // Past the end the last query is repeated.
          const t1 = min(t + 1, T - 1);
          const t2 = min(t + 2, T - 1);
          const t3 = min(t + 3, T - 1);
          const rows = qkv + <usize>(b * T) * stride + <usize>h * width;
          const q0 = rows + <usize>t * stride;
          const q1 = rows + <usize>t1 * stride;
          const q2 = rows + <usize>t2 * stride;
          const q3 = rows + <usize>t3 * stride;
          const from = load<i32>(starts + bytesOf(t)) & ~7;
          const count = up8(t3 + 1) - from;
          const meanCount = chunk > 0 ? up8(load<i32>(starts + bytesOf(t3)) / chunk) : 0;
          const bytes = bytesOf(count + meanCount);
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, count, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(count), bytes);
          for (let n = 0; n < 4; n++) {
            const tn = min(t + n, T - 1);
            const start = load<i32>(starts + bytesOf(tn));
            const row = scores + <usize>n * bytes;
            hide(row, 0, start - from, LOW);
            hide(row, tn + 1 - from, count, LOW);
            if (meanCount > 0) {
              raise(row + bytesOf(count), bytesOf(meanCount), bias);
              hide(row, count + start / chunk, count + meanCount, LOW);
            }
            const stat = stats + (<usize>((b * heads + h) * T + tn) << 3);
            store<f32>(TILE + 128 + bytesOf(n), soften(row, bytes, stat));
          }
          const f0 = load<f32>(TILE + 128);
          const f1 = load<f32>(TILE + 132);
          const f2 = load<f32>(TILE + 136);
          const f3 = load<f32>(TILE + 140);
          const outStride = <usize>heads * width;
          for (let c = 0; c < d; c += 8) {
            const value = values + <usize>T8 * bytesOf(c) + (<usize>from << 5);
            gather(scores, bytes, value, count, meanValues + <usize>S8 * bytesOf(c), meanCount);
            const to = out + <usize>(b * T) * outStride + <usize>h * width + bytesOf(c);
            const both = c + 4 < d;
            storeRow(to + <usize>t * outStride, 0, f0, both);
            storeRow(to + <usize>t1 * outStride, 1, f1, both);
            storeRow(to + <usize>t2 * outStride, 2, f2, both);
            storeRow(to + <usize>t3 * outStride, 3, f3, both);
          }
        }
      }
    }
  }
}
