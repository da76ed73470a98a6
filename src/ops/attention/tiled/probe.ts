import { defineKernel } from '../../../program/kernel';
import { BLOCKED_CELL } from '../probe';
import { hostAddresses, minWork } from '../shared';
import { eachColumn, tiledUniforms } from './shared';

/**
 * The weights one forward pass used, as attentionProbe draws them, for any mask: a cell holds the largest weight inside,
 * a blocked one BLOCKED_CELL. One thread per (head, row, column) of the picture; first sequence of the batch.
 */
export const tiledProbe = defineKernel({
  name: 'tiledProbe',
  buffers: {
    qkv: 'read f32', // [B T, H + 2 kvH, d], placed
    reads: 'read i32', // spans of tiles; rows are queries
    stats: 'read f32', // [B, H, T, 2]
    cells: 'write f32', // [H, size, size]
  },
  uniforms: { ...tiledUniforms, headDim: 'u32', size: 'u32', factor: 'u32', every: 'u32' },
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
  let d = uniforms.headDim;
  let column = i % uniforms.size;
  let row = i / uniforms.size % uniforms.size;
  let h = i / uniforms.size / uniforms.size;
  let kv = h * uniforms.kvHeads / uniforms.heads;
  let parts = uniforms.heads + 2u * uniforms.kvHeads;
  let lastQuery = min((row + 1u) * uniforms.factor, uniforms.T) - 1u;
  let firstKey = column * uniforms.factor;
  let endKey = min((column + 1u) * uniforms.factor, uniforms.T);
  var some = false;
  var most = 0.0;
  for (var back = 0u; back < uniforms.factor; back += uniforms.every) {
    if (lastQuery < row * uniforms.factor + back) { break; }
    let t = lastQuery - back;
    let qAt = (t * parts + h) * d;
    let lse = stats[2u * (h * uniforms.T + t)];
    let block = t / 4u;
    for (var span = reads[block]; span < reads[block + 1u]; span += 3) {
      let own = (u32(reads[span + 2]) >> (t % 4u * 8u)) & 255u;
      let begin = max(firstKey, u32(reads[span]) * 8u);
      let end = min(endKey, u32(reads[span + 1]) * 8u);
      if (own == 0u) { continue; }
      for (var key = begin; key < end; key++) {
        if (((own >> (key % 8u)) & 1u) == 0u) { continue; }
        some = true;
        let kAt = (key * parts + uniforms.heads + kv) * d;
        var sum = 0.0;
        for (var c = 0u; c < d; c++) { sum += qkv[qAt + c] * qkv[kAt + c]; }
        most = max(most, exp(sum * uniforms.scale - lse));
      }
    }
  }
  cells[i] = select(${BLOCKED_CELL}.0, most, some);
}`,
  host({ qkv, reads, stats, cells }, u) {
    const { T, heads, scale, headDim: d, size, factor, every } = u;
    const at = hostAddresses({ ...u, summaries: 0 }, d);
    cells.fill(BLOCKED_CELL);
    for (let h = 0; h < heads; h++) {
      const kv = at.kvOf(h);
      for (let row = 0; row < size; row++) {
        const lastQuery = Math.min((row + 1) * factor, T) - 1;
        for (let t = lastQuery; t >= row * factor; t -= every) {
          const query = at.query(0, t, h);
          const lse = stats[at.stat(0, t, h)]!;
          eachColumn(reads, t, (j) => {
            const key = at.key(0, j, kv);
            let dot = 0;
            for (let c = 0; c < d; c++) dot += qkv[query + c]! * qkv[key + c]!;
            const cell = (h * size + row) * size + Math.floor(j / factor);
            cells[cell] = Math.max(0, cells[cell]!, Math.exp(dot * scale - lse));
          });
        }
      }
    }
  },
  // Panels of keys, the current four queries, four rows of scores, and where in a row each tile lies.
  scratch: ({ T, headDim }) => 4 * ((T + 16) * (headDim + 5) + 4),
  work: (sizes) => minWork({ ...sizes, B: 1 }, sizes.headDim / 4),
});
