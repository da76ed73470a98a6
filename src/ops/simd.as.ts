/**
 * The kernels of src/ops for WebAssembly, four numbers at a time (SIMD). AssemblyScript, compiled by
 * scripts/build-simd.mjs. Each has the name of the kernel whose formula it computes and whose plain loops
 * it is tested against (test/ops/simd.test.ts).
 *
 * Every function gets: threads, then a pointer for each buffer of its kernel in their order, then its
 * uniforms and its constants in their order, and a pointer to scratch space. It works on the sizes the
 * uniforms give; only `place` and its gradient need the threads, to know how many sequences there are.
 *
 * Products and attention share one inner loop, `tile`: 4 rows times a panel of 8 columns. A panel is 8
 * columns of the right factor, copied so that it is read from front to back. No fused or relaxed
 * arithmetic and one order of sums: the same bits on every machine.
 *
 * Several threads share a launch: each has an instance of the module over the same memory, and one call does
 * part `part` of `parts`. Parts never write the same number and never read what another one writes, and a number's
 * sum is never split between them: the same bits whatever the number of parts. What is packed into scratch space is
 * packed by each part for itself.
 */

// @ts-nocheck AssemblyScript, not TypeScript

/** What `tile` returns where its results are worked on before they are stored: two of 4 × 8 numbers, a thread's own. */
// @ts-ignore a global of the host's
@external("env", "tile")
declare const TILE: usize;
const TILE_ROW: usize = 32;

/** Which part of its launch the next call does. */
export let part: i32 = 0;
export let parts: i32 = 1;

/** Where a part begins that is dealt in lots of `lot` out of `count`; where the part before it ends. */
@inline
function begin(n: i32, count: i32, lot: i32): i32 {
  const lots = (count + lot - 1) / lot;
  return min(count, <i32>((<i64>lots * n) / parts) * lot);
}

/** Finite on purpose: the weight of a score this low is 0 whatever the highest is. */
const LOW: f32 = -1e30;

// ---------------------------------------------------------------------------------------------- vectors

@inline
function zero(): v128 {
  return f32x4.splat(0);
}

/** sum + x y */
@inline
function plus(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/**
 * exp: relative error below 1e-7; 0 below -87.7. x = n ln 2 + r with ln 2 in two parts (Cody & Waite 1980), and
 * the polynomial 1 + r + r² p(r) with the least relative error for |r| <= ln 2 / 2, 4e-9. Adding a large number
 * rounds to a whole one and leaves it in the low bits, with the exponent's bias. pmin and pmax keep a NaN that
 * comes first (a run that diverges must be seen to), and are one instruction where min and max are eight.
 */
@inline
function exp4(given: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(given, f32x4.splat(88.0)), f32x4.splat(-88.0));
  const large = f32x4.splat(12582912.0 + 127.0); // 1.5 · 2²³
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), large);
  const n = f32x4.sub(shifted, large);
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(0.0013814583653584123);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.008368724025785923));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.04166838899254799));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.1666652113199234));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.4999999403953552));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1.0));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** σ(x) */
@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
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

/** The highest of the four lanes. */
@inline
function highest(x: v128): f32 {
  const pairs = f32x4.pmax(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

/** Lane i is all ones where i < rest. */
@inline
function firstLanes(rest: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
}

/** Rounded up to a multiple of 4, and of 8. */
@inline
function up4(count: i32): i32 {
  return (count + 3) & ~3;
}
@inline
function up8(count: i32): i32 {
  return (count + 7) & ~7;
}

/** The bytes of `count` numbers. */
@inline
function bytesOf(count: i32): usize {
  return <usize>count << 2;
}

// --------------------------------------------------------------------------------- panels and the tile

/** Four rows of a 4 × 4 block become its columns, `apart` bytes from one another. */
@inline
function storeTurned(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, apart: usize): void {
  const low0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low0, low1, 0, 1, 4, 5));
  v128.store(to + apart, v128.shuffle<f32>(low0, low1, 2, 3, 6, 7));
  v128.store(to + 2 * apart, v128.shuffle<f32>(high0, high1, 0, 1, 4, 5));
  v128.store(to + 3 * apart, v128.shuffle<f32>(high0, high1, 2, 3, 6, 7));
}

/**
 * One panel from rows `stride` bytes apart: of each row the 4 numbers at `from` and the 4 a `gap` behind; a
 * gap of 0 fills a half that nobody reads. Zeros from row `count` to `padded`.
 */
function packPanel(
  to: usize, from: usize, gap: usize, stride: usize, count: i32, padded: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let k = 0; k < count; k++) {
    v128.store(to, f32x4.mul(f, v128.load(from)));
    v128.store(to, f32x4.mul(f, v128.load(from + gap)), 16);
    from += stride;
    to += 32;
  }
  for (let k = count; k < padded; k++) {
    v128.store(to, zero());
    v128.store(to, zero(), 16);
    to += 32;
  }
}

/** The panels of a matrix of `count` rows and `columns` (a multiple of 4), with zeros where it ends. */
function packRows(
  to: usize, from: usize, stride: usize, count: i32, padded: i32, columns: i32, factor: f32,
): void {
  for (let c = 0; c < columns; c += 8) {
    packPanel(to, from + bytesOf(c), c + 4 < columns ? 16 : 0, stride, count, padded, factor);
    to += <usize>padded << 5;
  }
}

/** Four numbers of row r, zeros from row `count` on. */
@inline
function rowOrZero(from: usize, stride: usize, r: i32, count: i32): v128 {
  return r < count ? v128.load(from + <usize>r * stride) : zero();
}

/** The panels of a transposed matrix: 8 of its `count` rows, `width` numbers each (divides by 4), are a panel's columns. */
function packTurned(
  to: usize, from: usize, stride: usize, count: i32, width: i32, factor: f32,
): void {
  const f = f32x4.splat(factor);
  for (let r = 0; r < count; r += 8) {
    for (let c: usize = 0; c < bytesOf(width); c += 16) {
      for (let half = 0; half < 8; half += 4) {
        storeTurned(
          f32x4.mul(f, rowOrZero(from + c, stride, r + half, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 1, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 2, count)),
          f32x4.mul(f, rowOrZero(from + c, stride, r + half + 3, count)),
          to + bytesOf(half), 32,
        );
      }
      to += 128;
    }
  }
}

/**
 * Columns left .. right - 1 of `count` rows of `width` numbers become rows of up4(count). A cache line of every row
 * at a time.
 */
