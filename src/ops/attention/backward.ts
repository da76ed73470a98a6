/**
 * @file The gradient of block-sparse attention. Scores are recomputed from q, k and the saved log-sum-exp (Dao et al.
 * 2022, algorithm 4), so nothing of size T × T is kept.
 *
 * p_j = exp(s_j − lse)      delta = dout·out      ds_j = p_j (dout·v_j − delta)
 * dq = Σ_j ds_j k_j / √d    dk_j = Σ_q ds_j q / √d    dv_j = Σ_q p_j dout
 */
import { defineKernel } from '../../program/kernel';
import {
  ADDRESSES,
  attentionUniforms,
  each,
  hostAddresses,
  minWork,
  position,
  queriesOfThread,
  sumOf,
} from './shared';

/**
 * dq, and delta into stats for the kernel that follows. One thread per (sequence, head, `queries` queries). Constants
 * D4 = d / 4, queries; see also `partsOf`.
 */
export const attentionGradQuery = defineKernel({
  name: 'attentionGradQuery',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    means: 'read vec4<f32>', // [B summaries, 2 kvH, d]
    first: 'read i32', // [T], or per sequence [B, T]
    out: 'read vec4<f32>', // [B T, H, d]
    dout: 'read vec4<f32>', // [B T, H, d]
    stats: 'update f32', // [B, H, T, 2]: log-sum-exp, then delta
    dqkv: 'update vec4<f32>', // [B T, H + 2 kvH, d]: its queries
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4, queries: Q, summaries = 1 }) => {
    const walk = (buffer: string, base: string, stride: string, bias: string, real: string) =>
      `      let key = ${base} + j * ${stride};
${each(D4!, `      let k§ = ${buffer}[key + §u];\n      let v§ = ${buffer}[key + valueAt + §u];`)}
${each(
  Q!,
  (q) => `      {
        let s = ${sumOf(D4!, `dot(q${q}_§, k§)`)}${bias};
        let dp = ${sumOf(D4!, `dot(g${q}_§, v§)`)};
        let ds = select(0.0, exp(s - lse${q}) * (dp - delta${q}) * uniforms.scale, ${real.replaceAll('§', String(q)).replaceAll('¶', position(q))});
${each(D4!, `        dq${q}_§ += ds * k§;`)}
      }`,
)}`;
    return /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
${queriesOfThread(Q!)}
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
  for (var j = first0; j <= ${position(Q! - 1)}; j++) {
${walk('qkv', 'tokenKeys', 'stride', '', 'j >= first§ && j <= ¶')}
  }
${
  summaries === 0
    ? ''
    : `
  if (uniforms.chunk > 0u) {
    let end = first${Q! - 1} / uniforms.chunk;
    for (var j = 0u; j < end; j++) {
${walk('means', 'meanKeys', 'meanStride', ' + uniforms.bias', 'j < first§ / uniforms.chunk')}
    }
  }`
}
${each(
  Q!,
  (q) => `  if (t0 + ${q}u < uniforms.T) {
${each(D4!, `    dqkv[row${q} * stride + h * D4 + §u] = dq${q}_§;`)}
    stats[stat${q} + 1u] = delta${q};
  }`,
)}
}`;
  },
  host({ qkv, means, first, out, dout, stats, dqkv }, u, { D4 }) {
    const { B, T, heads, chunk, scale, bias, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses(u, d);
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < heads; h++) {
        const kv = at.kvOf(h);
        for (let t = 0; t < T; t++) {
          const query = at.query(b, t, h);
          const own = at.out(b, t, h);
          const stat = at.stat(b, t, h);
          const lse = stats[stat]!;
          let delta = 0;
          for (let c = 0; c < d; c++) {
            delta += dout[own + c]! * out[own + c]!;
            dqkv[query + c] = 0;
          }
          const start = first[b * apart + t]!;
          const tokens = t + 1 - start;
          const count = tokens + (chunk > 0 ? start / chunk : 0);
          for (let n = 0; n < count; n++) {
            const from = n < tokens ? qkv : means;
            const key = n < tokens ? at.key(b, start + n, kv) : at.meanKey(b, n - tokens, kv);
            let dot = 0;
            let dp = 0;
            for (let c = 0; c < d; c++) {
              dot += qkv[query + c]! * from[key + c]!;
              dp += dout[own + c]! * from[key + at.valueAt + c]!;
            }
            const s = dot * scale + (n < tokens ? 0 : bias);
            const ds = Math.exp(s - lse) * (dp - delta) * scale;
            for (let c = 0; c < d; c++) dqkv[query + c]! += ds * from[key + c]!;
          }
          stats[stat + 1] = delta;
        }
      }
    }
  },
  // Panels of values, and of keys in both layouts, and four rows each of scores and score gradients.
  scratch: ({ T, summaries }, { D4 }) => 4 * (T + summaries + 16) * (3 * 4 * D4! + 12),
  work: (sizes, { D4 }) => 3 * minWork(sizes, D4!),
});

/**
 * dk and dv of every token and summary, from the queries that read it: no atomics, the same bits every time.
 * One thread per (sequence, key-value head, `keys` tokens or summaries). Constants D4 = d / 4, keys; see also
 * `partsOf`.
 */
export const attentionGradKeys = defineKernel({
  name: 'attentionGradKeys',
  buffers: {
    qkv: 'read vec4<f32>', // [B T, H + 2 kvH, d], placed
    means: 'read vec4<f32>', // [B summaries, 2 kvH, d]
    readers: 'read i32', // [T + summaries, 2], or per sequence [B, T, 2]: first and last query that reads the key
    dout: 'read vec4<f32>', // [B T, H, d]
    stats: 'read f32', // [B, H, T, 2]
    dqkv: 'update vec4<f32>', // [B T, H + 2 kvH, d]: its keys and values
    dmeans: 'write vec4<f32>', // [B summaries, 2 kvH, d]
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4, keys: K, summaries = 1 }) => {
    /** The shader text for tokens or for summaries, given where a key lies, which queries read it, and its bias. */
    const text = (
      buffer: string,
      target: string,
      {
        first,
        count,
        row,
        reader,
        bias,
      }: Record<'first' | 'count' | 'row' | 'reader' | 'bias', string>,
    ) => `
    let j0 = ${first};
