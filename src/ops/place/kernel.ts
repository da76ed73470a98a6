/**
 * @file The step between the products and attention: rotary positions (Su et al. 2021; rotate-half layout as in Hugging
 * Face's Llama) and the chunk averages of the approximate pattern (our reconstruction of LGA).
 *
 * Queries, keys and values of a token lie side by side in a row of qkv, [H d | kvH d | kvH d]. The pairs
 * (x[i], x[i + d/2]) of every query and key head rotate by the angle of their position:
 *
 * y[i]       = x[i] cos − x[i + d/2] sin        0 <= i < d/2
 * y[i + d/2] = x[i + d/2] cos + x[i] sin
 */
import { defineKernel } from '../../program/kernel';

const uniforms = {
  T: 'u32', // tokens
  summaries: 'u32', // of each sequence
  heads: 'u32',
  kvHeads: 'u32',
  headDim: 'u32',
  chunk: 'u32', // tokens per summary; 1 if there are none
  pre: 'u32', // 1: keys are averaged before rotation, by the angle of the chunk's centre
  own: 'u32', // 1: each token has its own position; 0: its index in the sequence
} as const;

/** What thread i works on: `chunk` tokens from `first` of one head of one sequence. */
const OPEN = /* wgsl */ `
  let d = uniforms.headDim;
  let half = d / 2u;
  let parts = uniforms.heads + 2u * uniforms.kvHeads;
  let groups = (uniforms.T + uniforms.chunk - 1u) / uniforms.chunk;
  let part = i % parts;
  let group = i / parts % groups;
  let b = i / parts / groups;
  let first = group * uniforms.chunk;
  let end = min(first + uniforms.chunk, uniforms.T);
  let turns = part < uniforms.heads + uniforms.kvHeads;
  let averaged = part >= uniforms.heads && group < uniforms.summaries;
  let mean = (b * uniforms.summaries + group) * 2u * uniforms.kvHeads * d
    + select(0u, part - uniforms.heads, averaged) * d;
  let before = turns && uniforms.pre == 1u && averaged;
  let share = 1.0 / f32(uniforms.chunk);`;

/**
 * Rotates queries and keys in place; means[b, c] = the average key and value of chunk c, the key after rotation, or
 * before it (`pre`). One thread per (sequence, chunk, head), so no thread reads what another one rotates.
 */