function turn(to: usize, from: usize, count: i32, width: i32, left: i32, right: i32): void {
  const stride = bytesOf(width);
  const apart = bytesOf(up4(count));
  for (let c0 = left; c0 < right; c0 += 16) {
    const end = min(c0 + 16, right);
    for (let r = 0; r < count; r += 4) {
      for (let c = c0; c < end; c += 4) {
        storeTurned(
          rowOrZero(from + bytesOf(c), stride, r, count),
          rowOrZero(from + bytesOf(c), stride, r + 1, count),
          rowOrZero(from + bytesOf(c), stride, r + 2, count),
          rowOrZero(from + bytesOf(c), stride, r + 3, count),
          to + <usize>c * apart + bytesOf(r), apart,
        );
      }
    }
  }
}

/**
 * Four rows of `inner` numbers times a panel: row n of the 8 results goes to to + n apart. Eight sums, two
 * vectors of the panel and four numbers of the rows fit the registers of x86. Not unrolled: V8 then moves
 * loads together, and they no longer do.
 */
function tile(
  a0: usize, a1: usize, a2: usize, a3: usize, panel: usize, inner: i32, to: usize, apart: usize,
): void {
  let y0 = zero();
  let y1 = zero();
  let y2 = zero();
  let y3 = zero();
  let z0 = zero();
  let z1 = zero();
  let z2 = zero();
  let z3 = zero();
  const bytes = bytesOf(inner);
  for (let k: usize = 0; k < bytes; k += 4) {
    let low = v128.load(panel);
    let high = v128.load(panel, 16);
    let x = v128.load32_splat(a0 + k);
    y0 = plus(y0, x, low);
    z0 = plus(z0, x, high);
    x = v128.load32_splat(a1 + k);
    y1 = plus(y1, x, low);
    z1 = plus(z1, x, high);
    x = v128.load32_splat(a2 + k);
    y2 = plus(y2, x, low);
    z2 = plus(z2, x, high);
    x = v128.load32_splat(a3 + k);
    y3 = plus(y3, x, low);
    z3 = plus(z3, x, high);
    panel += 32;
  }
  v128.store(to, y0);
  v128.store(to, z0, 16);
  to += apart;
  v128.store(to, y1);
  v128.store(to, z1, 16);
  to += apart;
  v128.store(to, y2);
  v128.store(to, z2, 16);
  to += apart;
  v128.store(to, y3);
  v128.store(to, z3, 16);
}

// --------------------------------------------------------------------------------------------- products

/** What becomes of the sums of a product. */
const STORE = 0;
const ADD = 1; // to `other`, which may be y itself
const SWIGLU = 2;
const SWIGLU_GRAD = 3;

/** Bytes of rows that are multiplied with one panel after another: half of a small second-level cache. */
const ROW_BLOCK: i32 = 1 << 17;
/** Rows of a gradient's factors that are summed at a time, as src/ops/product/kernel.ts counts its scratch. */
const DEPTH = 256;

/** Takes 8 results of `real` rows from TILE to where they belong: columns c .. c + 7 of rows from r. */
function finish(kind: i32, y: usize, other: usize, r: i32, real: i32, c: i32, columns: i32): void {
  if (kind == SWIGLU) return finishSwiglu(y, other, r, real, c >> 1, columns >> 1);
  const row = bytesOf(columns);
  const whole = c + 4 < columns;
  for (let n = 0; n < real; n++) {
    const low = v128.load(TILE + <usize>n * TILE_ROW);
    const high = v128.load(TILE + <usize>n * TILE_ROW, 16);
    const at = <usize>(r + n) * row + bytesOf(c);
    if (kind == STORE) {
      v128.store(y + at, low);
      if (whole) v128.store(y + at, high, 16);
    } else if (kind == ADD) {
      v128.store(y + at, f32x4.add(v128.load(other + at), low));
      if (whole) v128.store(y + at, f32x4.add(v128.load(other + at, 16), high), 16);
    } else {
      // Where there is no second half its place gets the first once more: one loop body is faster than two.
      const half: usize = whole ? 16 : 0;
      const pair = at + <usize>(r + n) * row;
      swigluGrad(low, other + pair, y + pair, row);
      swigluGrad(whole ? high : low, other + pair + half, y + pair + half, row);
    }
  }
}

/** Writes the gradients of 4 gates to `to`, and of their ups F behind. */
@inline
function swigluGrad(d: v128, both: usize, to: usize, F: usize): void {
  const one = f32x4.splat(1);
  const gate = v128.load(both);
  const up = v128.load(both + F);
  const s = sigmoid4(gate);
  const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(gate, f32x4.sub(one, s))));
  v128.store(to, f32x4.mul(f32x4.mul(d, up), slope));
  v128.store(to + F, f32x4.mul(f32x4.mul(d, gate), s));
}

/**
 * A row of TILE is 4 gates and their 4 ups, of hidden numbers c .. c + 3. Two rows at a time, so that two exps
 * share their constants.
 */
function finishSwiglu(both: usize, gated: usize, r: i32, real: i32, c: i32, F: i32): void {
  for (let n = 0; n < real; n += 2) {
    const m = min(n + 1, real - 1);
    const gate0 = v128.load(TILE + <usize>n * TILE_ROW);
    const gate1 = v128.load(TILE + <usize>m * TILE_ROW);
    const up0 = v128.load(TILE + <usize>n * TILE_ROW, 16);
    const up1 = v128.load(TILE + <usize>m * TILE_ROW, 16);
    const row0 = <usize>(r + n) * bytesOf(F);
    const row1 = <usize>(r + m) * bytesOf(F);
    const at = bytesOf(c);
    v128.store(both + 2 * row0 + at, gate0);
    v128.store(both + 2 * row0 + at + bytesOf(F), up0);
    v128.store(both + 2 * row1 + at, gate1);
    v128.store(both + 2 * row1 + at + bytesOf(F), up1);
    v128.store(gated + row0 + at, f32x4.mul(f32x4.mul(gate0, sigmoid4(gate0)), up0));
    v128.store(gated + row1 + at, f32x4.mul(f32x4.mul(gate1, sigmoid4(gate1)), up1));
  }
}

/**
 * Rows top .. rows - 1 of `inner` numbers (a multiple of 4) times the panels of columns left .. right - 1, of
 * `columns`; `kind` of what follows.
 */
