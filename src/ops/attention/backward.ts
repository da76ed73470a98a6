/**
 * @file The gradient of block-sparse attention. Scores are computed again from q, k and the saved
 * log-sum-exp (Dao et al. 2022, algorithm 4), so nothing of size T × T is kept.
 *
 *   p_j = exp(s_j − lse)      delta = dout·out      ds_j = p_j (dout·v_j − delta)
 *   dq = Σ_j ds_j k_j / √d    dk_j = Σ_q ds_j q / √d    dv_j = Σ_q p_j dout
 */
import { defineKernel } from '../../gpu/kernel';
import { attentionUniforms } from './uniforms';
import { each, QUERY_OF_THREAD, sumOf, WALK_KEYS } from './unroll';

/** dq, and delta into stats for the kernel that follows. One thread per (sequence, head, query). */
export const attentionGradQuery = defineKernel({
  name: 'attentionGradQuery',
  buffers: {
    q: 'read vec4<f32>', // [B, T, heads, d]
    k: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    v: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    first: 'read i32', // [T]
    out: 'read vec4<f32>', // [B, T, heads, d]
    dout: 'read vec4<f32>', // [B, T, heads, d]
    stats: 'update f32', // [B, heads, T, 2]: log-sum-exp, then delta
    dq: 'write vec4<f32>', // [B, T, heads, d]
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4 }) => /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
${QUERY_OF_THREAD}
${each(D4!, '  let q§ = q[at + §u] * uniforms.scale;\n  let g§ = dout[at + §u];\n  var dq§ = vec4<f32>();')}
  let lse = stats[2u * i];
  let delta = ${sumOf(D4!, 'dot(g§, out[at + §u])')};

  let start = u32(first[t]);
${WALK_KEYS}
    for (var j = 0u; j < count; j++) {
      let key = base + (begin + j) * stride;
${each(D4!, '      let k§ = k[key + §u];')}
      let s = ${sumOf(D4!, 'dot(q§, k§)')} + bias;
      let dp = ${sumOf(D4!, 'dot(g§, v[key + §u])')};
      let ds = exp(s - lse) * (dp - delta) * uniforms.scale;
${each(D4!, '      dq§ += ds * k§;')}
    }
  }
${each(D4!, '  dq[at + §u] = dq§;')}
  stats[2u * i + 1u] = delta;
}`,
  host({ q, k, v, first, out, dout, stats, dq }, u, { D4 }) {
    const { T, summaries, heads, kvHeads, chunk, scale, bias } = u;
    const d = 4 * D4!;
    const stride = kvHeads * d;
    for (let i = 0; 2 * i < stats.length; i++) {
      const t = i % T;
      const h = Math.floor(i / T) % heads;
      const b = Math.floor(i / T / heads);
      const base = b * (T + summaries) * stride + Math.floor((h * kvHeads) / heads) * d;
      const at = ((b * T + t) * heads + h) * d;
      const lse = stats[2 * i]!;
      let delta = 0;
      for (let c = 0; c < d; c++) {
        delta += dout[at + c]! * out[at + c]!;
        dq[at + c] = 0;
      }
      const start = first[t]!;
      const tokens = t + 1 - start;
      const count = tokens + (chunk > 0 ? start / chunk : 0);
      for (let n = 0; n < count; n++) {
        const key = base + (n < tokens ? start + n : T + n - tokens) * stride;
        let dot = 0;
        let dp = 0;
        for (let c = 0; c < d; c++) {
          dot += q[at + c]! * k[key + c]!;
          dp += dout[at + c]! * v[key + c]!;
        }
        const s = dot * scale + (n < tokens ? 0 : bias);
        const ds = Math.exp(s - lse) * (dp - delta) * scale;
        for (let c = 0; c < d; c++) dq[at + c]! += ds * k[key + c]!;
      }
      stats[2 * i + 1] = delta;
    }
  },
});

/**
 * dk and dv of every virtual key, from the queries that read it: no atomics, the same bits every time.
 * One thread per (sequence, key-value head, virtual key).
 */
export const attentionGradKeys = defineKernel({
  name: 'attentionGradKeys',
  buffers: {
    q: 'read vec4<f32>', // [B, T, heads, d]
    k: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    v: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    readers: 'read i32', // [T + summaries, 2]: first and last query that reads the key
    dout: 'read vec4<f32>', // [B, T, heads, d]
    stats: 'read f32', // [B, heads, T, 2]
    dk: 'write vec4<f32>', // [B, T + summaries, kvHeads, d]
    dv: 'write vec4<f32>', // [B, T + summaries, kvHeads, d]
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4 }) => /* wgsl */ `
const D4 = ${D4}u;

fn main(i: u32) {
  let rows = uniforms.T + uniforms.summaries;
  let j = i % rows;
  let kv = i / rows % uniforms.kvHeads;
  let b = i / rows / uniforms.kvHeads;
  let key = ((b * rows + j) * uniforms.kvHeads + kv) * D4;
${each(D4!, '  let k§ = k[key + §u];\n  let v§ = v[key + §u];\n  var dk§ = vec4<f32>();\n  var dv§ = vec4<f32>();')}
  let bias = select(0.0, uniforms.bias, j >= uniforms.T);
  let share = uniforms.heads / uniforms.kvHeads;
  let begin = u32(readers[2u * j]);
  let to = u32(readers[2u * j + 1u]);
  for (var h = kv * share; h < (kv + 1u) * share; h++) {
    for (var t = begin; t <= to; t++) {
      let at = ((b * uniforms.T + t) * uniforms.heads + h) * D4;
      let stat = 2u * ((b * uniforms.heads + h) * uniforms.T + t);
${each(D4!, '      let q§ = q[at + §u] * uniforms.scale;\n      let g§ = dout[at + §u];')}
      let p = exp(${sumOf(D4!, 'dot(q§, k§)')} + bias - stats[stat]);
      let ds = p * (${sumOf(D4!, 'dot(g§, v§)')} - stats[stat + 1u]);
${each(D4!, '      dk§ += ds * q§;\n      dv§ += p * g§;')}
    }
  }
${each(D4!, '  dk[key + §u] = dk§;\n  dv[key + §u] = dv§;')}
}`,
  host({ q, k, v, readers, dout, stats, dk, dv }, u, { D4 }) {
    const { T, summaries, heads, kvHeads, scale, bias } = u;
    const d = 4 * D4!;
    const rows = T + summaries;
    const share = heads / kvHeads;
    dk.fill(0);
    dv.fill(0);
    for (let i = 0; i * d < dk.length; i++) {
      const j = i % rows;
      const kv = Math.floor(i / rows) % kvHeads;
      const b = Math.floor(i / rows / kvHeads);
      const key = ((b * rows + j) * kvHeads + kv) * d;
      const own = j >= T ? bias : 0;
      for (let h = kv * share; h < (kv + 1) * share; h++) {
        for (let t = readers[2 * j]!; t <= readers[2 * j + 1]!; t++) {
          const at = ((b * T + t) * heads + h) * d;
          const stat = 2 * ((b * heads + h) * T + t);
          let dot = 0;
          let dp = 0;
          for (let c = 0; c < d; c++) {
            dot += q[at + c]! * k[key + c]!;
            dp += dout[at + c]! * v[key + c]!;
          }
          const p = Math.exp(dot * scale + own - stats[stat]!);
          const ds = p * (dp - stats[stat + 1]!) * scale;
          for (let c = 0; c < d; c++) {
            dk[key + c]! += ds * q[at + c]!;
            dv[key + c]! += p * dout[at + c]!;
          }
        }
      }
    }
  },
});
