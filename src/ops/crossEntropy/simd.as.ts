/** @file The loss of kernel.ts and its gradient in WebAssembly. Each part of a launch takes some of the rows. */

// @ts-nocheck AssemblyScript, not TypeScript

import { begin, part } from '../simd/parts.as';
import { bytesOf, up4 } from '../simd/sizes.as';
import { across, exp4, firstLanes, highest, LOW, zero } from '../simd/vectors.as';

/** Whether no number of `from` .. `to` is equal to `x`. */
@inline
function noneEquals(x: f32, from: usize, to: usize): bool {
  while (from < to) {
    if (load<f32>(from) == x) return false;
    from += 4;
  }
  return true;
}

/** Logits are processed in whole vectors; those past the vocabulary count for nothing and become 0. */
export function crossEntropy(
  threads: i32,
  logits: usize, targets: usize, weights: usize, report: usize,
  rows: i32, V: i32, stride: i32, share: f32,
  scratch: usize,
): void {
  const bytes = bytesOf(stride);
  const top = begin(part, rows, 1);
  logits += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    const goal = logits + bytesOf(load<i32>(targets + bytesOf(row)));
    const weight = load<f32>(weights + bytesOf(row));
    let most = f32x4.splat(LOW);
    for (let c = 0; c < V; c += 4) {
      const x = v128.load(logits + bytesOf(c));
      most = f32x4.pmax(most, v128.bitselect(x, f32x4.splat(LOW), firstLanes(V - c)));
    }
    const best = highest(most);
    const own = load<f32>(goal);
    // The first of several highest logits is the choice.
    const hit = own == best && noneEquals(best, logits, goal);
    let total = zero();
    for (let c = 0; c < V; c += 4) {
      const at = logits + bytesOf(c);
      const e = v128.and(exp4(f32x4.sub(v128.load(at), f32x4.splat(best))), firstLanes(V - c));
      v128.store(at, e);
      total = f32x4.add(total, e);
    }
    const sum = across(total);
    const factor = weight * share;
    const each = f32x4.splat(factor / sum);
    for (let c = 0; c < V; c += 4) {
      const at = logits + bytesOf(c);
      v128.store(at, f32x4.mul(v128.load(at), each));
    }
    store<f32>(goal, load<f32>(goal) - factor);
    for (let c = up4(V); c < stride; c += 4) v128.store(logits + bytesOf(c), zero());
    store<f32>(report + (<usize>row << 3), weight * (best - own + <f32>Math.log(sum)));
    store<f32>(report + (<usize>row << 3), hit ? weight : 0, 4);
    logits += bytes;
  }
}
