/** @file Cross-entropy with whole-number labels; the forward pass writes the gradient, because it has everything it needs. */
import { defineKernel } from '../../gpu/kernel';

/**
 *   report[r] = (−weight log softmax(logits[r])[target], weight if the largest logit is the target's)
 *   dlogits[r] = weight share (softmax(logits[r]) − onehot(target))
 *
 * share = 1 / Σ weights makes the gradient that of the mean. One thread per row.
 */
export const crossEntropy = defineKernel({
  name: 'crossEntropy',
  buffers: {
    logits: 'read f32', // [rows, V]
    targets: 'read i32', // [rows]
    weights: 'read f32', // [rows]
    dlogits: 'write f32', // [rows, V]
    report: 'write f32', // [rows, 2]
  },
  uniforms: { V: 'u32', share: 'f32' },
  wgsl: () => /* wgsl */ `
fn main(row: u32) {
  let at = row * uniforms.V;
  let goal = u32(targets[row]);
  let weight = weights[row];
  var best = logits[at];
  var choice = 0u;
  for (var c = 1u; c < uniforms.V; c++) {
    if (logits[at + c] > best) { best = logits[at + c]; choice = c; }
  }
  var sum = 0.0;
  for (var c = 0u; c < uniforms.V; c++) { sum += exp(logits[at + c] - best); }
  let factor = weight * uniforms.share;
  for (var c = 0u; c < uniforms.V; c++) {
    dlogits[at + c] = factor * (exp(logits[at + c] - best) / sum - select(0.0, 1.0, c == goal));
  }
  report[2u * row] = weight * (best + log(sum) - logits[at + goal]);
  report[2u * row + 1u] = select(0.0, weight, choice == goal);
}`,
  host({ logits, targets, weights, dlogits, report }, { V, share }) {
    for (let row = 0, at = 0; row < targets.length; row++, at += V) {
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
      let sum = 0;
      for (let c = 0; c < V; c++) sum += dlogits[at + c] = Math.exp(logits[at + c]! - best);
      const factor = (weight * share) / sum;
      for (let c = 0; c < V; c++) dlogits[at + c]! *= factor;
      dlogits[at + goal]! -= weight * share;
      report[2 * row] = weight * (best + Math.log(sum) - logits[at + goal]!);
      report[2 * row + 1] = choice === goal ? weight : 0;
    }
  },
});