function multiply(
  kind: i32, a: usize, panels: usize, y: usize, other: usize,
  top: i32, rows: i32, inner: i32, left: i32, right: i32, columns: i32,
): void {
  const row = bytesOf(inner);
  const block = max(4, (ROW_BLOCK / (inner << 2)) & ~3);
  for (let r0 = top; r0 < rows; r0 += block) {
    const end = min(r0 + block, rows);
    let panel = panels;
    for (let c = left; c < right; c += 8) {
      for (let r = r0; r < end; r += 4) {
        const real = min(4, rows - r);
        // Past the end the last row is repeated, and not stored.
        const a0 = a + <usize>r * row;
        const a1 = a + <usize>(r + min(1, real - 1)) * row;
        const a2 = a + <usize>(r + min(2, real - 1)) * row;
        const a3 = a + <usize>(r + min(3, real - 1)) * row;
        if (kind == STORE && real == 4 && c + 4 < columns) {
          tile(a0, a1, a2, a3, panel, inner, y + <usize>r * bytesOf(columns) + bytesOf(c), bytesOf(columns));
        } else {
          tile(a0, a1, a2, a3, panel, inner, TILE, TILE_ROW);
          finish(kind, y, other, r, real, c, columns);
        }
      }
      panel += <usize>inner << 5;
    }
  }
}

