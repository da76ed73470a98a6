/**
 * @file The gradient of attention with any mask. As in ../backward.ts, scores are recomputed; dq walks the tiles of its
 * queries, dk and dv those of its keys, so that no two threads add to the same sum.
 */
import { defineKernel } from '../../../program/kernel';
import { ADDRESSES, each, hostAddresses, minWork, queriesOfThread, sumOf } from '../shared';
import { eachColumn, holds, spansOf, tiledUniforms } from './shared';

/** dq, and delta into stats for the kernel that follows. One thread per (sequence, head, `queries` queries). */
export const tiledGradQuery = defineKernel({
  name: 'tiledGradQuery',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    reads: 'read i32', // spans of tiles, or those of each sequence; rows are queries
    out: 'read vec4<f32>', // [B T, H, d]
    dout: 'read vec4<f32>', // [B T, H, d]
    stats: 'update f32', // [B, H, T, 2]: log-sum-exp, then delta
    dqkv: 'update vec4<f32>', // [B T, H + 2 kvH, d]: its queries
  },
  uniforms: tiledUniforms,
  wgsl: ({ D4, queries: Q }) => /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
${queriesOfThread(Q!, false)}
${each(
  Q!,
  (q) => `${each(
    D4!,
    `  let q${q}_§ = qkv[row${q} * stride + h * D4 + §u] * uniforms.scale;
  let g${q}_§ = dout[at${q} + §u];
  var dq${q}_§ = vec4<f32>();`,
  )}
  let lse${q} = stats[stat${q}];
  let delta${q} = ${sumOf(D4!, `dot(g${q}_§, out[at${q} + §u])`)};`,
)}
${spansOf('reads', 't0', Q!)}
    for (var j = begin; j < end; j++) {
      let key = tokenKeys + j * stride;
${each(D4!, `      let k§ = qkv[key + §u];\n      let v§ = qkv[key + valueAt + §u];`)}
${each(
  Q!,
  (q) => `      {
        let s = ${sumOf(D4!, `dot(q${q}_§, k§)`)};
        let dp = ${sumOf(D4!, `dot(g${q}_§, v§)`)};
        let ds = select(0.0, exp(s - lse${q}) * (dp - delta${q}) * uniforms.scale, ${holds(q, 'j')});
${each(D4!, `        dq${q}_§ += ds * k§;`)}
      }`,
)}
    }
  }
${each(
  Q!,
  (q) => `  if (t0 + ${q}u < uniforms.T) {
${each(D4!, `    dqkv[row${q} * stride + h * D4 + §u] = dq${q}_§;`)}
    stats[stat${q} + 1u] = delta${q};
  }`,
)}
}`,
  host({ qkv, reads, out, dout, stats, dqkv }, u, { D4 }) {
    const { B, T, heads, scale, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses({ ...u, summaries: 0 }, d);
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < heads; h++) {
        const kv = at.kvOf(h);
        for (let t = 0; t < T; t++) {
          const query = at.query(b, t, h);
          const own = at.out(b, t, h);
          const stat = at.stat(b, t, h);
          let delta = 0;
          for (let c = 0; c < d; c++) {
            delta += dout[own + c]! * out[own + c]!;
            dqkv[query + c] = 0;
          }
          eachColumn(
            reads,
            t,
            (j) => {
              const key = at.key(b, j, kv);
              let dot = 0;
              let dp = 0;
              for (let c = 0; c < d; c++) {
                dot += qkv[query + c]! * qkv[key + c]!;
                dp += dout[own + c]! * qkv[key + at.valueAt + c]!;
              }
              const ds = Math.exp(dot * scale - stats[stat]!) * (dp - delta) * scale;
              for (let c = 0; c < d; c++) dqkv[query + c]! += ds * qkv[key + c]!;
            },
            b * apart,
          );
          stats[stat + 1] = delta;
        }
      }
    }
  },
  // Panels of values, and of keys in both layouts, four rows each of scores and score gradients, and the tiles they
  // belong to.
  scratch: ({ T }, { D4 }) => 4 * (T + 16) * (3 * 4 * D4! + 13),
  work: (sizes, { D4 }) => 3 * minWork(sizes, D4!),
});

/**
 * dk and dv of every token, from the queries that read it. One thread per (sequence, key-value head, `keys` tokens).
 * Constants D4 = d / 4, keys.
 */
export const tiledGradKeys = defineKernel({
  name: 'tiledGradKeys',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    readers: 'read i32', // spans of tiles, or those of each sequence; rows are keys
    dout: 'read vec4<f32>', // [B T, H, d]
    stats: 'read f32', // [B, H, T, 2]
    dqkv: 'update vec4<f32>', // [B T, H + 2 kvH, d]: its keys and values
  },
  uniforms: tiledUniforms,
  wgsl: ({ D4, keys: K }) => /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
  let blocks = (uniforms.T + ${K! - 1}u) / ${K}u;
  let j0 = i % blocks * ${K}u;
  let kv = i / blocks % uniforms.kvHeads;
  let b = i / blocks / uniforms.kvHeads;
${ADDRESSES}
  let share = uniforms.heads / uniforms.kvHeads;
${each(
  K!,
  (
    n,
  ) => `  let key${n} = (b * uniforms.T + min(j0 + ${n}u, uniforms.T - 1u)) * stride + (uniforms.heads + kv) * D4;