${each(
  K!,
  (n) => `    let j${n + 1} = min(j0 + ${n}u, ${count} - 1u);
    let key${n} = ${row.replaceAll('§', `j${n + 1}`)};
    let begin${n} = u32(readers[2u * (b * uniforms.apart + ${reader.replaceAll('§', `j${n + 1}`)})]);
    let to${n} = u32(readers[2u * (b * uniforms.apart + ${reader.replaceAll('§', `j${n + 1}`)}) + 1u]);
${each(D4!, `    let k${n}_§ = ${buffer}[key${n} + §u];\n    let v${n}_§ = ${buffer}[key${n} + valueAt + §u];\n    var dk${n}_§ = vec4<f32>();\n    var dv${n}_§ = vec4<f32>();`)}`,
)}
    for (var h = kv * share; h < (kv + 1u) * share; h++) {
      for (var t = begin0; t <= to${K! - 1}; t++) {
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
          let real = t >= begin${n} && t <= to${n};
          let p = select(0.0, exp(${sumOf(D4!, `dot(q§, k${n}_§)`)}${bias} - lse), real);
          let ds = p * (${sumOf(D4!, `dot(g§, v${n}_§)`)} - delta);
${each(D4!, `          dk${n}_§ += ds * q§;\n          dv${n}_§ += p * g§;`)}
        }`,
)}
      }
    }
${each(
  K!,
  (n) => `    if (j0 + ${n}u < ${count}) {
${each(D4!, `      ${target}[key${n} + §u] = dk${n}_§;\n      ${target}[key${n} + valueAt + §u] = dv${n}_§;`)}
    }`,
)}`;
    return /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
  let tokenBlocks = (uniforms.T + ${K! - 1}u) / ${K}u;
  let blocks = tokenBlocks + (uniforms.summaries + ${K! - 1}u) / ${K}u;
  let block = i % blocks;
  let kv = i / blocks % uniforms.kvHeads;
  let b = i / blocks / uniforms.kvHeads;
${ADDRESSES}
  let share = uniforms.heads / uniforms.kvHeads;
  if (block < tokenBlocks) {${text('qkv', 'dqkv', {
    first: `block * ${K}u`,
    count: 'uniforms.T',
    row: '(b * uniforms.T + §) * stride + (uniforms.heads + kv) * D4',
    reader: '§',
    bias: '',
  })}
  }${
    summaries === 0
      ? ''
      : ` else {${text('means', 'dmeans', {
          first: `(block - tokenBlocks) * ${K}u`,
          count: 'uniforms.summaries',
          row: '(b * uniforms.summaries + §) * meanStride + kv * D4',
          reader: 'uniforms.T + §',
          bias: ' + uniforms.bias',
        })}
  }`
  }
}`;
  },
  host({ qkv, means, readers, dout, stats, dqkv, dmeans }, u, { D4 }) {
    const { B, T, summaries, heads, kvHeads, scale, bias, apart } = u;
    const d = 4 * D4!;
    const at = hostAddresses(u, d);
    const share = heads / kvHeads;
    for (let b = 0; b < B; b++) {
      for (let kv = 0; kv < kvHeads; kv++) {
        for (let j = 0; j < T + summaries; j++) {
          const summary = j >= T;
          const [from, to] = summary ? [means, dmeans] : [qkv, dqkv];
          const key = summary ? at.meanKey(b, j - T, kv) : at.key(b, j, kv);
          const value = key + at.valueAt;
          const reader = 2 * (b * apart + j);
          to.fill(0, key, key + d);
          to.fill(0, value, value + d);
          for (let h = kv * share; h < (kv + 1) * share; h++) {
            for (let t = readers[reader]!; t <= readers[reader + 1]!; t++) {
              const query = at.query(b, t, h);
              const own = at.out(b, t, h);
              const stat = at.stat(b, t, h);
              let dot = 0;
              let dp = 0;
              for (let c = 0; c < d; c++) {
                dot += qkv[query + c]! * from[key + c]!;
                dp += dout[own + c]! * from[value + c]!;
              }
              const p = Math.exp(dot * scale + (summary ? bias : 0) - stats[stat]!);
              const ds = p * (dp - stats[stat + 1]!) * scale;
              for (let c = 0; c < d; c++) {
                to[key + c]! += ds * qkv[query + c]!;
                to[value + c]! += p * dout[own + c]!;
              }
            }
          }
        }
      }
    }
  },
  // Panels of queries and dout in both layouts, their log-sum-exp and delta, and four rows each of scores and score
  // gradients.
  scratch: ({ T }, { D4 }) => 4 * (T + 16) * (4 * 4 * D4! + 18),
  work: (sizes, { D4 }) => 4 * minWork(sizes, D4!),
});
