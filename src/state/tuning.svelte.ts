import type { AdaptLook, EngineEvent, JobProgress } from '../link/protocol';
import type { RunSpec } from '../spec/run';
import {
  tuneLooks,
  tuneVariants,
  type Moment,
  type TunePlan,
  type TuneVariant,
} from '../spec/tuning';
import { Job } from './job.svelte';

/** A model that goes on with long instructions, and what is known of it so far. */
export class Tuning extends Job<AdaptLook> {
  asked = $state.raw<
    { readonly plan: TunePlan; readonly variants: readonly TuneVariant[] } | undefined
  >();

  /** The tuned model, once there is one. */
  result = $derived(this.rowsOf('long').find(({ file }) => file)?.file);

  /** What was seen of one of the models, in the order of its steps. */
  rowsOf(moment: Moment): readonly AdaptLook[] {
    return this.rows.filter(({ index }) => this.asked?.variants[index]?.moment === moment);
  }

  /** How many answers were right in the end, 0..1; undefined before it was seen. */
  accuracyOf(moment: Moment): number | undefined {
    const rows = this.rowsOf(moment);
    const steps = this.asked?.variants.find((one) => one.moment === moment)?.steps;
    const last = rows.at(-1);
    return last && last.step === steps ? last.accuracy : undefined;
  }

  protected progressOf(event: EngineEvent): JobProgress<AdaptLook> | undefined {
    return event.type === 'adapt' ? event.progress : undefined;
  }

  start(model: Uint8Array<ArrayBuffer>, spec: RunSpec, plan: TunePlan): void {
    const variants = tuneVariants(spec, plan);
    this.asked = { plan, variants };
    const total = variants.reduce((sum, { steps }) => sum + steps, 0);
    this.begin(total, (runId) => ({
      type: 'adapt',
      runId,
      model,
      variants: variants.map(({ moment: _, ...variant }) => variant),
      lookAt: tuneLooks(plan.steps),
    }));
  }
}
