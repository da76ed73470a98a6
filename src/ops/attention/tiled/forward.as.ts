/** @file The attention of forward.ts, with any mask, in WebAssembly: a block of four queries at a time. */

// @ts-nocheck AssemblyScript, not TypeScript

import { packRows, packTransposed } from '../../simd/panels.as';
import { bytesOf, up8 } from '../../simd/sizes.as';
import { LOW } from '../../simd/vectors.as';
import { soften } from '../forward.as';
import { endOfLots, firstLot, lotsOf, nextBlock, storeRow } from '../shared.as';
import { bitsOf, bytesOfAll, gatherAll, hideSpans, joinSpans, scoresOfAll, SPAN, spansOf } from './shared.as';

/** Bits that are set in any tile of a block. */
function anyOf(span: usize, end: usize): i32 {
  let any = 0;
  for (; span < end; span += SPAN) any |= load<i32>(span, 8);
  return any;
}

export function tiledForward(
  threads: i32,
  qkv: usize, reads: usize, out: usize, stats: usize,
  B: i32, T: i32, heads: i32, kvHeads: i32, scale: f32, apart: i32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  const keys = scratch;
  const values = keys + <usize>T8 * width;
  const scores = values + <usize>T8 * bytesOf(up8(d));
  const factors = scores + 4 * bytesOf(T8); // 1 / Σ of the weights of each row
  const stretches = factors + 16;
  const lots = lotsOf(B * kvHeads);
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      const lot0 = firstLot(b * kvHeads + kv, lots, B * kvHeads);
      const lot1 = endOfLots(b * kvHeads + kv, lots, B * kvHeads);
      if (lot0 == lot1) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTransposed(keys, key, stride, T, d, scale);
      packRows(values, key + <usize>kvHeads * width, stride, T, T8, d, 1);
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = lot0 << 2; t < T; t = nextBlock(t, lot0, lot1, lots)) {
          // Past the end, the last query is repeated and its results are not stored.
          const real = min(4, T - t);
          const q0 = qkv + <usize>(b * T + t) * stride + <usize>h * width;
          const q1 = q0 + <usize>min(1, real - 1) * stride;
          const q2 = q0 + <usize>min(2, real - 1) * stride;
          const q3 = q0 + <usize>min(3, real - 1) * stride;
          const block = b * apart + (t >> 2);
          const spans = spansOf(reads, block);
          const end = spansOf(reads, block + 1);
          const last = joinSpans(spans, end, stretches);
          const bytes = bytesOfAll(stretches, last);
          const any = anyOf(spans, end);
          scoresOfAll(q0, q1, q2, q3, keys, d, stretches, last, scores, bytes);
          hideSpans(scores, bytes, spans, end, f32x4.splat(LOW));
          for (let n = 0; n < real; n++) {
            const stat = stats + (<usize>((b * heads + h) * T + t + n) << 3);
            const row = scores + <usize>n * bytes;
            if (bitsOf(any, n) != 0) {
              store<f32>(factors + bytesOf(n), soften(row, bytes, stat));
            } else {
              // Nothing is read: zeros, and no sum to divide by.
              memory.fill(row, 0, bytes);
              store<f32>(factors + bytesOf(n), 0);
              store<f32>(stat, 0);
              store<f32>(stat, 0, 4);
            }
          }
          for (let c = 0; c < d; c += 8) {
            gatherAll(scores, bytes, values + <usize>T8 * bytesOf(c), stretches, last);
            const to = out + <usize>(b * T + t) * outStride + <usize>h * width + bytesOf(c);
            for (let n = 0; n < real; n++) {
              storeRow(to + <usize>n * outStride, n, load<f32>(factors + bytesOf(n)), c + 4 < d);
            }
          }
        }
      }
    }
  }
}