export const place = defineKernel({
  name: 'place',
  buffers: {
    qkv: 'update f32', // [B T, (H + 2 kvH) d]
    table: 'read f32', // [T (+ summaries), d]: d/2 cosines, then d/2 sines
    positions: 'read i32', // [B T], used if `own` is 1
    means: 'write f32', // [B summaries, 2 kvH d]: keys, then values
  },
  uniforms,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {${OPEN}
  for (var c = 0u; c < half; c++) {
    var low = 0.0;
    var high = 0.0;
    for (var t = first; t < end; t++) {
      let at = ((b * uniforms.T + t) * parts + part) * d + c;
      var x = qkv[at];
      var y = qkv[at + half];
      if (before) { low += x; high += y; }
      if (turns) {
        var position = t;
        if (uniforms.own == 1u) { position = u32(positions[b * uniforms.T + t]); }
        let cosine = table[position * d + c];
        let sine = table[position * d + half + c];
        let turned = x * cosine - y * sine;
        y = y * cosine + x * sine;
        x = turned;
        qkv[at] = x;
        qkv[at + half] = y;
      }
      if (!before) { low += x; high += y; }
    }
    if (averaged) {
      low *= share;
      high *= share;
      if (before) {
        let angle = (uniforms.T + group) * d + c;
        let turned = low * table[angle] - high * table[angle + half];
        high = high * table[angle] + low * table[angle + half];
        low = turned;
      }
      means[mean + c] = low;
      means[mean + half + c] = high;
    }
  }
}`,
  host({ qkv, table, positions, means }, u) {
    eachGroup(qkv.length, u, ({ b, group, first, end, part, turns, mean }) => {
      const { T, chunk, headDim: d, own } = u;
      const parts = u.heads + 2 * u.kvHeads;
      const half = d / 2;
      const before = turns && u.pre === 1;
      for (let c = 0; c < half; c++) {
        let [low, high] = [0, 0];
        for (let t = first; t < end; t++) {
          const at = ((b * T + t) * parts + part) * d + c;
          const [x, y] = [qkv[at]!, qkv[at + half]!];
          if (turns) {
            const angle = (own === 1 ? positions[b * T + t]! : t) * d + c;
            const [cosine, sine] = [table[angle]!, table[angle + half]!];
            qkv[at] = x * cosine - y * sine;
            qkv[at + half] = y * cosine + x * sine;
          }
          low += before ? x : qkv[at]!;
          high += before ? y : qkv[at + half]!;
        }
        if (mean === undefined) continue;
        low /= chunk;
        high /= chunk;
        const angle = (T + group) * d + c;
        means[mean + c] = before ? low * table[angle]! - high * table[angle + half]! : low;
        means[mean + half + c] = before ? high * table[angle]! + low * table[angle + half]! : high;
      }
    });
  },
  work: ({ headDim, chunk }, _, threads) => 5 * threads * headDim * chunk,
});

/**
 * The gradient of `place`: the gradient of the averages is distributed to their tokens, and everything is rotated back.
 * In place.
 */
export const placeGrad = defineKernel({
  name: 'placeGrad',
  buffers: {
    dqkv: 'update f32', // [B T, (H + 2 kvH) d]
    table: 'read f32', // [T (+ summaries), d]
    positions: 'read i32', // [B T]
    dmeans: 'read f32', // [B summaries, 2 kvH d]
  },
  uniforms,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {${OPEN}
  for (var c = 0u; c < half; c++) {
    var low = 0.0;
    var high = 0.0;
    if (averaged) {
      low = share * dmeans[mean + c];
      high = share * dmeans[mean + half + c];
      if (before) {
        let angle = (uniforms.T + group) * d + c;
        let turned = low * table[angle] + high * table[angle + half];
        high = high * table[angle] - low * table[angle + half];
        low = turned;
      }
    }
    for (var t = first; t < end; t++) {
      let at = ((b * uniforms.T + t) * parts + part) * d + c;
      var x = dqkv[at];
      var y = dqkv[at + half];
      if (!before) { x += low; y += high; }
      if (turns) {
        var position = t;
        if (uniforms.own == 1u) { position = u32(positions[b * uniforms.T + t]); }
        let cosine = table[position * d + c];
        let sine = table[position * d + half + c];
        let turned = x * cosine + y * sine;
        y = y * cosine - x * sine;
        x = turned;
      }
      if (before) { x += low; y += high; }
      dqkv[at] = x;
      dqkv[at + half] = y;
    }
  }
}`,
  host({ dqkv, table, positions, dmeans }, u) {
    eachGroup(dqkv.length, u, ({ b, group, first, end, part, turns, mean }) => {
      const { T, chunk, headDim: d, own } = u;
      const parts = u.heads + 2 * u.kvHeads;
      const half = d / 2;
      const before = turns && u.pre === 1;
      for (let c = 0; c < half; c++) {
        let [low, high] = [0, 0];
        if (mean !== undefined) {
          const [x, y] = [dmeans[mean + c]! / chunk, dmeans[mean + half + c]! / chunk];
          const angle = (T + group) * d + c;
          low = before ? x * table[angle]! + y * table[angle + half]! : x;
          high = before ? y * table[angle]! - x * table[angle + half]! : y;
        }
        for (let t = first; t < end; t++) {
          const at = ((b * T + t) * parts + part) * d + c;
          let [x, y] = [dqkv[at]!, dqkv[at + half]!];
          if (!before) [x, y] = [x + low, y + high];
          if (turns) {
            const angle = (own === 1 ? positions[b * T + t]! : t) * d + c;
            const [cosine, sine] = [table[angle]!, table[angle + half]!];
            [x, y] = [x * cosine + y * sine, y * cosine - x * sine];
          }
          if (before) [x, y] = [x + low, y + high];
          dqkv[at] = x;
          dqkv[at + half] = y;
        }
      }
    });
  },
  scratch: ({ headDim }) => 4 * headDim, // a key of a summary, rotated back
  work: ({ headDim, chunk }, _, threads) => 5 * threads * headDim * chunk,
});

interface Group {
  readonly b: number;
  readonly group: number;
  readonly first: number;
  readonly end: number;
  readonly part: number; // query heads, then key heads, then value heads
  readonly turns: boolean;
  readonly mean: number | undefined; // where its average lies
}

type Sizes = { readonly [K in keyof typeof uniforms]: number };

/** Every group of every head, in the order of the threads. */
function eachGroup(numbers: number, u: Sizes, visit: (group: Group) => void): void {
  const { T, summaries, heads, kvHeads, headDim, chunk } = u;
  const parts = heads + 2 * kvHeads;
  const groups = Math.ceil(T / chunk);
  const B = numbers / (T * parts * headDim);
  for (let b = 0; b < B; b++) {
    for (let group = 0; group < groups; group++) {
      for (let part = 0; part < parts; part++) {
        const averaged = part >= heads && group < summaries;
        visit({
          b,
          group,
          part,
          first: group * chunk,
          end: Math.min((group + 1) * chunk, T),
          turns: part < heads + kvHeads,
          mean: averaged
            ? ((b * summaries + group) * 2 * kvHeads + part - heads) * headDim
            : undefined,
        });
      }
    }
  }
}

/** Threads of both kernels. */
export const placeThreads = (
  B: number,
  u: Pick<Sizes, 'T' | 'heads' | 'kvHeads' | 'chunk'>,
): number => B * Math.ceil(u.T / u.chunk) * (u.heads + 2 * u.kvHeads);