export function productNN(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  packRows(scratch, b, bytesOf(columns), inner, inner, columns, 1);
  multiply(STORE, a, scratch, y, 0, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productAdd(
  threads: i32,
  a: usize, b: usize, base: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  packRows(scratch, b, bytesOf(columns), inner, inner, columns, 1);
  multiply(ADD, a, scratch, y, base, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

/** A panel holds 4 gates and their 4 ups. */
export function productSwiglu(
  threads: i32,
  a: usize, b: usize, both: usize, gated: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  const F = columns >> 1;
  for (let c = 0; c < F; c += 4) {
    const to = scratch + <usize>(c >> 2) * (<usize>inner << 5);
    packPanel(to, b + bytesOf(c), bytesOf(F), bytesOf(columns), inner, inner, 1);
  }
  multiply(SWIGLU, a, scratch, both, gated, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productNT(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  packTurned(scratch, b, bytesOf(inner), columns, inner, 1);
  multiply(STORE, a, scratch, y, 0, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

export function productSwigluGrad(
  threads: i32,
  a: usize, b: usize, both: usize, dboth: usize,
  rows: i32, inner: i32, columns: i32,
  tall: i32, wide: i32, scratch: usize,
): void {
  packTurned(scratch, b, bytesOf(inner), columns, inner, 1);
  multiply(SWIGLU_GRAD, a, scratch, dboth, both, begin(part, rows, 4), begin(part + 1, rows, 4), inner, 0, columns, columns);
}

/** DEPTH of the many rows at a time, so that what is summed stays in the cache; `a` is turned first. */
export function productTN(
  threads: i32,
  a: usize, b: usize, y: usize,
  rows: i32, inner: i32, columns: i32,
  high: i32, wide: i32, scratch: usize,
): void {
  const panels = scratch + bytesOf(min(DEPTH, up4(inner))) * <usize>rows;
  // The longer side of the result is shared.
  const across = columns > rows;
  const top = across ? 0 : begin(part, rows, 16);
  const bottom = across ? rows : begin(part + 1, rows, 16);
  const left = across ? begin(part, columns, 8) : 0;
  const right = across ? begin(part + 1, columns, 8) : columns;
  for (let k = 0; k < inner; k += DEPTH) {
    const count = min(DEPTH, inner - k);
    const padded = up4(count);
    const from = b + <usize>k * bytesOf(columns) + bytesOf(left);
    turn(scratch, a + <usize>k * bytesOf(rows), count, rows, top, bottom);
    packRows(panels, from, bytesOf(columns), count, padded, right - left, 1);
    multiply(k == 0 ? STORE : ADD, scratch, panels, y, y, top, bottom, padded, left, right, columns);
  }
}

// ------------------------------------------------------------------------- positions and chunk averages

/** Turns four pairs by an angle in place: x, y become x cos − y sin, y cos + x sin. */
@inline
function turnPair4(x: usize, y: usize, cosine: v128, sine: v128): void {
  const a = v128.load(x);
  const b = v128.load(y);
  v128.store(x, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
  v128.store(y, f32x4.add(f32x4.mul(b, cosine), f32x4.mul(a, sine)));
}

@inline
function turnPair(x: usize, y: usize, cosine: f32, sine: f32): void {
  const a = load<f32>(x);
  const b = load<f32>(y);
  store<f32>(x, a * cosine - b * sine);
  store<f32>(y, b * cosine + a * sine);
}

/** Turns one head of `half` pairs by the angles of a row of the table; back where `sign` is −1. */
function turnHead(at: usize, angle: usize, half: i32, sign: f32): void {
  const other = bytesOf(half);
  if ((half & 3) == 0) {
    for (let c: usize = 0; c < other; c += 16) {
      const sine = f32x4.mul(f32x4.splat(sign), v128.load(angle + other + c));
      turnPair4(at + c, at + other + c, v128.load(angle + c), sine);
    }
  } else {
    for (let c: usize = 0; c < other; c += 4) {
      const sine = sign * load<f32>(angle + other + c);
      turnPair(at + c, at + other + c, load<f32>(angle + c), sine);
    }
  }
}

/** to = factor Σ of `count` rows of `width` numbers. */
function average(to: usize, from: usize, stride: usize, count: i32, width: usize, factor: f32): void {
  for (let c: usize = 0; c < width; c += 16) {
    let sum = zero();
    let at = from + c;
    for (let n = 0; n < count; n++) {
      sum = f32x4.add(sum, v128.load(at));
      at += stride;
    }
    v128.store(to + c, f32x4.mul(f32x4.splat(factor), sum));
  }
}

/** Adds `factor` times one row to `count` others. */
function spread(to: usize, stride: usize, count: i32, from: usize, width: usize, factor: f32): void {
  for (let c: usize = 0; c < width; c += 16) {
    const x = f32x4.mul(f32x4.splat(factor), v128.load(from + c));
    let at = to + c;
    for (let n = 0; n < count; n++) {
      v128.store(at, f32x4.add(v128.load(at), x));
      at += stride;
    }
  }
}

export function place(
  threads: i32,
  qkv: usize, table: usize, means: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32,
  scratch: usize,
): void {
  const width = bytesOf(headDim);
  const pieces = heads + 2 * kvHeads;
  const stride = <usize>pieces * width;
  const groups = (T + chunk - 1) / chunk;
  const B = threads / (groups * pieces);
  const share = <f32>1 / <f32>chunk;
  for (let one = begin(part, B * groups, 1); one < begin(part + 1, B * groups, 1); one++) {
    const b = one / groups;
    const group = one % groups;
    const first = group * chunk;
    const count = min(chunk, T - first);
    const tokens = qkv + <usize>(b * T + first) * stride;
    const mean = means + <usize>(b * summaries + group) * 2 * <usize>kvHeads * width;
    const keys = tokens + <usize>heads * width;
    const keyWidth = <usize>kvHeads * width;
    if (group < summaries && pre == 1) {
      average(mean, keys, stride, count, keyWidth, share);
      for (let kv = 0; kv < kvHeads; kv++) {
        const angle = table + <usize>(T + group) * width;
        turnHead(mean + <usize>kv * width, angle, headDim >> 1, 1);
      }
    }
    for (let n = 0; n < count; n++) {
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        const at = tokens + <usize>n * stride + <usize>piece * width;
        turnHead(at, table + <usize>(first + n) * width, headDim >> 1, 1);
      }
    }
    if (group < summaries) {
      if (pre != 1) average(mean, keys, stride, count, keyWidth, share);
      average(mean + keyWidth, keys + keyWidth, stride, count, keyWidth, share);
    }
  }
}

export function placeGrad(
  threads: i32,
  dqkv: usize, table: usize, dmeans: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32,
  scratch: usize,
): void {
  const width = bytesOf(headDim);
  const pieces = heads + 2 * kvHeads;
  const stride = <usize>pieces * width;
  const groups = (T + chunk - 1) / chunk;
  const B = threads / (groups * pieces);
  const share = <f32>1 / <f32>chunk;
  for (let one = begin(part, B * groups, 1); one < begin(part + 1, B * groups, 1); one++) {
    const b = one / groups;
    const group = one % groups;
    const first = group * chunk;
    const count = min(chunk, T - first);
    const tokens = dqkv + <usize>(b * T + first) * stride;
    const mean = dmeans + <usize>(b * summaries + group) * 2 * <usize>kvHeads * width;
    const keys = tokens + <usize>heads * width;
    const keyWidth = <usize>kvHeads * width;
    if (group < summaries) {
      if (pre != 1) spread(keys, stride, count, mean, keyWidth, share);
      spread(keys + keyWidth, stride, count, mean + keyWidth, keyWidth, share);
    }
    for (let n = 0; n < count; n++) {
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        const at = tokens + <usize>n * stride + <usize>piece * width;
        turnHead(at, table + <usize>(first + n) * width, headDim >> 1, -1);
      }
    }
    if (group < summaries && pre == 1) {
      for (let kv = 0; kv < kvHeads; kv++) {
        // dmeans is only read, so its key turns back in a copy.
        const head = mean + <usize>kv * width;
        memory.copy(scratch, head, width);
        turnHead(scratch, table + <usize>(T + group) * width, headDim >> 1, -1);
        spread(keys + <usize>kv * width, stride, count, scratch, width, share);
      }
    }
  }
}

// ------------------------------------------------------------------------------------------------ norms

export function rmsNorm(
  threads: i32,
  x: usize, gain: usize, y: usize, scale: usize,
  rows: i32, width: i32, eps: f32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, 1);
  x += <usize>top * bytes;
  y += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    let squared = zero();
    for (let c: usize = 0; c < bytes; c += 16) {
      squared = plus(squared, v128.load(x + c), v128.load(x + c));
    }
    const s = <f32>1 / sqrt<f32>(across(squared) / <f32>width + eps);
    for (let c: usize = 0; c < bytes; c += 16) {
      const scaled = f32x4.mul(v128.load(x + c), f32x4.splat(s));
      v128.store(y + c, f32x4.mul(scaled, v128.load(gain + c)));
    }
    store<f32>(scale + bytesOf(row), s);
    x += bytes;
    y += bytes;
  }
}

export function rmsNormGradX(
  threads: i32,
  x: usize, gain: usize, scale: usize, dy: usize, dx: usize,
  rows: i32, width: i32, keep: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, 1);
  x += <usize>top * bytes;
  dy += <usize>top * bytes;
  dx += <usize>top * bytes;
  for (let row = top; row < begin(part + 1, rows, 1); row++) {
    const s = load<f32>(scale + bytesOf(row));
    let along = zero();
    for (let c: usize = 0; c < bytes; c += 16) {
      along = plus(along, f32x4.mul(v128.load(gain + c), v128.load(dy + c)), v128.load(x + c));
    }
    const pull = f32x4.splat((across(along) * s * s) / <f32>width);
    for (let c: usize = 0; c < bytes; c += 16) {
      const g = f32x4.mul(v128.load(gain + c), v128.load(dy + c));
      const own = f32x4.mul(f32x4.splat(s), f32x4.sub(g, f32x4.mul(v128.load(x + c), pull)));
      v128.store(dx + c, keep == 1 ? f32x4.add(v128.load(dx + c), own) : own);
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** As in src/ops/rmsNorm/kernel.ts. */
const ROWS_PER_BLOCK = 128;

export function rmsNormGradGain(
  threads: i32,
  x: usize, scale: usize, dy: usize, partial: usize,
  rows: i32, width: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, rows, ROWS_PER_BLOCK);
  const bottom = begin(part + 1, rows, ROWS_PER_BLOCK);
  x += <usize>top * bytes;
  dy += <usize>top * bytes;
  partial += <usize>(top / ROWS_PER_BLOCK) * bytes;
  for (let first = top; first < bottom; first += ROWS_PER_BLOCK) {
    const end = min(first + ROWS_PER_BLOCK, bottom);
    memory.fill(partial, 0, bytes);
    for (let row = first; row < end; row++) {
      const s = v128.load32_splat(scale + bytesOf(row));
      for (let c: usize = 0; c < bytes; c += 16) {
        const product = f32x4.mul(v128.load(dy + c), v128.load(x + c));
        v128.store(partial + c, plus(v128.load(partial + c), product, s));
      }
      x += bytes;
      dy += bytes;
    }
    partial += bytes;
  }
}

export function sumBlocks(
  threads: i32,
  partial: usize, sums: usize,
  norms: i32, blocks: i32, width: i32, stride: i32,
  scratch: usize,
): void {
  const bytes = bytesOf(width);
  const top = begin(part, norms, 1);
  partial += <usize>(top * blocks) * bytes;
  sums += <usize>top * bytesOf(stride);
  for (let norm = top; norm < begin(part + 1, norms, 1); norm++) {
    for (let c: usize = 0; c < bytes; c += 16) {
      let sum = zero();
      for (let block = 0; block < blocks; block++) {
        sum = f32x4.add(sum, v128.load(partial + <usize>block * bytes + c));
      }
      v128.store(sums + c, sum);
    }
    partial += <usize>blocks * bytes;
    sums += bytesOf(stride);
  }
}

// ------------------------------------------------------------------------------------ the two ends, loss

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
  // A part has some of the vocabulary, for all rows.
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

/** Whether no number of `from` .. `to` is equal to `x`. */
@inline
function noneIs(x: f32, from: usize, to: usize): bool {
  while (from < to) {
    if (load<f32>(from) == x) return false;
    from += 4;
  }
  return true;
}

/** Logits lie in whole vectors; those past the vocabulary count for nothing and become 0. */
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
    const hit = own == best && noneIs(best, logits, goal);
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

// -------------------------------------------------------------------------------------------- optimizer

/** As in src/ops/adamw/kernel.ts. */
const SQUARES_PER_THREAD = 256;

/** `count` divides by 64. */
export function squares(threads: i32, gradient: usize, partial: usize, count: i32, scratch: usize): void {
  const top = begin(part, count, SQUARES_PER_THREAD);
  const bottom = begin(part + 1, count, SQUARES_PER_THREAD);
  gradient += bytesOf(top);
  partial += bytesOf(top / SQUARES_PER_THREAD);
  for (let first = top; first < bottom; first += SQUARES_PER_THREAD) {
    const end = gradient + bytesOf(min(SQUARES_PER_THREAD, count - first));
    let s0 = zero();
    let s1 = zero();
    let s2 = zero();
    let s3 = zero();
    while (gradient < end) {
      s0 = plus(s0, v128.load(gradient), v128.load(gradient));
      s1 = plus(s1, v128.load(gradient, 16), v128.load(gradient, 16));
      s2 = plus(s2, v128.load(gradient, 32), v128.load(gradient, 32));
      s3 = plus(s3, v128.load(gradient, 48), v128.load(gradient, 48));
      gradient += 64;
    }
    store<f32>(partial, across(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
    partial += 4;
  }
}

/** In order and in double precision, as the plain loops. Never in parts: one number comes out. */
export function settle(
  threads: i32,
  partial: usize, report: usize, ring: usize,
  count: i32, rows: i32, slot: i32, share: f32,
  scratch: usize,
): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += <f64>load<f32>(partial + bytesOf(i));
  let both = f64x2.splat(0); // loss, hits
  for (let row = 0; row < rows; row++) {
    both = f64x2.add(both, f64x2.promote_low_f32x4(v128.load64_zero(report + (<usize>row << 3))));
  }
  const to = ring + (<usize>slot << 4);
  store<f32>(to, <f32>sqrt<f64>(sum));
  store<f32>(to, <f32>(f64x2.extract_lane(both, 0) * <f64>share), 4);
  store<f32>(to, <f32>(f64x2.extract_lane(both, 1) * <f64>share), 8);
  store<f32>(to, 0, 12);
}

export function adamw(
  threads: i32,
  gradient: usize, ring: usize, w: usize, m: usize, v: usize,
  count: i32, slot: i32, rate: f32, beta1: f32, beta2: f32, eps: f32, shrink: f32,
  correct1: f32, correct2: f32, clip: f32,
  scratch: usize,
): void {
  const norm = load<f32>(ring + (<usize>slot << 4));
  const scale = f32x4.splat(min<f32>(1, clip / (norm + <f32>1e-6)));
  const step = f32x4.splat(rate / correct1);
  const lift = f32x4.splat(<f32>1 / correct2);
  const end = bytesOf(begin(part + 1, count, 64));
  for (let i = bytesOf(begin(part, count, 64)); i < end; i += 16) {
    const g = f32x4.mul(v128.load(gradient + i), scale);
    const mi = plus(f32x4.mul(f32x4.splat(beta1), v128.load(m + i)), f32x4.splat(1 - beta1), g);
    const squared = f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(g, g));
    const vi = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(v + i)), squared);
    v128.store(m + i, mi);
    v128.store(v + i, vi);
    const root = f32x4.sqrt(f32x4.mul(vi, lift));
    const change = f32x4.div(f32x4.mul(step, mi), f32x4.add(root, f32x4.splat(eps)));
    v128.store(w + i, f32x4.sub(f32x4.mul(v128.load(w + i), f32x4.splat(shrink)), change));
  }
}

// -------------------------------------------------------------------------------------------- attention
//
// Four queries (or four keys) at a time, as products: panels of the keys are made once for each key-value
// head, four rows of scores are computed with `tile`, made into weights, and multiplied with panels of the
// values. A row of scores covers the keys that any of the four reads, in whole panels; what one of them does
// not read is hidden by a weight of zero.

/**
 * How parts share attention: whole key-value heads of sequences where there are enough of them for every part to have
 * as many; else each part takes every `parts`-th four rows of every head.
 */
@inline
function byHeads(units: i32): bool {
  return units % parts == 0 || units >= 6 * parts;
}

/** Sets the numbers from .. to - 1 of a row of scores. */
function hide(row: usize, from: i32, to: i32, value: f32): void {
  for (let n = from; n < to; n++) store<f32>(row + bytesOf(n), value);
}

/** Four rows times one panel after another: the results lie in rows `apart` bytes from one another. */
function scoresOf(
  a0: usize, a1: usize, a2: usize, a3: usize, panels: usize, inner: i32, count: i32, to: usize, apart: usize,
): void {
  for (let n = 0; n < count; n += 8) {
    tile(a0, a1, a2, a3, panels, inner, to, apart);
    panels += <usize>inner << 5;
    to += 32;
  }
}

/**
 * A row of scores, whole panels, becomes exp(s − less) in place; returns its sum. Four vectors at a time, as V8
 * makes exp's constants anew each time around.
 */
function exponents(row: usize, bytes: usize, less: f32): f32 {
  const shift = f32x4.splat(less);
  let total0 = zero();
  let total1 = zero();
  const end = row + bytes;
  for (; row + 32 < end; row += 64) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    const p2 = exp4(f32x4.sub(v128.load(row, 32), shift));
    const p3 = exp4(f32x4.sub(v128.load(row, 48), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    v128.store(row, p2, 32);
    v128.store(row, p3, 48);
    total0 = f32x4.add(total0, f32x4.add(p0, p2));
    total1 = f32x4.add(total1, f32x4.add(p1, p3));
  }
  if (row < end) {
    const p0 = exp4(f32x4.sub(v128.load(row), shift));
    const p1 = exp4(f32x4.sub(v128.load(row, 16), shift));
    v128.store(row, p0);
    v128.store(row, p1, 16);
    total0 = f32x4.add(total0, p0);
    total1 = f32x4.add(total1, p1);
  }
  return across(f32x4.add(total0, total1));
}

/** Scores become weights exp(s − highest); `stat` gets log Σ exp s. Returns 1 / Σ of the weights. */
function soften(row: usize, bytes: usize, stat: usize): f32 {
  let most0 = f32x4.splat(LOW);
  let most1 = most0;
  for (let n: usize = 0; n < bytes; n += 32) {
    most0 = f32x4.pmax(most0, v128.load(row + n));
    most1 = f32x4.pmax(most1, v128.load(row + n, 16));
  }
  const top = highest(f32x4.pmax(most0, most1));
  const sum = exponents(row, bytes, top);
  store<f32>(stat, top + <f32>Math.log(sum));
  store<f32>(stat, 0, 4);
  return <f32>1 / sum;
}

/** row + value, for all of it. */
function raise(row: usize, bytes: usize, value: f32): void {
  for (let n: usize = 0; n < bytes; n += 16) {
    v128.store(row + n, f32x4.add(v128.load(row + n), f32x4.splat(value)));
  }
}

/** Four rows of weights times panels of values, of tokens and of summaries: 8 columns into TILE. */
function gather(
  rows: usize, apart: usize, tokens: usize, count: i32, means: usize, meanCount: i32,
): void {
  tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, tokens, count, TILE, TILE_ROW);
  if (meanCount == 0) return;
  const own = rows + bytesOf(count);
  tile(own, own + apart, own + 2 * apart, own + 3 * apart, means, meanCount, TILE + 128, TILE_ROW);
  for (let n: usize = 0; n < 128; n += 16) {
    v128.store(TILE + n, f32x4.add(v128.load(TILE + n), v128.load(TILE + 128 + n)));
  }
}

/** A row of 8 results of TILE, times a factor, to where 4 or 8 columns are. */
@inline
function storeRow(to: usize, n: i32, factor: f32, whole: bool): void {
  const from = TILE + <usize>n * TILE_ROW;
  v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from)));
  if (whole) v128.store(to, f32x4.mul(f32x4.splat(factor), v128.load(from, 16)), 16);
}

export function attentionForward(
  threads: i32,
  qkv: usize, means: usize, first: usize, out: usize, stats: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  const S8 = up8(summaries);
  const keys = scratch;
  const meanKeys = keys + <usize>T8 * width;
  const values = meanKeys + <usize>S8 * width;
  const meanValues = values + <usize>T8 * bytesOf(up8(d));
  const scores = meanValues + <usize>S8 * bytesOf(up8(d));
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && (b * kvHeads + kv) % parts != part) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packRows(values, key + <usize>kvHeads * width, stride, T, T8, d, 1);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTurned(meanKeys, meanKey, meanStride, summaries, d, scale);
        packRows(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, S8, d, 1);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
          // Past the end the last query is repeated.
          const t1 = min(t + 1, T - 1);
          const t2 = min(t + 2, T - 1);
          const t3 = min(t + 3, T - 1);
          const rows = qkv + <usize>(b * T) * stride + <usize>h * width;
          const q0 = rows + <usize>t * stride;
          const q1 = rows + <usize>t1 * stride;
          const q2 = rows + <usize>t2 * stride;
          const q3 = rows + <usize>t3 * stride;
          const from = load<i32>(first + bytesOf(t)) & ~7;
          const count = up8(t3 + 1) - from;
          const meanCount = chunk > 0 ? up8(load<i32>(first + bytesOf(t3)) / chunk) : 0;
          const bytes = bytesOf(count + meanCount);
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, count, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(count), bytes);
          for (let n = 0; n < 4; n++) {
            const tn = min(t + n, T - 1);
            const start = load<i32>(first + bytesOf(tn));
            const row = scores + <usize>n * bytes;
            hide(row, 0, start - from, LOW);
            hide(row, tn + 1 - from, count, LOW);
            if (meanCount > 0) {
              raise(row + bytesOf(count), bytesOf(meanCount), bias);
              hide(row, count + start / chunk, count + meanCount, LOW);
            }
            const stat = stats + (<usize>((b * heads + h) * T + tn) << 3);
            store<f32>(TILE + 128 + bytesOf(n), soften(row, bytes, stat));
          }
          const f0 = load<f32>(TILE + 128);
          const f1 = load<f32>(TILE + 132);
          const f2 = load<f32>(TILE + 136);
          const f3 = load<f32>(TILE + 140);
          const outStride = <usize>heads * width;
          for (let c = 0; c < d; c += 8) {
            const value = values + <usize>T8 * bytesOf(c) + (<usize>from << 5);
            gather(scores, bytes, value, count, meanValues + <usize>S8 * bytesOf(c), meanCount);
            const to = out + <usize>(b * T) * outStride + <usize>h * width + bytesOf(c);
            const both = c + 4 < d;
            storeRow(to + <usize>t * outStride, 0, f0, both);
            storeRow(to + <usize>t1 * outStride, 1, f1, both);
            storeRow(to + <usize>t2 * outStride, 2, f2, both);
            storeRow(to + <usize>t3 * outStride, 3, f3, both);
          }
        }
      }
    }
  }
}

