/**
 * @file The gradients of backward.ts in WebAssembly: four queries at a time for dq, four keys at a time for dk and dv,
 * tokens first and then summaries.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packRows, packTransposed } from '../simd/panels.as';
import { bytesOf, up8 } from '../simd/sizes.as';
import { endOfLots, firstLot, gather, hide, lotsOf, nextBlock, scoresOf, storeRow } from './shared.as';
import { collect, dot, slope, slopeOfKey } from './slopes.as';

export function attentionGradQuery(
  threads: i32,
  qkv: usize, means: usize, first: usize, out: usize, dout: usize, stats: usize, dqkv: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32, apart: i32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  const S8 = up8(summaries);
  // Keys twice: transposed for the scores, and as they are for dq. Both include the scale.
  const keys = scratch;
  const meanKeys = keys + <usize>T8 * width;
  const values = meanKeys + <usize>S8 * width;
  const meanValues = values + <usize>T8 * width;
  const keyRows = meanValues + <usize>S8 * width;
  const meanKeyRows = keyRows + <usize>T8 * bytesOf(up8(d));
  const scores = meanKeyRows + <usize>S8 * bytesOf(up8(d));
  const slopes = scores + 4 * bytesOf(T8 + S8);
  const lots = lotsOf(B * kvHeads);
  for (let b = 0; b < B; b++) {
    const starts = first + bytesOf(b * apart);
    for (let kv = 0; kv < kvHeads; kv++) {
      const lot0 = firstLot(b * kvHeads + kv, lots, B * kvHeads);
      const lot1 = endOfLots(b * kvHeads + kv, lots, B * kvHeads);
      if (lot0 == lot1) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTransposed(keys, key, stride, T, d, scale);
      packTransposed(values, key + <usize>kvHeads * width, stride, T, d, 1);
      packRows(keyRows, key, stride, T, T8, d, scale);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTransposed(meanKeys, meanKey, meanStride, summaries, d, scale);
        packTransposed(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, d, 1);
        packRows(meanKeyRows, meanKey, meanStride, summaries, S8, d, scale);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = lot0 << 2; t < T; t = nextBlock(t, lot0, lot1, lots)) {
          const t1 = min(t + 1, T - 1);
          const t2 = min(t + 2, T - 1);
          const t3 = min(t + 3, T - 1);
          const rows = qkv + <usize>(b * T) * stride + <usize>h * width;
          const grads = dout + <usize>(b * T) * outStride + <usize>h * width;
          const from = load<i32>(starts + bytesOf(t)) & ~7;
          const count = up8(t3 + 1) - from;
          const meanCount = chunk > 0 ? up8(load<i32>(starts + bytesOf(t3)) / chunk) : 0;
          const bytes = bytesOf(count + meanCount);
          const q0 = rows + <usize>t * stride;
          const q1 = rows + <usize>t1 * stride;
          const q2 = rows + <usize>t2 * stride;
          const q3 = rows + <usize>t3 * stride;
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, count, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(count), bytes);
          const g0 = grads + <usize>t * outStride;
          const g1 = grads + <usize>t1 * outStride;
          const g2 = grads + <usize>t2 * outStride;
          const g3 = grads + <usize>t3 * outStride;
          scoresOf(g0, g1, g2, g3, values + <usize>from * width, d, count, slopes, bytes);
          scoresOf(g0, g1, g2, g3, meanValues, d, meanCount, slopes + bytesOf(count), bytes);
          for (let n = 0; n < 4; n++) {
            const tn = min(t + n, T - 1);
            const start = load<i32>(starts + bytesOf(tn));
            const stat = stats + (<usize>((b * heads + h) * T + tn) << 3);
            const lse = load<f32>(stat);
            const at = <usize>(b * T + tn) * outStride + <usize>h * width;
            const delta = dot(out + at, dout + at, width);
            store<f32>(stat, delta, 4);
            const row = scores + <usize>n * bytes;
            const dp = slopes + <usize>n * bytes;
            slope(row, dp, bytesOf(count), lse, delta);
            hide(row, 0, start - from, 0);
            hide(row, tn + 1 - from, count, 0);
            if (meanCount > 0) {
              slope(row + bytesOf(count), dp + bytesOf(count), bytesOf(meanCount), lse - bias, delta);
              hide(row, count + start / chunk, count + meanCount, 0);
            }
          }
          for (let c = 0; c < d; c += 8) {
            const keyRow = keyRows + <usize>T8 * bytesOf(c) + (<usize>from << 5);
            gather(scores, bytes, keyRow, count, meanKeyRows + <usize>S8 * bytesOf(c), meanCount);
            const to = dqkv + <usize>(b * T) * stride + <usize>h * width + bytesOf(c);
            const both = c + 4 < d;
            storeRow(to + <usize>t * stride, 0, 1, both);
            storeRow(to + <usize>t1 * stride, 1, 1, both);
            storeRow(to + <usize>t2 * stride, 2, 1, both);
            storeRow(to + <usize>t3 * stride, 3, 1, both);
          }
        }
      }
    }
  }
}

export function attentionGradKeys(
  threads: i32,
  qkv: usize, means: usize, readers: usize, dout: usize, stats: usize, dqkv: usize, dmeans: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32, apart: i32,
  D4: i32, keys: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const valueAt = <usize>kvHeads * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  // Queries and dout twice: transposed for the scores, and as they are for dk and dv.
  const queries = scratch;
  const grads = queries + <usize>T8 * width;
  const queryRows = grads + <usize>T8 * width;
  const gradRows = queryRows + <usize>T8 * bytesOf(up8(d));
  const lses = gradRows + <usize>T8 * bytesOf(up8(d));
  const deltas = lses + bytesOf(T8);
  const scores = deltas + bytesOf(T8);
  const slopes = scores + 4 * bytesOf(T8);
  const lots = lotsOf(B * kvHeads);
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < heads; h++) {
      const kv = h / share;
      const lot0 = firstLot(b * kvHeads + kv, lots, B * kvHeads);
      const lot1 = endOfLots(b * kvHeads + kv, lots, B * kvHeads);
      if (lot0 == lot1) continue;
      const query = qkv + <usize>(b * T) * stride + <usize>h * width;
      const grad = dout + <usize>(b * T) * outStride + <usize>h * width;
      packTransposed(queries, query, stride, T, d, scale);
      packRows(queryRows, query, stride, T, T8, d, scale);
      packTransposed(grads, grad, outStride, T, d, 1);
      packRows(gradRows, grad, outStride, T, T8, d, 1);
      const stat = stats + (<usize>((b * heads + h) * T) << 3);
      for (let t = 0; t < T8; t++) {
        const exists = t < T;
        store<f32>(lses + bytesOf(t), exists ? load<f32>(stat + (<usize>t << 3)) : 0);
        store<f32>(deltas + bytesOf(t), exists ? load<f32>(stat + (<usize>t << 3), 4) : 0);
      }
      for (let phase = 0; phase < 2; phase++) {
        const count = phase == 0 ? T : summaries;
        const step = phase == 0 ? stride : meanStride;
        const row0 =
          phase == 0
            ? <usize>(b * T) * stride + <usize>(heads + kv) * width
            : <usize>(b * summaries) * meanStride + <usize>kv * width;
        const source = (phase == 0 ? qkv : means) + row0;
        const target = (phase == 0 ? dqkv : dmeans) + row0;
        const reader = readers + (<usize>(b * apart + (phase == 0 ? 0 : T)) << 3);
        for (let j = lot0 << 2; j < count; j = nextBlock(j, lot0, lot1, lots)) {
          const real = min(4, count - j);
          // Past the end, the last key is repeated and its results are not stored.
          const k0 = source + <usize>j * step;
          const k1 = source + <usize>(j + min(1, real - 1)) * step;
          const k2 = source + <usize>(j + min(2, real - 1)) * step;
          const k3 = source + <usize>(j + min(3, real - 1)) * step;
          const from = load<i32>(reader + (<usize>j << 3)) & ~7;
          const span = up8(load<i32>(reader + (<usize>(j + real - 1) << 3), 4) + 1) - from;
          const bytes = bytesOf(span);
          scoresOf(k0, k1, k2, k3, queries + <usize>from * width, d, span, scores, bytes);
          scoresOf(
            k0 + valueAt, k1 + valueAt, k2 + valueAt, k3 + valueAt,
            grads + <usize>from * width, d, span, slopes, bytes,
          );
          for (let n = 0; n < 4; n++) {
            const own = reader + (<usize>(j + min(n, real - 1)) << 3);
            const begin = load<i32>(own) - from;
            const end = load<i32>(own, 4) + 1 - from;
            const row = scores + <usize>n * bytes;
            const dp = slopes + <usize>n * bytes;
            slopeOfKey(row, dp, bytes, lses + bytesOf(from), deltas + bytesOf(from), phase == 0 ? 0 : bias);
            hide(row, 0, begin, 0);
            hide(row, end, span, 0);
            hide(dp, 0, begin, 0);
            hide(dp, end, span, 0);
          }
          const to = target + <usize>j * step;
          const fresh = h == kv * share;
          const panels = <usize>from << 5;
          const panelBytes = <usize>T8 << 5;
          collect(slopes, bytes, span, queryRows + panels, panelBytes, d, to, step, real, fresh);
          collect(scores, bytes, span, gradRows + panels, panelBytes, d, to + valueAt, step, real, fresh);
        }
      }
    }
  }
}
