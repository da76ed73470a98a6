/**
 * Attention of one run of keys for each query, and of summaries, for WebAssembly: see simd.as.ts. AssemblyScript.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import {
  across, begin, bytesOf, exp4, highest, LOW, packRows, packTurned, part, parts, plus, TILE, tile,
  TILE_ROW, up8, zero,
} from './simdTile.as';

// -------------------------------------------------------------------------------------------- attention
//
// Four queries (or four keys) at a time, as products: panels of the keys are packed once per key-value head; four rows
// of scores are computed with `tile`, turned into weights, and multiplied with panels of the values. A row of scores
// covers the keys that any of the four reads, in whole panels; a weight of zero hides those that one of them does not
// read.

/**
 * How parts share attention: whole key-value heads of sequences if there are enough for every part to have equally
 * many; else each part takes every `parts`-th four rows of every head.
 */
@inline
export function byHeads(units: i32): bool {
  return units % parts == 0 || units >= 6 * parts;
}

/** Whether this part takes unit `n` of `units`: consecutive units, which are adjacent in memory. */
@inline
export function mine(n: i32, units: i32): bool {
  return n >= begin(part, units, 1) && n < begin(part + 1, units, 1);
}

/** Sets the numbers from .. to - 1 of a row of scores. */
function hide(row: usize, from: i32, to: i32, value: f32): void {
  for (let n = from; n < to; n++) store<f32>(row + bytesOf(n), value);
}

/** Four rows times one panel after the other: the rows of results are `apart` bytes apart. */
export function scoresOf(
  a0: usize, a1: usize, a2: usize, a3: usize, panels: usize, inner: i32, count: i32, to: usize, apart: usize,
): void {
  for (let n = 0; n < count; n += 8) {
    tile(a0, a1, a2, a3, panels, inner, to, apart);
    panels += <usize>inner << 5;
    to += 32;
  }
}

/**
 * A row of scores, whole panels, becomes exp(s − less) in place; returns its sum. Four vectors at a time, because V8
 * reloads exp's constants in every iteration.
 */
export function exponents(row: usize, bytes: usize, less: f32): f32 {
  const shift = f32x4.splat(less);
  let total0 = zero();
  let total1 = zero();
  const end = row + bytes;
  for (; row + 32 < end; row += 64) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    const p2 = exp4(f32x4.sub(v128.load(row, 32), shift));
    const p3 = exp4(f32x4.sub(v128.load(row, 48), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    v128.store(row, p2, 32);
    v128.store(row, p3, 48);
    total0 = f32x4.add(total0, f32x4.add(p0, p2));
    total1 = f32x4.add(total1, f32x4.add(p1, p3));
  }
  if (row < end) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    total0 = f32x4.add(total0, p0);
    total1 = f32x4.add(total1, p1);
  }
  return across(f32x4.add(total0, total1));
}

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

/** Four rows of weights times panels of values, of tokens and of summaries: 8 columns into TILE. */
function gather(
  rows: usize, apart: usize, tokens: usize, count: i32, means: usize, meanCount: i32,
): void {
  tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, tokens, count, TILE, TILE_ROW);
  if (meanCount == 0) return;
  const own = rows + bytesOf(count);
  tile(own, own + apart, own + 2 * apart, own + 3 * apart, means, meanCount, TILE + 128, TILE_ROW);
  for (let n: usize = 0; n < 128; n += 16) {
    v128.store(TILE + n, f32x4.add(v128.load(TILE + n), v128.load(TILE + 128 + n)));
  }
}

/** A row of 8 results of TILE, times a factor, to a destination with 4 or 8 columns. */
@inline
export function storeRow(to: usize, n: i32, factor: f32, whole: bool): void {
  const from = TILE + <usize>n * TILE_ROW;
  v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from)));
  if (whole) v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from, 16)), 16);
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
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    const starts = first + bytesOf(b * apart);
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && !mine(b * kvHeads + kv, B * kvHeads)) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packRows(values, key + <usize>kvHeads * width, stride, T, T8, d, 1);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTurned(meanKeys, meanKey, meanStride, summaries, d, scale);
        packRows(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, S8, d, 1);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
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