/** Scores become ds / scale = exp(s − lse) (dp − delta), with the same lse and delta for the row. */
function slope(row: usize, dp: usize, bytes: usize, lse: f32, delta: f32): void {
  exponents(row, bytes, lse);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), f32x4.splat(delta));
    v128.store(row + n, f32x4.mul(v128.load(row + n), difference));
  }
}

/** a · b of `bytes` bytes. */
@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sum = zero();
  for (let c: usize = 0; c < bytes; c += 16) sum = plus(sum, v128.load(a + c), v128.load(b + c));
  return across(sum);
}

export function attentionGradQuery(
  threads: i32,
  qkv: usize, means: usize, first: usize, out: usize, dout: usize, stats: usize, dqkv: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, queries: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  const S8 = up8(summaries);
  // Keys twice: turned for the scores, and as they are for dq. Both carry the scale.
  const keys = scratch;
  const meanKeys = keys + <usize>T8 * width;
  const values = meanKeys + <usize>S8 * width;
  const meanValues = values + <usize>T8 * width;
  const keyRows = meanValues + <usize>S8 * width;
  const meanKeyRows = keyRows + <usize>T8 * bytesOf(up8(d));
  const scores = meanKeyRows + <usize>S8 * bytesOf(up8(d));
  const slopes = scores + 4 * bytesOf(T8 + S8);
  const whole = byHeads(B * kvHeads);
  const t0 = whole ? 0 : part << 2;
  const stepT = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let kv = 0; kv < kvHeads; kv++) {
      if (whole && (b * kvHeads + kv) % parts != part) continue;
      const key = qkv + <usize>(b * T) * stride + <usize>(heads + kv) * width;
      packTurned(keys, key, stride, T, d, scale);
      packTurned(values, key + <usize>kvHeads * width, stride, T, d, 1);
      packRows(keyRows, key, stride, T, T8, d, scale);
      if (summaries > 0) {
        const meanKey = means + <usize>(b * summaries) * meanStride + <usize>kv * width;
        packTurned(meanKeys, meanKey, meanStride, summaries, d, scale);
        packTurned(meanValues, meanKey + <usize>kvHeads * width, meanStride, summaries, d, 1);
        packRows(meanKeyRows, meanKey, meanStride, summaries, S8, d, scale);
      }
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = t0; t < T; t += stepT) {
          const t1 = min(t + 1, T - 1);
          const t2 = min(t + 2, T - 1);
          const t3 = min(t + 3, T - 1);
          const rows = qkv + <usize>(b * T) * stride + <usize>h * width;
          const grads = dout + <usize>(b * T) * outStride + <usize>h * width;
          const from = load<i32>(first + bytesOf(t)) & ~7;
          const count = up8(t3 + 1) - from;
          const meanCount = chunk > 0 ? up8(load<i32>(first + bytesOf(t3)) / chunk) : 0;
          const bytes = bytesOf(count + meanCount);
          const q0 = rows + <usize>t * stride;
          const q1 = rows + <usize>t1 * stride;
          const q2 = rows + <usize>t2 * stride;
          const q3 = rows + <usize>t3 * stride;
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, count, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(count), bytes);
          const g0 = grads + <usize>t * outStride;
          const g1 = grads + <usize>t1 * outStride;
          const g2 = grads + <usize>t2 * outStride;
          const g3 = grads + <usize>t3 * outStride;
          scoresOf(g0, g1, g2, g3, values + <usize>from * width, d, count, slopes, bytes);
          scoresOf(g0, g1, g2, g3, meanValues, d, meanCount, slopes + bytesOf(count), bytes);
          for (let n = 0; n < 4; n++) {
            const tn = min(t + n, T - 1);
            const start = load<i32>(first + bytesOf(tn));
            const stat = stats + (<usize>((b * heads + h) * T + tn) << 3);
            const lse = load<f32>(stat);
            const at = <usize>(b * T + tn) * outStride + <usize>h * width;
            const delta = dot(out + at, dout + at, width);
            store<f32>(stat, delta, 4);
            const row = scores + <usize>n * bytes;
            const dp = slopes + <usize>n * bytes;
            slope(row, dp, bytesOf(count), lse, delta);
            hide(row, 0, start - from, 0);
            hide(row, tn + 1 - from, count, 0);
            if (meanCount > 0) {
              slope(row + bytesOf(count), dp + bytesOf(count), bytesOf(meanCount), lse - bias, delta);
              hide(row, count + start / chunk, count + meanCount, 0);
            }
          }
          for (let c = 0; c < d; c += 8) {
            const keyRow = keyRows + <usize>T8 * bytesOf(c) + (<usize>from << 5);
            gather(scores, bytes, keyRow, count, meanKeyRows + <usize>S8 * bytesOf(c), meanCount);
            const to = dqkv + <usize>(b * T) * stride + <usize>h * width + bytesOf(c);
            const both = c + 4 < d;
            storeRow(to + <usize>t * stride, 0, 1, both);
            storeRow(to + <usize>t1 * stride, 1, 1, both);
            storeRow(to + <usize>t2 * stride, 2, 1, both);
            storeRow(to + <usize>t3 * stride, 3, 1, both);
          }
        }
      }
    }
  }
}

