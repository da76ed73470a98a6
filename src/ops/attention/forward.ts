import { KERNEL_WALKS } from '../../attention/kernels';
import { defineKernel } from '../../gpu/kernel';
import { attentionUniforms } from './uniforms';
import { each, QUERY_OF_THREAD, sumOf, WALK_KEYS } from './unroll';

const AT_ONCE = KERNEL_WALKS.webgpu[0]!.atOnce;
if (AT_ONCE !== 4) throw new Error('the forward kernel keeps its scores in a vec4');

/**
 * Block-sparse attention of one layer, any pattern: a query walks only the keys its layout names.
 *
 *   s_j = q·k_j / √d                     first[q] <= j <= q              tokens
 *   s_c = q·k_(T+c) / √d + ln C          0 <= c < first[q] / C           summaries of earlier chunks
 *   out = Σ softmax(s) v,   stats = (log Σ exp s, –)
 *
 * One softmax over both, kept running (Milakov & Gimelshein 2018), so no T × T matrix exists.
 * One thread per (sequence, head, query); 4 keys at a time share one rescale. Head h reads
 * key-value head floor(h kvHeads / heads). Constant D4 = d / 4.
 */
export const attentionForward = defineKernel({
  name: 'attentionForward',
  buffers: {
    q: 'read vec4<f32>', // [B, T, heads, d]
    k: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    v: 'read vec4<f32>', // [B, T + summaries, kvHeads, d]
    first: 'read i32', // [T]
    out: 'write vec4<f32>', // [B, T, heads, d]
    stats: 'write f32', // [B, heads, T, 2]
  },
  uniforms: attentionUniforms,
  wgsl: ({ D4 }) => /* wgsl */ `
// Finite on purpose: WGSL may assume that no infinities occur.
const LOW = -1e30;
const D4 = ${D4}u;

fn main(i: u32) {
${QUERY_OF_THREAD}
${each(D4!, '  let q§ = q[at + §u] * uniforms.scale;\n  var o§ = vec4<f32>();')}

  let start = u32(first[t]);
  var most = LOW;
  var total = 0.0;
${WALK_KEYS}
    for (var j = 0u; j < count; j += ${AT_ONCE}u) {
      let last = count - 1u;
      let k0 = base + (begin + j) * stride;
      let k1 = base + (begin + min(j + 1u, last)) * stride;
      let k2 = base + (begin + min(j + 2u, last)) * stride;
      let k3 = base + (begin + min(j + 3u, last)) * stride;
      var s = vec4<f32>(
        ${sumOf(D4!, 'dot(q§, k[k0 + §u])')},
        ${sumOf(D4!, 'dot(q§, k[k1 + §u])')},
        ${sumOf(D4!, 'dot(q§, k[k2 + §u])')},
        ${sumOf(D4!, 'dot(q§, k[k3 + §u])')}) + bias;
      let real = vec4<u32>(j, j + 1u, j + 2u, j + 3u) < vec4<u32>(count);
      s = select(vec4<f32>(LOW), s, real);
      let higher = max(most, max(max(s.x, s.y), max(s.z, s.w)));
      let keep = exp(most - higher);
      let p = select(vec4<f32>(), exp(s - higher), real);
      total = total * keep + p.x + p.y + p.z + p.w;
      most = higher;
${each(D4!, '      o§ = o§ * keep + p.x * v[k0 + §u] + p.y * v[k1 + §u] + p.z * v[k2 + §u] + p.w * v[k3 + §u];')}
    }
  }
${each(D4!, '  out[at + §u] = o§ / total;')}
  stats[2u * i] = most + log(total);
  stats[2u * i + 1u] = 0.0;
}`,
  host({ q, k, v, first, out, stats }, u, { D4 }) {
    const { T, summaries, heads, kvHeads, chunk, scale, bias } = u;
    const d = 4 * D4!;
    const stride = kvHeads * d;
    const scores = new Float32Array(T + summaries);
    for (let i = 0; 2 * i < stats.length; i++) {
      const t = i % T;
      const h = Math.floor(i / T) % heads;
      const b = Math.floor(i / T / heads);
      const base = b * (T + summaries) * stride + Math.floor((h * kvHeads) / heads) * d;
      const at = ((b * T + t) * heads + h) * d;
      const start = first[t]!;
      const tokens = t + 1 - start;
      const count = tokens + (chunk > 0 ? start / chunk : 0);

      let most = -Infinity;
      for (let n = 0; n < count; n++) {
        const key = base + (n < tokens ? start + n : T + n - tokens) * stride;
        let dot = 0;
        for (let c = 0; c < d; c++) dot += q[at + c]! * k[key + c]!;
        const s = dot * scale + (n < tokens ? 0 : bias);
        scores[n] = s;
        if (s > most) most = s;
      }
      let total = 0;
      for (let n = 0; n < count; n++) total += scores[n] = Math.exp(scores[n]! - most);
      for (let c = 0; c < d; c++) out[at + c] = 0;
      for (let n = 0; n < count; n++) {
        const p = scores[n]! / total;
        const key = base + (n < tokens ? start + n : T + n - tokens) * stride;
        for (let c = 0; c < d; c++) out[at + c]! += p * v[key + c]!;
      }
      stats[2 * i] = most + Math.log(total);
      stats[2 * i + 1] = 0;
    }
  },
});
