/** @file Which part of a launch a call computes; ../simd.as.ts says what parts must not share. */

// @ts-nocheck AssemblyScript, not TypeScript

/** Which part of its launch the next call does. */
export let part: i32 = 0;
export let parts: i32 = 1;

/** 0 if this thread's previous call did another part of the same launch, so that what it packed is still there. */
export let fresh: i32 = 1;

/** Where a part begins if `count` is divided in lots of `lot`; the previous part ends there. */
@inline
export function begin(n: i32, count: i32, lot: i32): i32 {
  const lots = (count + lot - 1) / lot;
  return min(count, <i32>((<i64>lots * n) / parts) * lot);
}
