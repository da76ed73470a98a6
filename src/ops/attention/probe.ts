import { defineKernel } from '../../program/kernel';
import { attentionUniforms, hostAddresses, minWork } from './shared';

/** A cell that was read through summaries holds SUMMARY_OFFSET + weight, a blocked one BLOCKED_CELL, the others the weight itself. */
export const SUMMARY_OFFSET = 2;
export const BLOCKED_CELL = -1;

/**
 * The weights that one forward pass used, as a picture of `size` × `size` cells of `factor` × `factor` tokens, from the
 * exact q, k, intervals and log-sum-exp of that pass. Made only on request. A cell holds the largest weight inside; a
 * summary's weight is spread evenly over its tokens. Of the queries of a cell every `every`-th is sampled, and always
 * the last one: 1 samples all of them.
 * One thread per (head, row, column) of the picture; first sequence of the batch.
 */
export const attentionProbe = defineKernel({
  name: 'attentionProbe',
  buffers: {
    qkv: 'read f32', // [B T, H + 2 kvH, d], placed
    means: 'read f32', // [B summaries, 2 kvH, d]
    first: 'read i32', // [T]
    stats: 'read f32', // [B, H, T, 2]
    cells: 'write f32', // [H, size, size]
  },
  uniforms: { ...attentionUniforms, headDim: 'u32', size: 'u32', factor: 'u32', every: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let d = uniforms.headDim;
  let column = i % uniforms.size;
  let row = i / uniforms.size % uniforms.size;
  let h = i / uniforms.size / uniforms.size;
  let kv = h * uniforms.kvHeads / uniforms.heads;
  let parts = uniforms.heads + 2u * uniforms.kvHeads;
  let lastQuery = min((row + 1u) * uniforms.factor, uniforms.T) - 1u;
  let lastKey = min((column + 1u) * uniforms.factor, uniforms.T) - 1u;
  var exact = false;
  var summary = false;
  var most = 0.0;
  for (var back = 0u; back < uniforms.factor; back += uniforms.every) {
    if (lastQuery < row * uniforms.factor + back) { break; }
    let t = lastQuery - back;
    let start = u32(first[t]);
    let qAt = (t * parts + h) * d;
    let lse = stats[2u * (h * uniforms.T + t)];
    var key = column * uniforms.factor;
    loop {
      if (key > min(lastKey, t)) { break; }
      var weight = 0.0;
      if (key >= start) {
        exact = true;
        let kAt = (key * parts + uniforms.heads + kv) * d;
        var sum = 0.0;
        for (var c = 0u; c < d; c++) { sum += qkv[qAt + c] * qkv[kAt + c]; }
        weight = exp(sum * uniforms.scale - lse);
      } else if (uniforms.chunk > 0u) {
        summary = true;
        let kAt = (key / uniforms.chunk * 2u * uniforms.kvHeads + kv) * d;
        var sum = 0.0;
        for (var c = 0u; c < d; c++) { sum += qkv[qAt + c] * means[kAt + c]; }
        weight = exp(sum * uniforms.scale + uniforms.bias - lse) / f32(uniforms.chunk);
        key = (key / uniforms.chunk + 1u) * uniforms.chunk - 1u; // the rest of the chunk has the same
      } else {
        key = start - 1u; // blocked up to the window
      }
      most = max(most, weight);
      key += 1u;
    }
  }
  if (exact) { cells[i] = most; }
  else if (summary) { cells[i] = ${SUMMARY_OFFSET}.0 + most; }
  else { cells[i] = ${BLOCKED_CELL}.0; }
}`,
  host({ qkv, means, first, stats, cells }, u) {
    const { T, heads, chunk, scale, bias, headDim: d, size, factor, every } = u;
    const at = hostAddresses(u, d);
    for (let h = 0, i = 0; h < heads; h++) {
      const kv = at.kvOf(h);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++, i++) {
          const lastQuery = Math.min((row + 1) * factor, T) - 1;
          const lastKey = Math.min((column + 1) * factor, T) - 1;
          let [exact, summary, most] = [false, false, 0];
          for (let t = lastQuery; t >= row * factor; t -= every) {
            const start = first[t]!;
            const query = at.query(0, t, h);
            const lse = stats[at.stat(0, t, h)]!;
            const from = chunk > 0 ? 0 : start;
            for (let key = Math.max(column * factor, from); key <= Math.min(lastKey, t); key++) {
              const far = key < start;
              if (far) summary = true;
              else exact = true;
              const keys = far ? means : qkv;
              const k = far ? at.meanKey(0, Math.floor(key / chunk), kv) : at.key(0, key, kv);
              let dot = 0;
              for (let c = 0; c < d; c++) dot += qkv[query + c]! * keys[k + c]!;
              const p = Math.exp(dot * scale + (far ? bias : 0) - lse);
              most = Math.max(most, far ? p / chunk : p);
              if (far) key = (Math.floor(key / chunk) + 1) * chunk - 1; // the rest of the chunk has the same
            }
          }
          cells[i] = exact ? most : summary ? SUMMARY_OFFSET + most : BLOCKED_CELL;
        }
      }
    }
  },
  // Panels of keys, the current four queries, and four rows of scores.
  scratch: ({ T, summaries, headDim }) => 4 * ((T + summaries + 16) * (headDim + 4) + 4),
  work: (sizes) => minWork({ ...sizes, B: 1 }, sizes.headDim / 4),
});
