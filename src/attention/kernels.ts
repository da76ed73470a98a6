/**
 * @file What our attention kernels really compute, as numbers the meters and the kernels share.
 *
 * A kernel takes keys (or queries) some at a time, so the ragged end of an interval is computed and
 * thrown away; and the backward pass computes the scores again instead of keeping them.
 */
import { layoutOf, summariesOf } from './layout';
import type { PatternSpec } from './pattern';

/** One walk over all pairs during a training step. */
export interface Walk {
  /** 'queries': each query walks its keys; 'keys': each key walks the queries that read it. */
  readonly over: 'queries' | 'keys';
  /** Pairs computed together; a shorter rest costs as much. */
  readonly atOnce: number;
  /** FLOPs per computed pair and head dimension. */
  readonly flops: number;
}

/** Forward: q·k and weight × v (4). Then dq: s, dp, dq (6). Then dk and dv: s, dp, dk, dv (8). */
const walks = (forward: number, queries: number, keys: number): readonly Walk[] => [
  { over: 'queries', atOnce: forward, flops: 4 },
  { over: 'queries', atOnce: queries, flops: 6 },
  { over: 'keys', atOnce: keys, flops: 8 },
];

export const KERNEL_WALKS = {
  /** WGSL: the forward pass keeps four scores in a vec4. */
  webgpu: walks(4, 1, 1),
  /** WebAssembly SIMD: four at a time throughout. */
  simd: walks(4, 4, 4),
  /** Plain loops: nothing is computed that is not read. */
  host: walks(1, 1, 1),
} as const satisfies Record<string, readonly Walk[]>;

export type KernelId = keyof typeof KERNEL_WALKS;

/** Pairs one walk computes among T tokens, per head and sequence: the visible ones, each interval rounded up. */
export function computedPairs(
  spec: PatternSpec,
  T: number,
  { over, atOnce }: Pick<Walk, 'over' | 'atOnce'>,
): number {
  const layout = layoutOf(spec, T);
  const up = (n: number) => Math.ceil(n / atOnce) * atOnce;
  let pairs = 0;
  if (over === 'queries') {
    for (let q = 0; q < T; q++) pairs += up(q + 1 - layout.first[q]!) + up(summariesOf(layout, q));
  } else {
    layout.from.forEach((from, j) => (pairs += up(layout.to[j]! + 1 - from)));
  }
  return pairs;
}
