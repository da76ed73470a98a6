/**
 * Kernels for the wasm backend, four numbers at a time (WebAssembly SIMD): the three of attention, and
 * SwiGLU's two. AssemblyScript, compiled by scripts/build-simd.mjs. Each has the name of the kernel in
 * src/ops whose formula it computes and whose plain loops it is tested against.
 *
 * Every function gets: threads, then a pointer for each buffer of its kernel in their order, then its
 * uniforms and its constants in their order, and a pointer to scratch space. Rows are taken four at a
 * time; what lies past the end repeats the last one and is masked to a weight of zero.
 */

// @ts-nocheck AssemblyScript, not TypeScript

/** exp, Cephes' polynomial: relative error below 2e-7. */
@inline
function exp4(given: v128): v128 {
  const x = f32x4.max(f32x4.splat(-87.0), f32x4.min(given, f32x4.splat(88.0)));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1.0));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** Σ of the four lanes. */
@inline
function across(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** Lane i is all ones where i < rest. */
@inline
function firstLanes(rest: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
}

/** a · row n for the four rows n .. n + 3 below `base`, `stride` bytes apart; rows past the last repeat it. */
@inline
function dot4(a: usize, base: usize, stride: usize, n: i32, count: i32, bytes: usize): v128 {
  const last = count - 1;
  const p0 = base + <usize>n * stride;
  const p1 = base + <usize>min(n + 1, last) * stride;
  const p2 = base + <usize>min(n + 2, last) * stride;
  const p3 = base + <usize>min(n + 3, last) * stride;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let c: usize = 0; c < bytes; c += 16) {
    const x = v128.load(a + c);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(p0 + c)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(p1 + c)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(p2 + c)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(p3 + c)));
  }
  const left = f32x4.add(
    v128.shuffle<f32>(s0, s1, 0, 4, 1, 5),
    v128.shuffle<f32>(s0, s1, 2, 6, 3, 7),
  );
  const right = f32x4.add(
    v128.shuffle<f32>(s2, s3, 0, 4, 1, 5),
    v128.shuffle<f32>(s2, s3, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(left, right, 0, 1, 4, 5),
    v128.shuffle<f32>(left, right, 2, 3, 6, 7),
  );
}

/** to [d] += Σ_n weight[n] row n */
@inline
function gather(to: usize, weights: usize, base: usize, stride: usize, count: i32, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    let sum = v128.load(to + c);
    let row = base + c;
    for (let n = 0; n < count; n++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (<usize>n << 2)), v128.load(row)));
      row += stride;
    }
    v128.store(to + c, sum);
  }
}

@inline
function clear(at: usize, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += 16) v128.store(at + c, f32x4.splat(0));
}

/** Numbers, rounded up to whole vectors. */
@inline
function whole(count: i32): i32 {
  return (count + 3) & ~3;
}

export function attentionForward(
  threads: i32,
  q: usize, k: usize, v: usize, first: usize, out: usize, stats: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, scratch: usize,
): void {
  const bytes = <usize>D4 << 4;
  const stride = <usize>kvHeads * bytes;
  for (let i = 0; i < threads; i++) {
    const t = i % T;
    const h = (i / T) % heads;
    const b = i / T / heads;
    const head = <usize>((h * kvHeads) / heads) * bytes;
    const rows = <usize>b * <usize>(T + summaries) * stride + head;
    const at = <usize>((b * T + t) * heads + h) * bytes;
    const start = load<i32>(first + (<usize>t << 2));
    const tokens = t + 1 - start;
    const means = chunk > 0 ? start / chunk : 0;
    const tokenRows = rows + <usize>start * stride;
    const meanRows = rows + <usize>T * stride;
    const meanScores = scratch + (<usize>whole(tokens) << 2);

    let most = f32x4.splat(-1e30);
    for (let n = 0; n < tokens; n += 4) {
      const s = f32x4.mul(dot4(q + at, k + tokenRows, stride, n, tokens, bytes), f32x4.splat(scale));
      v128.store(scratch + (<usize>n << 2), s);
      most = f32x4.max(most, s); // a repeated row changes no maximum
    }
    for (let n = 0; n < means; n += 4) {
      const s = f32x4.add(
        f32x4.mul(dot4(q + at, k + meanRows, stride, n, means, bytes), f32x4.splat(scale)),
        f32x4.splat(bias),
      );
      v128.store(meanScores + (<usize>n << 2), s);
      most = f32x4.max(most, s);
    }
    const highest = max(
      max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
      max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
    );
    let total = f32x4.splat(0);
    for (let n = 0; n < tokens; n += 4) {
      const p = v128.and(
        exp4(f32x4.sub(v128.load(scratch + (<usize>n << 2)), f32x4.splat(highest))),
        firstLanes(tokens - n),
      );
      v128.store(scratch + (<usize>n << 2), p);
      total = f32x4.add(total, p);
    }
    for (let n = 0; n < means; n += 4) {
      const p = v128.and(
        exp4(f32x4.sub(v128.load(meanScores + (<usize>n << 2)), f32x4.splat(highest))),
        firstLanes(means - n),
      );
      v128.store(meanScores + (<usize>n << 2), p);
      total = f32x4.add(total, p);
    }
    const sum = across(total);
    clear(out + at, bytes);
    gather(out + at, scratch, v + tokenRows, stride, tokens, bytes);
    gather(out + at, meanScores, v + meanRows, stride, means, bytes);
    for (let c: usize = 0; c < bytes; c += 16) {
      v128.store(out + at + c, f32x4.mul(v128.load(out + at + c), f32x4.splat(<f32>1 / sum)));
    }
    store<f32>(stats + (<usize>i << 3), highest + <f32>Math.log(sum));
    store<f32>(stats + (<usize>i << 3) + 4, 0);
  }
}

