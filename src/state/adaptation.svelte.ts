import type { AdaptLook, EngineEvent, JobProgress } from '../link/protocol';
import {
  adaptedSpec,
  adaptLooks,
  adaptVariants,
  type AdaptPlan,
  type Role,
} from '../spec/adaptation';
import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** A model that goes on with a longer context, and what is known of it so far. */
export class Adaptation extends Job<AdaptLook> {
  /** What the rows are about. */
  asked = $state.raw<
    | { readonly spec: RunSpec; readonly plan: AdaptPlan; readonly roles: readonly Role[] }
    | undefined
  >();

  /** The adapted model, once there is one. */
  result = $derived(this.rows.find((row) => this.roleOf(row) === 'adapted' && row.file)?.file);

  roleOf = ({ index }: AdaptLook): Role => this.asked!.roles[index]!;

  protected progressOf(event: EngineEvent): JobProgress<AdaptLook> | undefined {
    return event.type === 'adapt' ? event.progress : undefined;
  }

  start(model: Uint8Array<ArrayBuffer>, spec: RunSpec, plan: AdaptPlan): void {
    const wanted = adaptVariants(spec, plan);
    this.asked = { spec: adaptedSpec(spec, plan), plan, roles: wanted.map(({ role }) => role) };
    const variants = wanted.map(({ role: _, ...variant }) => variant);
    const total = variants.reduce((sum, variant) => sum + variant.steps, 0);
    this.begin(total, (runId) => ({
      type: 'adapt',
      runId,
      model,
      variants,
      lookAt: adaptLooks(plan.steps),
    }));
  }
}
