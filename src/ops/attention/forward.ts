import { defineKernel } from '../../program/kernel';
import {
  attentionUniforms,
  each,
  hostAddresses,
  minWork,
  position,
  queriesOfThread,
  sumOf,
} from './shared';

/** Keys whose scores share one rescale: they fit in a vec4. */
export const AT_ONCE = 4;

/**
 * Block-sparse attention of one layer, any pattern: a query walks only the keys its layout names.
 *
 *   s_j = q·k_j / √d                     first[q] <= j <= q              tokens
 *   s_c = q·k_(T+c) / √d + ln C          0 <= c < first[q] / C           summaries of earlier chunks
 *   out = Σ softmax(s) v,   stats = (log Σ exp s, –)
 *
 * One softmax over both, kept running (Milakov & Gimelshein 2018), so no T × T matrix exists.
 * One thread per (sequence, head, `queries` queries): a key, once loaded, serves them all. Head h reads
 * key-value head floor(h kvHeads / heads). Constants D4 = d / 4, queries; see also `partsOf`.
 */
export const attentionForward = defineKernel({
  name: 'attentionForward',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    means: 'read vec4<f32>', // [B summaries, 2 kvH, d]
    first: 'read i32', // [T], or per sequence [B, T]
    out: 'write vec4<f32>', // [B T, H, d]
    stats: 'write f32', // [B, H, T, 2]
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4, queries: Q, summaries = 1 }) => /* wgsl */ `
// Finite on purpose: WGSL may assume that no infinities occur.
const LOW = -1e30;
const D4 = ${D4}u;

fn main(i: u32) {
${queriesOfThread(Q!)}
${each(Q!, (q) => `${each(D4!, `  let q${q}_§ = qkv[row${q} * stride + h * D4 + §u] * uniforms.scale;\n  var o${q}_§ = vec4<f32>();`)}\n  var most${q} = LOW;\n  var total${q} = 0.0;`)}

  let end = ${position(Q! - 1)} + 1u;
  for (var j = first0; j < end; j += ${AT_ONCE}u) {
    let keys = vec4<u32>(j, j + 1u, j + 2u, j + 3u);
${walk('qkv', 'tokenKeys', 'stride', D4!, Q!, (q) => `(keys >= vec4<u32>(first${q})) & (keys <= vec4<u32>(${position(q)}))`)}
  }
${
  summaries === 0
    ? ''
    : `
  if (uniforms.chunk > 0u) {
    let end = first${Q! - 1} / uniforms.chunk;
    for (var j = 0u; j < end; j += ${AT_ONCE}u) {
      let keys = vec4<u32>(j, j + 1u, j + 2u, j + 3u);
${walk('means', 'meanKeys', 'meanStride', D4!, Q!, (q) => `keys < vec4<u32>(first${q} / uniforms.chunk)`, ' + uniforms.bias')}
    }
  }`
}
${each(
  Q!,
  (q) => `  if (t0 + ${q}u < uniforms.T) {
${each(D4!, `    out[at${q} + §u] = o${q}_§ / total${q};`)}
    stats[stat${q}] = most${q} + log(total${q});
    stats[stat${q} + 1u] = 0.0;
  }`,
)}
}`,
  host({ qkv, means, first, out, stats }, u, { D4 }) {
    const { B, T, summaries, heads, chunk, scale, bias, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses(u, d);
    const scores = new Float64Array(T + summaries);
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < heads; h++) {
        const kv = at.kvOf(h);
        for (let t = 0; t < T; t++) {
          const query = at.query(b, t, h);
          const to = at.out(b, t, h);
          const start = first[b * apart + t]!;
          const tokens = t + 1 - start;
          const count = tokens + (chunk > 0 ? start / chunk : 0);
          const keyOf = (n: number) =>
            n < tokens ? at.key(b, start + n, kv) : at.meanKey(b, n - tokens, kv);
          let most = -Infinity;
          for (let n = 0; n < count; n++) {
            const from = n < tokens ? qkv : means;
            const key = keyOf(n);
            let dot = 0;
            for (let c = 0; c < d; c++) dot += qkv[query + c]! * from[key + c]!;
            const s = dot * scale + (n < tokens ? 0 : bias);
            scores[n] = s;
            if (s > most) most = s;
          }
          let total = 0;
          for (let n = 0; n < count; n++) total += scores[n] = Math.exp(scores[n]! - most);
          for (let c = 0; c < d; c++) out[to + c] = 0;
          for (let n = 0; n < count; n++) {
            const p = scores[n]! / total;
            const from = n < tokens ? qkv : means;
            const value = keyOf(n) + at.valueAt;
            for (let c = 0; c < d; c++) out[to + c]! += p * from[value + c]!;
          }
          const stat = at.stat(b, t, h);
          stats[stat] = most + Math.log(total);
          stats[stat + 1] = 0;
        }
      }
    }
  },
  // Panels of keys and values, both padded to a multiple of 8 rows, and four rows of scores.
  scratch: ({ T, summaries }, { D4 }) => 4 * (T + summaries + 16) * (2 * 4 * D4! + 8),
  work: (sizes, { D4 }) => 2 * minWork(sizes, D4!),
});

/**
 * Computes the scores of the four keys from j on for all queries of the thread, rescales once per query, then adds the
 * values. The text around it must declare `end`.
 */
export function walk(
  buffer: string,
  base: string,
  stride: string,
  D4: number,
  Q: number,
  real: (q: number) => string,
  bias = '',
): string {
  const row = (n: number) => `row_${n}`;
  return [
    '    let last = end - 1u;',
    each(AT_ONCE, (n) => `    let ${row(n)} = ${base} + min(j + ${n}u, last) * ${stride};`),
    each(Q, (q) => `    var s${q} = vec4<f32>();`),
    each(
      AT_ONCE,
      (n) =>
        `    {\n${each(D4, `      let k§ = ${buffer}[${row(n)} + §u];`)}\n${each(
          Q,
          (q) => `      s${q}.${'xyzw'[n]!} = ${sumOf(D4, `dot(q${q}_§, k§)`)}${bias};`,
        )}\n    }`,
    ),
    each(
      Q,
      (q) => `    let real${q} = ${real(q)};
    s${q} = select(vec4<f32>(LOW), s${q}, real${q});
    let higher${q} = max(most${q}, max(max(s${q}.x, s${q}.y), max(s${q}.z, s${q}.w)));
    let keep${q} = exp(most${q} - higher${q});
    let p${q} = select(vec4<f32>(), exp(s${q} - higher${q}), real${q});
    total${q} = total${q} * keep${q} + p${q}.x + p${q}.y + p${q}.z + p${q}.w;
    most${q} = higher${q};
${each(D4, `    o${q}_§ *= keep${q};`)}`,
    ),
    each(
      AT_ONCE,
      (n) =>
        `    {\n${each(D4, `      let v§ = ${buffer}[${row(n)} + valueAt + §u];`)}\n${each(Q, (q) =>
          each(D4, `      o${q}_§ += p${q}.${'xyzw'[n]!} * v§;`),
        )}\n    }`,
    ),
  ].join('\n');
}
