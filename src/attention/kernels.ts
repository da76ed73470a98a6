/**
 * @file What our attention kernels really compute, as numbers the meters and the kernels share.
 *
 * A kernel walks the keys of a query `keysAtOnce` at a time, so the ragged end of an interval is
 * computed and thrown away; and its backward pass computes the scores again instead of keeping them.
 */
import { layoutOf, summariesOf } from './layout';
import type { PatternSpec } from './pattern';

export interface PassCost {
  /** Keys computed together; a shorter rest costs as much. */
  readonly keysAtOnce: number;
  /** FLOPs per computed pair and head dimension. */
  readonly flops: number;
}

export interface KernelCost {
  readonly forward: PassCost;
  readonly backward: PassCost;
}

export const KERNEL_COST = {
  /** WGSL. Forward: q·k and weight × v (4). Backward: one walk for dq (s, dp, dq: 6), one for dk and dv (s, dp, dk, dv: 8). */
  webgpu: { forward: { keysAtOnce: 4, flops: 4 }, backward: { keysAtOnce: 1, flops: 14 } },
  /** The same kernels as loops over typed arrays, for wasm and cpu; no key is computed that is not read. */
  host: { forward: { keysAtOnce: 1, flops: 4 }, backward: { keysAtOnce: 1, flops: 14 } },
} as const satisfies Record<string, KernelCost>;

export type KernelId = keyof typeof KERNEL_COST;

/** Pairs a kernel computes among T tokens, per head and sequence: the visible ones, each interval rounded up. */
export function computedPairs(spec: PatternSpec, T: number, keysAtOnce: number): number {
  const layout = layoutOf(spec, T);
  const up = (n: number) => Math.ceil(n / keysAtOnce) * keysAtOnce;
  let pairs = 0;
  for (let q = 0; q < T; q++) pairs += up(q + 1 - layout.first[q]!) + up(summariesOf(layout, q));
  return pairs;
}
