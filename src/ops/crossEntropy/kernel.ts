/**
 * @file Cross-entropy with integer labels; the forward pass writes the gradient, because it has everything needed for
 * it.
 */
import { defineKernel } from '../../program/kernel';

/**
 *   report[r] = (−weight log softmax(logits[r])[target], weight if the largest logit is the target's)
 *   logits[r] becomes its gradient: weight share (softmax(logits[r]) − onehot(target)), 0 past the vocabulary
 *
 * share = 1 / Σ weights makes the gradient that of the mean. One thread per row.
 */
export const crossEntropy = defineKernel({
  name: 'crossEntropy',
  buffers: {
    logits: 'update f32', // [rows, stride], of which the first V columns are real
    targets: 'read i32', // [rows]
    weights: 'read f32', // [rows]
    report: 'write f32', // [rows, 2]
  },
  uniforms: { rows: 'u32', V: 'u32', stride: 'u32', share: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let at = row * uniforms.stride;
  let goal = u32(targets[row]);
  let weight = weights[row];
  var best = logits[at];
  var choice = 0u;
  for (var c = 1u; c < uniforms.V; c++) {
    if (logits[at + c] > best) { best = logits[at + c]; choice = c; }
  }
  let loss = best - logits[at + goal];
  var sum = 0.0;
  for (var c = 0u; c < uniforms.V; c++) {
    let e = exp(logits[at + c] - best);
    logits[at + c] = e;
    sum += e;
  }
  let factor = weight * uniforms.share;
  for (var c = 0u; c < uniforms.V; c++) { logits[at + c] *= factor / sum; }
  logits[at + goal] -= factor;
  for (var c = uniforms.V; c < uniforms.stride; c++) { logits[at + c] = 0.0; }
  report[2u * row] = weight * (loss + log(sum));
  report[2u * row + 1u] = select(0.0, weight, choice == goal);
}`,
  host({ logits, targets, weights, report }, { rows, V, stride, share }) {
    for (let row = 0, at = 0; row < rows; row++, at += stride) {
      const goal = targets[row]!;
      const weight = weights[row]!;
      let best = logits[at]!;
      let choice = 0;
      for (let c = 1; c < V; c++) {
        if (logits[at + c]! > best) {
          best = logits[at + c]!;
          choice = c;
        }
      }
      const loss = best - logits[at + goal]!;
      let sum = 0;
      for (let c = 0; c < V; c++) sum += logits[at + c] = Math.exp(logits[at + c]! - best);
      const factor = weight * share;
      for (let c = 0; c < V; c++) logits[at + c]! *= factor / sum;
      logits[at + goal]! -= factor;
      logits.fill(0, at + V, at + stride);
      report[2 * row] = weight * (loss + Math.log(sum));
      report[2 * row + 1] = choice === goal ? weight : 0;
    }
  },
  work: ({ rows, stride }) => 50 * rows * stride,
});