${each(D4!, `  let k${n}_§ = qkv[key${n} + §u];\n  let v${n}_§ = qkv[key${n} + valueAt + §u];\n  var dk${n}_§ = vec4<f32>();\n  var dv${n}_§ = vec4<f32>();`)}`,
)}
${spansOf('readers', 'j0', K!)}
    for (var h = kv * share; h < (kv + 1u) * share; h++) {
      for (var t = begin; t < end; t++) {
        let row = b * uniforms.T + t;
        let at = (row * uniforms.heads + h) * D4;
        let query = row * stride + h * D4;
        let stat = 2u * ((b * uniforms.heads + h) * uniforms.T + t);
        let lse = stats[stat];
        let delta = stats[stat + 1u];
${each(D4!, '        let q§ = qkv[query + §u] * uniforms.scale;\n        let g§ = dout[at + §u];')}
${each(
  K!,
  (n) => `        {
          let p = select(0.0, exp(${sumOf(D4!, `dot(q§, k${n}_§)`)} - lse), ${holds(n, 't')});
          let ds = p * (${sumOf(D4!, `dot(g§, v${n}_§)`)} - delta);
${each(D4!, `          dk${n}_§ += ds * q§;\n          dv${n}_§ += p * g§;`)}
        }`,
)}
      }
    }
  }
${each(
  K!,
  (n) => `  if (j0 + ${n}u < uniforms.T) {
${each(D4!, `    dqkv[key${n} + §u] = dk${n}_§;\n    dqkv[key${n} + valueAt + §u] = dv${n}_§;`)}
  }`,
)}
}`,
  host({ qkv, readers, dout, stats, dqkv }, u, { D4 }) {
    const { B, T, heads, kvHeads, scale, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses({ ...u, summaries: 0 }, d);
    const share = heads / kvHeads;
    for (let b = 0; b < B; b++) {
      for (let kv = 0; kv < kvHeads; kv++) {
        for (let j = 0; j < T; j++) {
          const key = at.key(b, j, kv);
          const value = key + at.valueAt;
          dqkv.fill(0, key, key + d);
          dqkv.fill(0, value, value + d);
          eachColumn(
            readers,
            j,
            (t) => {
              for (let h = kv * share; h < (kv + 1) * share; h++) {
                const query = at.query(b, t, h);
                const own = at.out(b, t, h);
                const stat = at.stat(b, t, h);
                let dot = 0;
                let dp = 0;
                for (let c = 0; c < d; c++) {
                  dot += qkv[query + c]! * qkv[key + c]!;
                  dp += dout[own + c]! * qkv[value + c]!;
                }
                const p = Math.exp(dot * scale - stats[stat]!);
                const ds = p * (dp - stats[stat + 1]!) * scale;
                for (let c = 0; c < d; c++) {
                  dqkv[key + c]! += ds * qkv[query + c]!;
                  dqkv[value + c]! += p * dout[own + c]!;
                }
              }
            },
            b * apart,
          );
        }
      }
    }
  },
  // Panels of queries and dout in both layouts, their log-sum-exp and delta, four rows each of scores and score
  // gradients, and the tiles they belong to.
  scratch: ({ T }, { D4 }) => 4 * (T + 16) * (4 * 4 * D4! + 19),
  work: (sizes, { D4 }) => 4 * minWork(sizes, D4!),
});
