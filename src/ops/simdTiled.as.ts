/**
 * Attention with any mask, as tiles, for WebAssembly: the kernels of src/ops/attention/tiled. AssemblyScript.
 *
 * A tile of the layout (src/attention/tiles.ts) is exactly what `tile` computes: four rows times a panel of eight. Here
 * a row of scores holds only the tiles its block of four reads, side by side, so its length follows the mask's density.
 * Bits are checked only in tiles that are not full, and are the same in all tiles of a span.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import {
  BLOCKED_CELL, byHeads, collect, dot, exponents, intoCell, mine, PICTURE_ROWS, scoresOf, slope, slopeOfKey, soften, storeRow,
} from './simdAttention.as';
import {
  bytesOf, LOW, packRows, packTurned, part, parts, TILE, tile, TILE_ROW, up8, zero,
} from './simdTile.as';

/** As in src/attention/tiles.ts. */
const SPAN: usize = 12; // bytes: first tile, one past the last tile, bits
const FULL: i32 = -1; // all pairs of a tile are in the mask

/** A stretch of adjacent tiles: its first, and how many. */
const STRETCH: usize = 8; // bytes

/** Bytes per tile in a row of scores. */
const TILE_BYTES: usize = 32;

// ------------------------------------------------------------------------------------------------- spans

/** Where the spans of block `block` begin, and those of the previous block end. */
@inline
function spansOf(list: usize, block: i32): usize {
  return list + bytesOf(load<i32>(list + bytesOf(block)));
}

/** The bits of row n of four. */
@inline
function bitsOf(bits: i32, n: i32): i32 {
  return (bits >> (n << 3)) & 255;
}

/** All ones in each lane whose bit is set, for the first four of eight columns; and for the last four. */
@inline
function lowLanes(row: i32): v128 {
  const bits = i32x4(1, 2, 4, 8);
  return i32x4.eq(v128.and(i32x4.splat(row), bits), bits);
}
@inline
function highLanes(row: i32): v128 {
  const bits = i32x4(16, 32, 64, 128);
  return i32x4.eq(v128.and(i32x4.splat(row), bits), bits);
}

/**
 * Joins spans that touch: whatever their bits, their panels are adjacent. Writes the stretches to `to` and returns
 * where they end.
 */
function joinSpans(span: usize, end: usize, to: usize): usize {
  let next = -1; // the tile after the last stretch
  for (; span < end; span += SPAN) {
    const first = load<i32>(span);
    const after = load<i32>(span, 4);
    if (first == next) {
      store<i32>(to - STRETCH, load<i32>(to - STRETCH, 4) + after - first, 4);
    } else {
      store<i32>(to, first);
      store<i32>(to, after - first, 4);
      to += STRETCH;
    }
    next = after;
  }
  return to;
}

/** Bytes of a row of scores over all stretches. */
function bytesOfAll(stretch: usize, end: usize): usize {
  let tiles = 0;
  for (; stretch < end; stretch += STRETCH) tiles += load<i32>(stretch, 4);
  return <usize>tiles * TILE_BYTES;
}

/** Bits that are set in any tile of a block. */
function anyOf(span: usize, end: usize): i32 {
  let any = 0;
  for (; span < end; span += SPAN) any |= load<i32>(span, 8);
  return any;
}

/** Four rows times the panels of all stretches, into rows `apart` bytes apart. `panels`: those of all columns. */
function scoresOfAll(
  a0: usize, a1: usize, a2: usize, a3: usize, panels: usize, inner: i32,
  stretch: usize, end: usize, to: usize, apart: usize,
): void {
  for (; stretch < end; stretch += STRETCH) {
    const tiles = load<i32>(stretch, 4);
    const from = panels + <usize>(load<i32>(stretch) << 3) * bytesOf(inner);
    scoresOf(a0, a1, a2, a3, from, inner, tiles << 3, to, apart);
    to += <usize>tiles * TILE_BYTES;
  }
}

/** In four rows `apart` bytes apart, sets everything without a bit to `value` in every lane. */
function hideSpans(rows: usize, apart: usize, span: usize, end: usize, value: v128): void {
  for (; span < end; span += SPAN) {
    const bits = load<i32>(span, 8);
    const bytes = <usize>(load<i32>(span, 4) - load<i32>(span)) * TILE_BYTES;
    if (bits != FULL) {
      for (let n = 0; n < 4; n++) {
        const own = bitsOf(bits, n);
        if (own == 255) continue;
        const low = lowLanes(own);
        const high = highLanes(own);
        const row = rows + <usize>n * apart;
        for (let at = row; at < row + bytes; at += TILE_BYTES) {
          v128.store(at, v128.bitselect(v128.load(at), value, low));
          v128.store(at, v128.bitselect(v128.load(at, 16), value, high), 16);
        }
      }
    }
    rows += bytes;
  }
}

