/**
 * @file The picture of probe.ts, with any mask, in WebAssembly: four queries at a time, in the tiles that any of them
 * reads.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { packTransposed } from '../../simd/panels.as';
import { part, parts } from '../../simd/parts.as';
import { bytesOf, up8 } from '../../simd/sizes.as';
import { tile } from '../../simd/tile.as';
import { BLOCKED_CELL, intoCell, PICTURE_ROWS } from '../probe.as';
import { exponents } from '../shared.as';
import { bitsOf, SPAN, spansOf, TILE_BYTES } from './shared.as';

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
    packTransposed(keys, qkv + <usize>(heads + kv) * width, stride, T, d, scale);
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
