/**
 * @file The gradients of backward.ts, with any mask, in WebAssembly: a block of four queries, or of four keys, at a
 * time.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packRows, packTransposed } from '../../simd/panels.as';
import { bytesOf, up8 } from '../../simd/sizes.as';
import { zero } from '../../simd/vectors.as';
import { endOfLots, firstLot, lotsOf, nextBlock, storeRow } from '../shared.as';
import { collect, dot, slope, slopeOfKey } from '../slopes.as';
import { bytesOfAll, gatherAll, hideSpans, joinSpans, scoresOfAll, spansOf, STRETCH, TILE_BYTES } from './shared.as';

export function tiledGradQuery(
  threads: i32,
  qkv: usize, reads: usize, out: usize, dout: usize, stats: usize, dqkv: usize,
  B: i32, T: i32, heads: i32, kvHeads: i32, scale: f32, apart: i32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  // Keys twice: transposed for the scores, and as they are for dq. Both include the scale.
  const keys = scratch;
  const values = keys + <usize>T8 * width;
  const keyRows = values + <usize>T8 * width;
  const scores = keyRows + <usize>T8 * bytesOf(up8(d));
  const slopes = scores + 4 * bytesOf(T8);
  const stretches = slopes + 4 * bytesOf(T8);
  const lots = lotsOf(B * kvHeads);
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      const lot0 = firstLot(b * kvHeads + kv, lots, B * kvHeads);
      const lot1 = endOfLots(b * kvHeads + kv, lots, B * kvHeads);
      if (lot0 == lot1) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTransposed(keys, key, stride, T, d, scale);
      packTransposed(values, key + <usize>kvHeads * width, stride, T, d, 1);
      packRows(keyRows, key, stride, T, T8, d, scale);
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = lot0 << 2; t < T; t = nextBlock(t, lot0, lot1, lots)) {
          // Past the end, the last query is repeated and its results are not stored.
          const real = min(4, T - t);
          const n1 = <usize>min(1, real - 1);
          const n2 = <usize>min(2, real - 1);
          const n3 = <usize>min(3, real - 1);
          const own = <usize>(b * T + t) * outStride + <usize>h * width;
          const query = <usize>(b * T + t) * stride + <usize>h * width;
          const block = b * apart + (t >> 2);
          const spans = spansOf(reads, block);
          const end = spansOf(reads, block + 1);
          const last = joinSpans(spans, end, stretches);
          const bytes = bytesOfAll(stretches, last);
          const q0 = qkv + query;
          const g0 = dout + own;
          scoresOfAll(
            q0, q0 + n1 * stride, q0 + n2 * stride, q0 + n3 * stride, keys, d, stretches, last, scores, bytes,
          );
          scoresOfAll(
            g0, g0 + n1 * outStride, g0 + n2 * outStride, g0 + n3 * outStride, values, d,
            stretches, last, slopes, bytes,
          );
          for (let n = 0; n < real; n++) {
            const stat = stats + (<usize>((b * heads + h) * T + t + n) << 3);
            const at = own + <usize>n * outStride;
            const delta = dot(out + at, dout + at, width);
            const lse = load<f32>(stat);
            store<f32>(stat, delta, 4);
            slope(scores + <usize>n * bytes, slopes + <usize>n * bytes, bytes, lse, delta);
          }
          hideSpans(scores, bytes, spans, end, zero());
          for (let c = 0; c < d; c += 8) {
            gatherAll(scores, bytes, keyRows + <usize>T8 * bytesOf(c), stretches, last);
            const to = dqkv + query + bytesOf(c);
            for (let n = 0; n < real; n++) storeRow(to + <usize>n * stride, n, 1, c + 4 < d);
          }
        }
      }
    }
  }
}

export function tiledGradKeys(
  threads: i32,
  qkv: usize, readers: usize, dout: usize, stats: usize, dqkv: usize,
  B: i32, T: i32, heads: i32, kvHeads: i32, scale: f32, apart: i32,
  D4: i32, keys: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
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
  const stretches = slopes + 4 * bytesOf(T8);
  const panelBytes = <usize>T8 << 5;
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
      const first = h == kv * share;
      for (let j = lot0 << 2; j < T; j = nextBlock(j, lot0, lot1, lots)) {
        // Past the end, the last key is repeated and its results are not stored.
        const real = min(4, T - j);
        const key = <usize>(b * T + j) * stride + <usize>(heads + kv) * width;
        const k0 = qkv + key;
        const k1 = k0 + <usize>min(1, real - 1) * stride;
        const k2 = k0 + <usize>min(2, real - 1) * stride;
        const k3 = k0 + <usize>min(3, real - 1) * stride;
        const block = b * apart + (j >> 2);
        const spans = spansOf(readers, block);
        const end = spansOf(readers, block + 1);
        const last = joinSpans(spans, end, stretches);
        const bytes = bytesOfAll(stretches, last);
        scoresOfAll(k0, k1, k2, k3, queries, d, stretches, last, scores, bytes);
        scoresOfAll(
          k0 + valueAt, k1 + valueAt, k2 + valueAt, k3 + valueAt, grads, d, stretches, last, slopes, bytes,
        );
        let at: usize = 0;
        for (let stretch = stretches; stretch < last; stretch += STRETCH) {
          const from = <usize>load<i32>(stretch) * TILE_BYTES;
          const long = <usize>load<i32>(stretch, 4) * TILE_BYTES;
          for (let n = 0; n < real; n++) {
            const row = <usize>n * bytes + at;
            slopeOfKey(scores + row, slopes + row, long, lses + from, deltas + from, 0);
          }
          at += long;
        }
        hideSpans(scores, bytes, spans, end, zero());
        hideSpans(slopes, bytes, spans, end, zero());
        const to = dqkv + key;
        if (first && stretches == last) {
          for (let n = 0; n < real; n++) {
            memory.fill(to + <usize>n * stride, 0, width);
            memory.fill(to + <usize>n * stride + valueAt, 0, width);
          }
        }
        at = 0;
        for (let stretch = stretches; stretch < last; stretch += STRETCH) {
          const panels = <usize>load<i32>(stretch) << 8;
          const count = load<i32>(stretch, 4) << 3;
          const fresh = first && stretch == stretches;
          collect(slopes + at, bytes, count, queryRows + panels, panelBytes, d, to, stride, real, fresh);
          collect(scores + at, bytes, count, gradRows + panels, panelBytes, d, to + valueAt, stride, real, fresh);
          at += bytesOf(count);
        }
      }
    }
  }
}