/** Four rows of weights times the panels of all stretches: 8 columns into TILE. */
function gatherAll(rows: usize, apart: usize, panels: usize, stretch: usize, end: usize): void {
  if (stretch == end) {
    for (let n: usize = 0; n < 128; n += 16) v128.store(TILE + n, zero());
    return;
  }
  const count = load<i32>(stretch, 4) << 3;
  const from = panels + (<usize>load<i32>(stretch) << 8);
  tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, from, count, TILE, TILE_ROW);
  rows += bytesOf(count);
  for (stretch += STRETCH; stretch < end; stretch += STRETCH) {
    const more = load<i32>(stretch, 4) << 3;
    const at = panels + (<usize>load<i32>(stretch) << 8);
    tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, at, more, TILE + 128, TILE_ROW);
    for (let n: usize = 0; n < 128; n += 16) {
      v128.store(TILE + n, f32x4.add(v128.load(TILE + n), v128.load(TILE + 128 + n)));
    }
    rows += bytesOf(more);
  }
}

// ----------------------------------------------------------------------------------------------- kernels

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
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && !mine(b * kvHeads + kv, B * kvHeads)) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packRows(values, key + <usize>kvHeads * width, stride, T, T8, d, 1);
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
          // Past the end the last query is repeated, and not stored.
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
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && !mine(b * kvHeads + kv, B * kvHeads)) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packTurned(values, key + <usize>kvHeads * width, stride, T, d, 1);
      packRows(keyRows, key, stride, T, T8, d, scale);
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
          // Past the end the last query is repeated, and not stored.
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
      const first = h == kv * share;
      for (let j = j0; j < T; j += stepJ) {
        // Past the end the last key is repeated, and not stored.
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

/** Adds the weights of one query, in the tiles that have a slot, to the cells of its row of the picture. */
function drawTiles(
  row: usize, weights: usize, reads: usize, t: i32, slots: usize, factor: i32,
): void {
  const end = spansOf(reads, (t >> 2) + 1);
  let column = -1;
  let next = 0; // the first key after the column
  for (let span = spansOf(reads, t >> 2); span < end; span += SPAN) {
    const own = bitsOf(load<i32>(span, 8), t & 3);
    if (own == 0) continue;
    const after = load<i32>(span, 4);
    for (let at = load<i32>(span); at < after; at++) {
      const tileWeights = weights + <usize>load<i32>(slots + bytesOf(at)) * TILE_BYTES;
      for (let j = 0; j < 8; j++) {
        if (((own >> j) & 1) == 0) continue;
        const key = (at << 3) + j;
        if (key >= next) {
          column = key / factor;
          next = (column + 1) * factor;
        }
        intoCell(row + bytesOf(column), load<f32>(tileWeights + bytesOf(j)));
      }
    }
  }
}

export function tiledProbe(
  threads: i32,
  qkv: usize, reads: usize, stats: usize, cells: usize,
  B: i32, T: i32, heads: i32, kvHeads: i32, scale: f32, apart: i32,
  d: i32, size: i32, factor: i32, every: i32, scratch: usize,
): void {
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const share = heads / kvHeads;
  const tiles = up8(T) >> 3;
  const keys = scratch;
  const asked = keys + <usize>up8(T) * width; // queries of four at a time
  const scores = asked + 16;
  const slots = scores + 4 * bytesOf(up8(T)); // offset of each tile in a row of scores
  for (let h = 0; h < heads; h++) {
    const kv = h / share;
    packTurned(keys, qkv + <usize>(heads + kv) * width, stride, T, d, scale);
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
          // Tiles that any of them reads, side by side.
          memory.fill(slots, 0, bytesOf(tiles));
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const end = spansOf(reads, (tn >> 2) + 1);
            for (let span = spansOf(reads, tn >> 2); span < end; span += SPAN) {
              if (bitsOf(load<i32>(span, 8), tn & 3) == 0) continue;
              const after = load<i32>(span, 4);
              for (let at = load<i32>(span); at < after; at++) store<i32>(slots + bytesOf(at), 1);
            }
          }
          let used = 0;
          for (let at = 0; at < tiles; at++) used += load<i32>(slots + bytesOf(at));
          const bytes = <usize>used * TILE_BYTES;
          const q0 = query + <usize>load<i32>(asked) * stride;
          const q1 = query + <usize>load<i32>(asked, 4) * stride;
          const q2 = query + <usize>load<i32>(asked, 8) * stride;
          const q3 = query + <usize>load<i32>(asked, 12) * stride;
          let slot = 0;
          for (let at = 0; at < tiles; at++) {
            if (load<i32>(slots + bytesOf(at)) == 0) continue;
            const panel = keys + <usize>(at << 3) * width;
            tile(q0, q1, q2, q3, panel, d, scores + <usize>slot * TILE_BYTES, bytes);
            store<i32>(slots + bytesOf(at), slot);
            slot++;
          }
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const weights = scores + <usize>n * bytes;
            exponents(weights, bytes, load<f32>(stat + (<usize>tn << 3)));
            drawTiles(picture + <usize>(tn / factor) * bytesOf(size), weights, reads, tn, slots, factor);
          }
          count = 0;
        }
      }
    }
  }
}
