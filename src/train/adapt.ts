/**
 * @file Trains a model further: with a longer context, other patterns or other rotary settings (long-context
 * adaptation, the paper's LCAT, in miniature) or on long instructions (long instruction tuning, LIT), next to the same
 * model from scratch. Each is evaluated before, during and after.
 */
import { InputError } from '../core/check';
import type { DeviceLimits } from '../core/limits';
import type { Feed } from '../data/batches';
import type { AdaptLook } from '../workers/train/jobs';
import { writeCheckpoint, type Checkpoint } from '../model/files/checkpoint';
import { checkMemory } from '../model/memory';
import { sourceOf, type RunSpec } from '../spec/run';
import { checkFits, checkpointFrom, snapshotFrom } from './keep';
import type { Models } from './model';
import { Trainer } from './trainer';

/** Steps between two progress reports. */
const OFTEN = 5;

export interface Variant {
  readonly spec: RunSpec;
  /** Starts from the given model, from scratch, or from the final weights of the previous variant. */
  readonly from: 'model' | 'scratch' | 'before';
  /** Optimizer steps; 0: it is only evaluated. */
  readonly steps: number;
}

export interface AdaptOptions {
  readonly model: Checkpoint;
  readonly variants: readonly Variant[];
  /** Steps after which it is evaluated; 0 is before any training. The last step is always included. */
  readonly lookAt: readonly number[];
  /** Measures losses by position too. */
  readonly byPosition: boolean;
  /** `text` is the user's own, if the model was trained on one. */
  feed(spec: RunSpec, text?: string): Promise<Feed>;
}

export type Adapted =
  | { readonly kind: 'steps'; readonly done: number }
  | { readonly kind: 'look'; readonly done: number; readonly look: AdaptLook };

/**
 * Yields control every few steps. Throws InputError if a variant does not fit the model or the machine, Diverged if a
 * loss or a gradient norm is not finite.
 */
export async function* adapt(
  models: Models,
  limits: DeviceLimits,
  { model, variants, lookAt, byPosition, feed }: AdaptOptions,
  cancelled: () => boolean,
): AsyncGenerator<Adapted> {
  let before = 0;
  const looks = new Set(lookAt);
  let last = model;
  for (const [index, { spec, from, steps }] of variants.entries()) {
    if (!Number.isSafeInteger(steps) || steps < 0)
      throw new InputError(`steps is ${steps}; it should be a whole number, 0 or more`);
    const begin = from === 'before' ? last : model;
    if (from !== 'scratch') checkFits(begin, spec);
    checkMemory(spec, { limits, kernel: models.kernel });
    const trainer = await Trainer.open(models, spec, sourceOf(spec), await feed(spec, model.text));
    try {
      if (from !== 'scratch') {
        // Its moments belong to another loss; the schedule restarts, including warm-up.
        const { adamMoments: _, ...weights } = { ...begin, spec, step: 0 };
        trainer.restore(snapshotFrom(weights, spec));
      }
      for (;;) {
        if (cancelled()) return;
        const { step } = trainer;
        const ends = step >= steps;
        if (looks.has(step) || ends) {
          await trainer.reports(); // throws if the loss is NaN
          const { loss, accuracy } = await trainer.validate();
          const trained = ends && steps > 0;
          if (trained) last = checkpointFrom(spec, await trainer.snapshot(), model.text);
          const file = trained ? writeCheckpoint(last) : undefined;
          const look = {
            index,
            step,
            loss,
            accuracy,
            ...(byPosition && { positions: (await trainer.evaluateHeldOut()).positions }),
            ...(file && { file }),
          };
          yield { kind: 'look', done: before + step, look };
        }
        if (ends) break;
        await trainer.advance();
        if (trainer.step % OFTEN === 0 || trainer.room === 0) {
          await trainer.reports();
          yield { kind: 'steps', done: before + trainer.step };
        }
      }
      before += steps;
    } finally {
      trainer.dispose();
    }
  }
}
