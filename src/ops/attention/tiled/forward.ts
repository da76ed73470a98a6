import { defineKernel } from '../../../program/kernel';
import { AT_ONCE, walk } from '../forward';
import { each, hostAddresses, minWork, queriesOfThread } from '../shared';
import { eachColumn, spansOf, tiledUniforms } from './shared';

/**
 * Attention of one layer with any mask: as attentionForward, but a query walks the tiles of its block of four, and
 * skips whole spans that hold none of its pairs.
 *
 * s_j = q·k_j / √d   for the keys j of the mask's row      out = Σ softmax(s) v      stats = (log Σ exp s, –)
 *
 * A query that reads nothing gets zeros, and a log-sum-exp of 0, which is never used.
 * One thread per (sequence, head, `queries` queries). Constants D4 = d / 4, queries.
 */
export const tiledForward = defineKernel({
  name: 'tiledForward',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    reads: 'read i32', // spans of tiles, or those of each sequence; rows are queries
    out: 'write vec4<f32>', // [B T, H, d]
    stats: 'write f32', // [B, H, T, 2]
  },
  uniforms: tiledUniforms,
  wgsl: ({ D4, queries: Q }) => /* wgsl */ `
// Finite on purpose: WGSL may assume that no infinities occur.
const LOW = -1e30;
const D4 = ${D4}u;

fn main(i: u32) {
${queriesOfThread(Q!, false)}
${each(Q!, (q) => `${each(D4!, `  let q${q}_§ = qkv[row${q} * stride + h * D4 + §u] * uniforms.scale;\n  var o${q}_§ = vec4<f32>();`)}\n  var most${q} = LOW;\n  var total${q} = 0.0;`)}
${spansOf('reads', 't0', Q!)}
    for (var j = begin; j < end; j += ${AT_ONCE}u) {
${walk('qkv', 'tokenKeys', 'stride', D4!, Q!, (q) => `(vec4<u32>(bits >> (${8 * q}u + (j & 4u))) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>()`)}
    }
  }
${each(
  Q!,
  (q) => `  if (t0 + ${q}u < uniforms.T) {
    let some${q} = total${q} > 0.0;
    let share${q} = select(0.0, 1.0 / max(total${q}, 1e-30), some${q});
${each(D4!, `    out[at${q} + §u] = o${q}_§ * share${q};`)}
    stats[stat${q}] = select(0.0, most${q} + log(max(total${q}, 1e-30)), some${q});
    stats[stat${q} + 1u] = 0.0;
  }`,
)}
}`,
  host({ qkv, reads, out, stats }, u, { D4 }) {
    const { B, T, heads, scale, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses({ ...u, summaries: 0 }, d);
    const scores = new Float64Array(T);
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        const keys: number[] = [];
        eachColumn(reads, t, (key) => keys.push(key), b * apart);
        for (let h = 0; h < heads; h++) {
          const kv = at.kvOf(h);
          const query = at.query(b, t, h);
          const to = at.out(b, t, h);
          const stat = at.stat(b, t, h);
          for (let c = 0; c < d; c++) out[to + c] = 0;
          stats[stat] = 0;
          stats[stat + 1] = 0;
          if (keys.length === 0) continue;
          let most = -Infinity;
          keys.forEach((j, n) => {
            const key = at.key(b, j, kv);
            let dot = 0;
            for (let c = 0; c < d; c++) dot += qkv[query + c]! * qkv[key + c]!;
            scores[n] = dot * scale;
            if (scores[n]! > most) most = scores[n]!;
          });
          let total = 0;
          for (let n = 0; n < keys.length; n++) total += scores[n] = Math.exp(scores[n]! - most);
          keys.forEach((j, n) => {
            const p = scores[n]! / total;
            const value = at.key(b, j, kv) + at.valueAt;
            for (let c = 0; c < d; c++) out[to + c]! += p * qkv[value + c]!;
          });
          stats[stat] = most + Math.log(total);
        }
      }
    }
  },
  // Panels of keys and values, both padded to a multiple of 8 rows, four rows of scores, and the tiles they belong to.
  scratch: ({ T }, { D4 }) => 4 * (T + 16) * (2 * 4 * D4! + 9),
  work: (sizes, { D4 }) => 2 * minWork(sizes, D4!),
});
