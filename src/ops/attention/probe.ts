import { defineKernel } from '../../gpu/kernel';
import { attentionUniforms } from './uniforms';

/** A summary's cells hold SUMMARY_OFFSET + weight, blocked ones BLOCKED_CELL, the others the weight itself. */
export const SUMMARY_OFFSET = 2;
export const BLOCKED_CELL = -1;

/**
 * The weights one forward pass used, as a picture of T × T cells, from the very q, k, intervals and
 * log-sum-exp it had. Only made when somebody looks. A summary's weight is spread evenly over its tokens.
 * One thread per (head, query, key); first sequence of the batch.
 */
export const attentionProbe = defineKernel({
  name: 'attentionProbe',
  buffers: {
    q: 'read f32', // [B, T, heads, d]
    k: 'read f32', // [B, T + summaries, kvHeads, d]
    first: 'read i32', // [T]
    stats: 'read f32', // [B, heads, T, 2]
    cells: 'write f32', // [heads, T, T]
  },
  uniforms: { ...attentionUniforms, headDim: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let key = i % uniforms.T;
  let t = i / uniforms.T % uniforms.T;
  let h = i / uniforms.T / uniforms.T;
  let start = u32(first[t]);
  var j = key;
  var share = 1.0;
  var bias = 0.0;
  var offset = 0.0;
  if (key > t || (key < start && uniforms.chunk == 0u)) {
    cells[i] = ${BLOCKED_CELL}.0;
    return;
  }
  if (key < start) {
    j = uniforms.T + key / uniforms.chunk;
    share = 1.0 / f32(uniforms.chunk);
    bias = uniforms.bias;
    offset = ${SUMMARY_OFFSET}.0;
  }
  let kv = h * uniforms.kvHeads / uniforms.heads;
  let qAt = (t * uniforms.heads + h) * uniforms.headDim;
  let kAt = (j * uniforms.kvHeads + kv) * uniforms.headDim;
  var dot = 0.0;
  for (var c = 0u; c < uniforms.headDim; c++) { dot += q[qAt + c] * k[kAt + c]; }
  cells[i] = offset + share * exp(dot * uniforms.scale + bias - stats[2u * (h * uniforms.T + t)]);
}`,
  host({ q, k, first, stats, cells }, u) {
    const { T, heads, kvHeads, chunk, scale, bias, headDim } = u;
    for (let i = 0; i < cells.length; i++) {
      const key = i % T;
      const t = Math.floor(i / T) % T;
      const h = Math.floor(i / T / T);
      const start = first[t]!;
      const summary = key < start;
      if (key > t || (summary && chunk === 0)) {
        cells[i] = BLOCKED_CELL;
        continue;
      }
      const j = summary ? T + Math.floor(key / chunk) : key;
      const qAt = (t * heads + h) * headDim;
      const kAt = (j * kvHeads + Math.floor((h * kvHeads) / heads)) * headDim;
      let dot = 0;
      for (let c = 0; c < headDim; c++) dot += q[qAt + c]! * k[kAt + c]!;
      const p = Math.exp(dot * scale + (summary ? bias : 0) - stats[2 * (h * T + t)]!);
      cells[i] = summary ? SUMMARY_OFFSET + p / chunk : p;
    }
  },
});
