/**
 * The kernels of src/ops for WebAssembly, four numbers at a time (SIMD). AssemblyScript, compiled by
 * scripts/build/simd.mjs. Each has the name of the kernel whose formula it computes and whose plain loops
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

import {
  across, begin, bytesOf, exp4, firstLanes, highest, LOW, packPanel, packRows, packTurned, part,
  plus, sigmoid4, TILE, tile, TILE_ROW, turn, up4, zero,
} from './simdTile.as';

export { part, parts } from './simdTile.as';
export { attentionForward, attentionGradKeys, attentionGradQuery, attentionProbe } from './simdAttention.as';
export { tiledForward, tiledGradKeys, tiledGradQuery, tiledProbe } from './simdTiled.as';

// --------------------------------------------------------------------------------------------- products

/** What to do with the sums of a product. */
const STORE = 0;
const ADD = 1; // to `other`, which may be y itself
const SWIGLU = 2;
const SWIGLU_GRAD = 3;

/** Bytes of rows that are multiplied with one panel after the other: half of a small L2 cache. */
const ROW_BLOCK: i32 = 1 << 17;
/** Rows of a gradient's factors that are summed at a time, as src/ops/product/kernel.ts counts its scratch. */
const DEPTH = 256;

/** Writes 8 results of `real` rows from TILE to their destination: columns c .. c + 7 of rows from r on. */
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
      // Without a second half the first one is repeated in its place: one loop body is faster than two.
      const half: usize = whole ? 16 : 0;
      const pair = at + <usize>(r + n) * row;
      swigluGrad(low, other + pair, y + pair, row);
      swigluGrad(whole ? high : low, other + pair + half, y + pair + half, row);
    }
  }
}

/** Writes the gradients of 4 gates to `to`, and of their ups F numbers after it. */
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
 * `columns`; `kind` says what follows.
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

/** DEPTH of the many rows at a time, so that the sums stay in the cache; `a` is transposed first. */
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

/** Rotates one head of `half` pairs by the angles of a row of the table; backwards if `sign` is −1. */
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
  qkv: usize, table: usize, positions: usize, means: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32, own: i32,
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
      const t = first + n;
      const angle = table + <usize>(own == 1 ? load<i32>(positions + bytesOf(b * T + t)) : t) * width;
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        turnHead(tokens + <usize>n * stride + <usize>piece * width, angle, headDim >> 1, 1);
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
  dqkv: usize, table: usize, positions: usize, dmeans: usize,
  T: i32, summaries: i32, heads: i32, kvHeads: i32, headDim: i32, chunk: i32, pre: i32, own: i32,
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
      const t = first + n;
      const angle = table + <usize>(own == 1 ? load<i32>(positions + bytesOf(b * T + t)) : t) * width;
      for (let piece = 0; piece < heads + kvHeads; piece++) {
        turnHead(tokens + <usize>n * stride + <usize>piece * width, angle, headDim >> 1, -1);
      }
    }
    if (group < summaries && pre == 1) {
      for (let kv = 0; kv < kvHeads; kv++) {
        // dmeans is read-only, so its key is rotated back in a copy.
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

/** Whether no number of `from` .. `to` is equal to `x`. */
@inline
function noneIs(x: f32, from: usize, to: usize): bool {
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

/** In order and in double precision, like the plain loops. Never in parts: the result is one number. */
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
