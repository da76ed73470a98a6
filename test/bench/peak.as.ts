// How fast this machine multiplies and how fast it reads memory, in WebAssembly: compiled by scripts/bench/steps.mjs.

// prettier-ignore
/** 12 × 8 FLOPs per round, everything in registers: x ← x m + c, in 12 vectors that do not depend on each other. */
export function products(rounds: i32, by: f32, plus: f32): f32 {
  const m = f32x4.splat(by);
  const c = f32x4.splat(plus);
  let x0 = c, x1 = c, x2 = c, x3 = c, x4 = c, x5 = c, x6 = c, x7 = c, x8 = c, x9 = c, x10 = c, x11 = c;
  for (let round = 0; round < rounds; round++) {
    x0 = f32x4.add(f32x4.mul(x0, m), c);
    x1 = f32x4.add(f32x4.mul(x1, m), c);
    x2 = f32x4.add(f32x4.mul(x2, m), c);
    x3 = f32x4.add(f32x4.mul(x3, m), c);
    x4 = f32x4.add(f32x4.mul(x4, m), c);
    x5 = f32x4.add(f32x4.mul(x5, m), c);
    x6 = f32x4.add(f32x4.mul(x6, m), c);
    x7 = f32x4.add(f32x4.mul(x7, m), c);
    x8 = f32x4.add(f32x4.mul(x8, m), c);
    x9 = f32x4.add(f32x4.mul(x9, m), c);
    x10 = f32x4.add(f32x4.mul(x10, m), c);
    x11 = f32x4.add(f32x4.mul(x11, m), c);
  }
  let sum = f32x4.add(f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3)), f32x4.add(f32x4.add(x4, x5), f32x4.add(x6, x7)));
  sum = f32x4.add(sum, f32x4.add(f32x4.add(x8, x9), f32x4.add(x10, x11)));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}

/** a ← b + s c over arrays of `bytes` each, one after another in memory from address 0; 64 bytes of each per round. */
export function triad(bytes: i32, s: f32): void {
  const scale = f32x4.splat(s);
  const b = bytes, c = 2 * bytes;
  for (let at = 0; at < bytes; at += 64) {
    v128.store(at, f32x4.add(v128.load(b + at), f32x4.mul(scale, v128.load(c + at))));
    v128.store(at + 16, f32x4.add(v128.load(b + at + 16), f32x4.mul(scale, v128.load(c + at + 16))));
    v128.store(at + 32, f32x4.add(v128.load(b + at + 32), f32x4.mul(scale, v128.load(c + at + 32))));
    v128.store(at + 48, f32x4.add(v128.load(b + at + 48), f32x4.mul(scale, v128.load(c + at + 48))));
  }
}