export function attentionGradQuery(
  threads: i32,
  q: usize, k: usize, v: usize, first: usize, out: usize, dout: usize, stats: usize, dq: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, scratch: usize,
): void {
  const bytes = <usize>D4 << 4;
  const stride = <usize>kvHeads * bytes;
  for (let i = 0; i < threads; i++) {
    const t = i % T;
    const h = (i / T) % heads;
    const b = i / T / heads;
    const head = <usize>((h * kvHeads) / heads) * bytes;
    const rows = <usize>b * <usize>(T + summaries) * stride + head;
    const at = <usize>((b * T + t) * heads + h) * bytes;
    const start = load<i32>(first + (<usize>t << 2));
    const lse = load<f32>(stats + (<usize>i << 3));
    let along = f32x4.splat(0);
    for (let c: usize = 0; c < bytes; c += 16) {
      along = f32x4.add(along, f32x4.mul(v128.load(dout + at + c), v128.load(out + at + c)));
    }
    const delta = across(along);
    clear(dq + at, bytes);
    for (let phase = 0; phase < 2; phase++) {
      const count = phase == 0 ? t + 1 - start : chunk > 0 ? start / chunk : 0;
      const from = rows + <usize>(phase == 0 ? start : T) * stride;
      const own: f32 = phase == 0 ? 0 : bias;
      for (let n = 0; n < count; n += 4) {
        const s = f32x4.mul(dot4(q + at, k + from, stride, n, count, bytes), f32x4.splat(scale));
        const dp = dot4(dout + at, v + from, stride, n, count, bytes);
        const p = exp4(f32x4.add(s, f32x4.splat(own - lse)));
        const ds = f32x4.mul(f32x4.mul(p, f32x4.sub(dp, f32x4.splat(delta))), f32x4.splat(scale));
        v128.store(scratch + (<usize>n << 2), v128.and(ds, firstLanes(count - n)));
      }
      gather(dq + at, scratch, k + from, stride, count, bytes);
    }
    store<f32>(stats + (<usize>i << 3) + 4, delta);
  }
}

export function attentionGradKeys(
  threads: i32,
  q: usize, k: usize, v: usize, readers: usize, dout: usize, stats: usize, dk: usize, dv: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, scratch: usize,
): void {
  const bytes = <usize>D4 << 4;
  const stride = <usize>heads * bytes;
  const rows = T + summaries;
  const share = heads / kvHeads;
  for (let i = 0; i < threads; i++) {
    const j = i % rows;
    const kv = (i / rows) % kvHeads;
    const b = i / rows / kvHeads;
    const key = <usize>((b * rows + j) * kvHeads + kv) * bytes;
    const own: f32 = j >= T ? bias : 0;
    const from = load<i32>(readers + (<usize>j << 3));
    const count = load<i32>(readers + (<usize>j << 3) + 4) + 1 - from;
    const weights = scratch + (<usize>whole(count) << 2);
    clear(dk + key, bytes);
    clear(dv + key, bytes);
    for (let h = kv * share; h < (kv + 1) * share; h++) {
      const at = <usize>((b * T + from) * heads + h) * bytes;
      const stat = stats + (<usize>((b * heads + h) * T + from) << 3);
      for (let n = 0; n < count; n += 4) {
        const s = f32x4.mul(dot4(k + key, q + at, stride, n, count, bytes), f32x4.splat(scale));
        const dp = dot4(v + key, dout + at, stride, n, count, bytes);
        const pair0 = v128.load(stat + (<usize>n << 3));
        const pair1 = v128.load(stat + (<usize>n << 3) + 16);
        const lse = v128.shuffle<f32>(pair0, pair1, 0, 2, 4, 6);
        const delta = v128.shuffle<f32>(pair0, pair1, 1, 3, 5, 7);
        const lanes = firstLanes(count - n);
        const p = v128.and(exp4(f32x4.sub(f32x4.add(s, f32x4.splat(own)), lse)), lanes);
        const ds = f32x4.mul(f32x4.mul(p, f32x4.sub(dp, delta)), f32x4.splat(scale));
        v128.store(weights + (<usize>n << 2), p);
        v128.store(scratch + (<usize>n << 2), v128.and(ds, lanes));
      }
      gather(dk + key, scratch, q + at, stride, count, bytes);
      gather(dv + key, weights, dout + at, stride, count, bytes);
    }
  }
}

/** σ(x) */
@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

// Past the end lies slack, so the last vector may be whole.

export function swiglu(threads: i32, gate: usize, up: usize, y: usize, scratch: usize): void {
  const bytes = <usize>threads << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const g = v128.load(gate + i);
    v128.store(y + i, f32x4.mul(f32x4.mul(g, sigmoid4(g)), v128.load(up + i)));
  }
}

export function swigluGrad(
  threads: i32,
  gate: usize, up: usize, dy: usize, dgate: usize, dup: usize,
  scratch: usize,
): void {
  const bytes = <usize>threads << 2;
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const g = v128.load(gate + i);
    const d = v128.load(dy + i);
    const s = sigmoid4(g);
    const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(g, f32x4.sub(one, s))));
    v128.store(dgate + i, f32x4.mul(f32x4.mul(d, v128.load(up + i)), slope));
    v128.store(dup + i, f32x4.mul(f32x4.mul(d, g), s));
  }
}
