/** @file Loss and accuracy of the targets in each slice of held-out batches. */
import type { Batch } from '../data/source';
import type { SliceScore } from '../data/slice';

export class SliceTally {
  readonly #sums = new Map<string, { loss: number; hits: number; tokens: number }>();

  /** `rows`: (loss, hit) of each target of the batch, [B · T, 2], as Model.evaluate gives them. */
  add(batch: Batch, rows: Float32Array): void {
    for (const [id, mask] of batch.slices ?? []) {
      const sum = this.#sums.get(id) ?? { loss: 0, hits: 0, tokens: 0 };
      this.#sums.set(id, sum);
      for (let row = 0; row < mask.length; row++) {
        if (!mask[row] || batch.weights[row] === 0) continue;
        sum.loss += rows[2 * row]!;
        sum.hits += rows[2 * row + 1]!;
        sum.tokens += batch.weights[row]!;
      }
    }
  }

  scores(): SliceScore[] {
    return [...this.#sums].map(([id, { loss, hits, tokens }]) => ({
      id,
      loss: tokens > 0 ? loss / tokens : 0,
      accuracy: tokens > 0 ? hits / tokens : 0,
      tokens,
    }));
  }
}