/** Scores become ds / scale = exp(s − lse) (dp − delta), with the same lse and delta for the row. */
export function slope(row: usize, dp: usize, bytes: usize, lse: f32, delta: f32): void {
  exponents(row, bytes, lse);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), f32x4.splat(delta));
    v128.store(row + n, f32x4.mul(v128.load(row + n), difference));
  }
}

/** a · b of `bytes` bytes. */
@inline
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = zero();
  for (let c: usize = 0; c < bytes; c += 16) sum = plus(sum, v128.load(a + c), v128.load(b + c));
  return across(sum);
}

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
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    const starts = first + bytesOf(b * apart);
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && !mine(b * kvHeads + kv, B * kvHeads)) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packTurned(values, key + <usize>kvHeads * width, stride, T, d, 1);
      packRows(keyRows, key, stride, T, T8, d, scale);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTurned(meanKeys, meanKey, meanStride, summaries, d, scale);
        packTurned(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, d, 1);
        packRows(meanKeyRows, meanKey, meanStride, summaries, S8, d, scale);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
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

/** Scores of one key become weights p = exp(s − lse), and dp becomes ds / scale = p (dp − delta), query by query. */
export function slopeOfKey(row: usize, dp: usize, bytes: usize, lse: usize, delta: usize, bias: f32): void {
  for (let n: usize = 0; n < bytes; n += 16) {
    v128.store(row + n, f32x4.sub(v128.load(row + n), v128.load(lse + n)));
  }
  exponents(row, bytes, -bias);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), v128.load(delta + n));
    v128.store(dp + n, f32x4.mul(v128.load(row + n), difference));
  }
}

/** Four rows times panels `panelBytes` apart: d columns, to `real` rows `stride` bytes apart, added unless `fresh`. */
export function collect(
  rows: usize, apart: usize, count: i32, panels: usize, panelBytes: usize, d: i32,
  to: usize, stride: usize, real: i32, fresh: bool,
): void {
  for (let c = 0; c < d; c += 8) {
    tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, panels, count, TILE, TILE_ROW);
    for (let n = 0; n < real; n++) {
      const at = to + <usize>n * stride + bytesOf(c);
      const from = TILE + <usize>n * TILE_ROW;
      const low = v128.load(from);
      const high = v128.load(from, 16);
      v128.store(at, fresh ? low : f32x4.add(v128.load(at), low));
      if (c + 4 < d) v128.store(at, fresh ? high : f32x4.add(v128.load(at, 16), high), 16);
    }
    panels += panelBytes;
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
  const whole = byHeads(B * kvHeads);
  const j0 = whole ? 0 : part << 2;
  const stepJ = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < heads; h++) {
      const kv = h / share;
      if (whole && !mine(b * kvHeads + kv, B * kvHeads)) continue;
      const query = qkv + <usize>(b * T) * stride + <usize>h * width;
      const grad = dout + <usize>(b * T) * outStride + <usize>h * width;
      packTurned(queries, query, stride, T, d, scale);
      packRows(queryRows, query, stride, T, T8, d, scale);
      packTurned(grads, grad, outStride, T, d, 1);
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
        for (let j = j0; j < count; j += stepJ) {
          const real = min(4, count - j);
          // Past the end the last key is repeated, and not stored.
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

// ---------------------------------------------------------------------------------------------- pictures
//
// A cell holds the code of src/ops/attention/probe.ts while its queries are added: an exact read takes precedence over
// one through summaries, and both over none.

/** As in src/ops/attention/probe.ts. */
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
    packTurned(keys, qkv + <usize>(heads + kv) * width, stride, T, d, scale);
    if (summaries > 0) packTurned(meanKeys, means + <usize>kv * width, meanStride, summaries, d, scale);
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
