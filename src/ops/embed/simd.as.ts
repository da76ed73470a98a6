/**
 * @file The look-up of kernel.ts and its gradient in WebAssembly. Each part of a launch takes some of the rows; in the
 * gradient, some rows of the table.
 */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part } from '../simd/parts.as';
import { bytesOf } from '../simd/sizes.as';

export function embed(
  threads: i32,
  ids: usize, table: usize, x: usize,
  rows: i32, width: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, 1);
  x += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    memory.copy(x, table + <usize>load<i32>(ids + bytesOf(row)) * bytes, bytes);
    x += bytes;
  }
}

export function embedGrad(
  threads: i32,
  ids: usize, dx: usize, dtable: usize,
  rows: i32, width: i32, V: i32, keep: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  // A part takes a share of the vocabulary, for all rows.
  const low = begin(part, V, 1);
  const high = begin(part + 1, V, 1);
  if (keep != 1) memory.fill(dtable + <usize>low * bytes, 0, <usize>(high - low) * bytes);
  for (let row = 0; row < rows; row++, dx += bytes) {
    const id = load<i32>(ids + bytesOf(row));
    if (id < low || id >= high) continue;
    const to = dtable + <usize>id * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(dx + c)));
    }
  }
}
