import { tuneEvaluations, tuneVariants, type TuneRole } from '../spec/tuning';
import { GoingOn } from './onward.svelte';

/** A model trained on short instructions that continues with long ones. */
export class Tuning extends GoingOn<TuneRole> {
  protected readonly trained = 'long';
  protected readonly byPosition = false;
  protected readonly variantsOf = tuneVariants;
  protected readonly looksAt = tuneEvaluations;

  /** The final share of right answers, 0..1; undefined before it is known. */
  accuracyOf(role: TuneRole): number | undefined {
    const steps = this.asked?.variants.find((one) => one.role === role)?.steps;
    return this.rowsOf(role).find(({ step }) => step === steps)?.accuracy;
  }
}
