/**
 * @file Trains runs one after the other to a given step and evaluates them there: the same comparison with other seeds,
 * to tell results from noise.
 */
import { InputError } from '../core/check';
import type { DeviceLimits } from '../core/limits';
import type { Feed } from '../data/batches';
import type { TrainedRun } from '../workers/train/jobs';
import type { Validation } from '../workers/train/results';
import { checkMemory } from '../model/memory';
import { sourceOf, type RunSpec } from '../spec/run';
import type { Models } from './model';
import { Trainer } from './trainer';

/** Steps between two progress reports. */
const OFTEN = 5;

export interface RepeatOptions {
  readonly specs: readonly RunSpec[];
  /** Optimizer steps each run takes; the rest of its schedule is left out. */
  readonly steps: number;
  /** Steps at which the held-out loss is measured. */
  readonly validateAt: readonly number[];
  feed(spec: RunSpec): Promise<Feed>;
}

export type Repeated =
  | { readonly kind: 'steps'; readonly done: number } // over all runs, so far
  | { readonly kind: 'run'; readonly done: number; readonly run: TrainedRun };

/**
 * Yields control every few steps; ends early once `cancelled` returns true, without a result for the run under way.
 * Throws InputError if a run does not fit, Diverged if a loss or a gradient norm is not finite.
 */
export async function* repeat(
  models: Models,
  limits: DeviceLimits,
  { specs, steps, validateAt, feed }: RepeatOptions,
  cancelled: () => boolean,
): AsyncGenerator<Repeated> {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new InputError(`steps is ${steps}; it should be a whole number, 1 or more`);
  const looks = new Set(validateAt);
  for (const [index, spec] of specs.entries()) {
    if (cancelled()) return;
    checkMemory(spec, { limits, kernel: models.kernel });
    const trainer = await Trainer.open(models, spec, sourceOf(spec), await feed(spec));
    try {
      const validations: Validation[] = [];
      while (trainer.step < steps) {
        if (cancelled()) return;
        await trainer.advance();
        const { step, room } = trainer;
        const often = step % OFTEN === 0 || step === steps;
        if (often || room === 0) await trainer.reports(); // throws if the loss is NaN
        if (looks.has(step)) validations.push(await trainer.validate());
        if (often) yield { kind: 'steps', done: index * steps + step };
      }
      const evaluation = await trainer.evaluation();
      const run = { index, validations, evaluation };
      yield { kind: 'run', done: (index + 1) * steps, run };
    } finally {
      trainer.dispose();
    }
  }
}