/** Scores of one key become weights p = exp(s − lse), and dp becomes ds / scale = p (dp − delta), query by query. */
function slopeOfKey(row: usize, dp: usize, bytes: usize, lse: usize, delta: usize, bias: f32): void {
  for (let n: usize = 0; n < bytes; n += 16) {
    v128.store(row + n, f32x4.sub(v128.load(row + n), v128.load(lse + n)));
  }
  exponents(row, bytes, -bias);
  for (let n: usize = 0; n < bytes; n += 16) {
    const difference = f32x4.sub(v128.load(dp + n), v128.load(delta + n));
    v128.store(dp + n, f32x4.mul(v128.load(row + n), difference));
  }
}

/** Four rows times panels `panelBytes` apart: d columns, to `real` rows `stride` bytes apart, added unless `fresh`. */
function collect(
  rows: usize, apart: usize, count: i32, panels: usize, panelBytes: usize, d: i32,
  to: usize, stride: usize, real: i32, fresh: bool,
): void {
  for (let c = 0; c < d; c += 8) {
    tile(rows, rows + apart, rows + 2 * apart, rows + 3 * apart, panels, count, TILE, TILE_ROW);
    for (let n = 0; n < real; n++) {
      const at = to + <usize>n * stride + bytesOf(c);
      const from = TILE + <usize>n * TILE_ROW;
      const low = v128.load(from);
      const high = v128.load(from, 16);
      v128.store(at, fresh ? low : f32x4.add(v128.load(at), low));
      if (c + 4 < d) v128.store(at, fresh ? high : f32x4.add(v128.load(at, 16), high), 16);
    }
    panels += panelBytes;
  }
}

