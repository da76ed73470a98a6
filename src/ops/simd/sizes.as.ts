/** @file Counts of numbers rounded up to whole vectors and panels, and in bytes. */

// @ts-nocheck AssemblyScript, not TypeScript

/** Rounded up to a multiple of 4. */
@inline
export function up4(count: i32): i32 {
  return (count + 3) & ~3;
}

/** Rounded up to a multiple of 8. */
@inline
export function up8(count: i32): i32 {
  return (count + 7) & ~7;
}

/** The bytes of `count` numbers. */
@inline
export function bytesOf(count: i32): usize {
  return <usize>count << 2;
}
