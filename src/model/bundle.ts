/**
 * @file The model as programs: a training step, an evaluation, logits, and the pictures of its attention.
 * Forward and backward are written out, without a tape; the composed version it is tested against is src/reference.
 *
 * x' = x + attend(place(norm(x) [Wq | Wk | Wv])) Wo
 * y  = x' + (silu(norm(x') Wgate) ∘ norm(x') Wup) Wdown
 *
 * Llama's block (Touvron et al. 2023): pre-norm, no biases. Shapes are known, so this runs once per model; the list it
 * writes is what machines replay and what the memory prediction counts.
 */
import type { Bundle } from '../program/program';
import type { ModelSpec } from '../spec/model';
import { backward } from './backward';
import { BundleWriter, type BundleOptions } from './bundleWriter';
import { forward, loss } from './forward';
import { maps } from './maps';
import { update } from './update';

/** The programs `train`, `evaluate` (a batch), `logits` and `maps` (one sequence), and what they share. */
export function bundleOf(m: ModelSpec, options: BundleOptions): Bundle {
  const w = new BundleWriter(m, options);
  const { batch, pooling } = options;
  return {
    kept: w.kept,
    programs: {
      train: w.program(batch, () => {
        const kept = forward(w);
        const { report } = loss(w, kept.logits);
        backward(w, kept);
        update(w, report);
      }),
      evaluate: w.program(batch, () => loss(w, forward(w).logits, 'report')),
      logits: w.program(1, () => forward(w, 'logits')),
      ...(pooling && { maps: w.program(1, () => maps(w, pooling)) }),
    },
  };
}