export function attentionGradKeys(
  threads: i32,
  qkv: usize, means: usize, readers: usize, dout: usize, stats: usize, dqkv: usize, dmeans: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  D4: i32, keys: i32, scratch: usize,
): void {
  const d = D4 << 2;
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const outStride = <usize>heads * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const valueAt = <usize>kvHeads * width;
  const share = heads / kvHeads;
  const T8 = up8(T);
  // Queries and dout twice: turned for the scores, and as they are for dk and dv.
  const queries = scratch;
  const grads = queries + <usize>T8 * width;
  const queryRows = grads + <usize>T8 * width;
  const gradRows = queryRows + <usize>T8 * bytesOf(up8(d));
  const lses = gradRows + <usize>T8 * bytesOf(up8(d));
  const deltas = lses + bytesOf(T8);
  const scores = deltas + bytesOf(T8);
  const slopes = scores + 4 * bytesOf(T8);
  const whole = byHeads(B * kvHeads);
  const j0 = whole ? 0 : part << 2;
  const stepJ = whole ? 4 : parts << 2;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < heads; h++) {
      const kv = h / share;
      if (whole && (b * kvHeads + kv) % parts != part) continue;
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
      for (let phase = 0; phase < 2; phase++) {
        const count = phase == 0 ? T : summaries;
        const apart = phase == 0 ? stride : meanStride;
        const row0 =
          phase == 0
            ? <usize>(b * T) * stride + <usize>(heads + kv) * width
            : <usize>(b * summaries) * meanStride + <usize>kv * width;
        const source = (phase == 0 ? qkv : means) + row0;
        const target = (phase == 0 ? dqkv : dmeans) + row0;
        const reader = readers + (phase == 0 ? 0 : <usize>T << 3);
        for (let j = j0; j < count; j += stepJ) {
          const real = min(4, count - j);
          // Past the end the last key is repeated, and not stored.
          const k0 = source + <usize>j * apart;
          const k1 = source + <usize>(j + min(1, real - 1)) * apart;
          const k2 = source + <usize>(j + min(2, real - 1)) * apart;
          const k3 = source + <usize>(j + min(3, real - 1)) * apart;
          const from = load<i32>(reader + (<usize>j << 3)) & ~7;
          const span = up8(load<i32>(reader + (<usize>(j + real - 1) << 3), 4) + 1) - from;
          const bytes = bytesOf(span);
          scoresOf(k0, k1, k2, k3, queries + <usize>from * width, d, span, scores, bytes);
          scoresOf(
            k0 + valueAt, k1 + valueAt, k2 + valueAt, k3 + valueAt,
            grads + <usize>from * width, d, span, slopes, bytes,
          );
          for (let n = 0; n < 4; n++) {
            const own = reader + (<usize>(j + min(n, real - 1)) << 3);
            const begin = load<i32>(own) - from;
            const end = load<i32>(own, 4) + 1 - from;
            const row = scores + <usize>n * bytes;
            const dp = slopes + <usize>n * bytes;
            slopeOfKey(row, dp, bytes, lses + bytesOf(from), deltas + bytesOf(from), phase == 0 ? 0 : bias);
            hide(row, 0, begin, 0);
            hide(row, end, span, 0);
            hide(dp, 0, begin, 0);
            hide(dp, end, span, 0);
          }
          const to = target + <usize>j * apart;
          const fresh = h == kv * share;
          const panels = <usize>from << 5;
          const panelBytes = <usize>T8 << 5;
          collect(slopes, bytes, span, queryRows + panels, panelBytes, d, to, apart, real, fresh);
          collect(scores, bytes, span, gradRows + panels, panelBytes, d, to + valueAt, apart, real, fresh);
        }
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------- pictures
//
// A cell is kept as src/ops/attention/probe.ts writes it while its queries come in: what was read exactly counts for
// more than what was read through summaries, and both for more than what was not read.

/** As in src/ops/attention/probe.ts. */
const SUMMARY_OFFSET: f32 = 2;
const BLOCKED_CELL: f32 = -1;
/** Rows of a picture that a part takes at a time: few, since the last rows of a causal picture cost most. */
const PICTURE_ROWS = 4;

/** Takes an exact weight into a cell, which may hold one read through a summary. */
@inline
function intoCell(cell: usize, weight: f32): void {
  const held = load<f32>(cell);
  store<f32>(cell, max(held >= SUMMARY_OFFSET ? held - SUMMARY_OFFSET : held, weight));
}

/** Takes the weight of a summary, of one of its tokens, into a cell, which may hold an exact one. */
@inline
function summaryIntoCell(cell: usize, weight: f32): void {
  const held = load<f32>(cell);
  const exact = held >= 0 && held < SUMMARY_OFFSET;
  store<f32>(cell, max(held, exact ? weight : SUMMARY_OFFSET + weight));
}

/** The weights of query t, of keys `from` .. and then of summaries, into the cells of its row. */
function drawRow(
  row: usize, weights: usize, meanWeights: usize, t: i32, start: i32, from: i32, chunk: i32, factor: i32,
): void {
  for (let key = start; key <= t; ) {
    const column = key / factor;
    const end = min((column + 1) * factor, t + 1);
    let most: f32 = 0;
    for (; key < end; key++) most = max(most, load<f32>(weights + bytesOf(key - from)));
    intoCell(row + bytesOf(column), most);
  }
  if (chunk == 0) return;
  const count = start / chunk;
  for (let c = 0; c < count; c++) {
    const weight = load<f32>(meanWeights + bytesOf(c)) / <f32>chunk;
    const last = ((c + 1) * chunk - 1) / factor;
    for (let column = (c * chunk) / factor; column <= last; column++) {
      summaryIntoCell(row + bytesOf(column), weight);
    }
  }
}

export function attentionProbe(
  threads: i32,
  qkv: usize, means: usize, first: usize, stats: usize, cells: usize,
  B: i32, T: i32, summaries: i32, heads: i32, kvHeads: i32, chunk: i32, scale: f32, bias: f32,
  d: i32, size: i32, factor: i32, every: i32, scratch: usize,
): void {
  const width = bytesOf(d);
  const stride = <usize>(heads + 2 * kvHeads) * width;
  const meanStride = <usize>(2 * kvHeads) * width;
  const share = heads / kvHeads;
  const keys = scratch;
  const meanKeys = keys + <usize>up8(T) * width;
  const asked = meanKeys + <usize>up8(summaries) * width; // queries of four at a time
  const scores = asked + 16;
  for (let h = 0; h < heads; h++) {
    const kv = h / share;
    packTurned(keys, qkv + <usize>(heads + kv) * width, stride, T, d, scale);
    if (summaries > 0) packTurned(meanKeys, means + <usize>kv * width, meanStride, summaries, d, scale);
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
          // Past the last one it is repeated, and not drawn.
          for (let n = count; n < 4; n++) store<i32>(asked + bytesOf(n), t);
          let from = T;
          let until = 0;
          let meanUntil = 0;
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const start = load<i32>(first + bytesOf(tn));
            from = min(from, start);
            until = max(until, tn + 1);
            if (chunk > 0) meanUntil = max(meanUntil, start / chunk);
          }
          from = from & ~7;
          const tokens = up8(until) - from;
          const meanCount = up8(meanUntil);
          const bytes = bytesOf(tokens + meanCount);
          const q0 = query + <usize>load<i32>(asked) * stride;
          const q1 = query + <usize>load<i32>(asked, 4) * stride;
          const q2 = query + <usize>load<i32>(asked, 8) * stride;
          const q3 = query + <usize>load<i32>(asked, 12) * stride;
          scoresOf(q0, q1, q2, q3, keys + <usize>from * width, d, tokens, scores, bytes);
          scoresOf(q0, q1, q2, q3, meanKeys, d, meanCount, scores + bytesOf(tokens), bytes);
          for (let n = 0; n < count; n++) {
            const tn = load<i32>(asked + bytesOf(n));
            const weights = scores + <usize>n * bytes;
            const meanWeights = weights + bytesOf(tokens);
            const lse = load<f32>(stat + (<usize>tn << 3));
            exponents(weights, bytesOf(tokens), lse);
            if (meanCount > 0) exponents(meanWeights, bytesOf(meanCount), lse - bias);
            const start = load<i32>(first + bytesOf(tn));
            const own = picture + <usize>(tn / factor) * bytesOf(size);
            drawRow(own, weights, meanWeights, tn, start, from, chunk, factor);
          }
          count = 0;
        }
      }
    }
  }
}
