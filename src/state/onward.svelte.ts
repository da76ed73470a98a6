import type { AdaptLook } from '../workers/train/jobs';
import type { AdaptPlan, Onward } from '../spec/adaptation';
import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** A model that continues under a new spec, along with others it is compared with, and the results so far. */
export abstract class GoingOn<R extends string> extends Job<'adapt'> {
  protected readonly kind = 'adapt';
  /** The job that the rows belong to. */
  asked = $state.raw<
    { readonly plan: AdaptPlan; readonly variants: readonly Onward<R>[] } | undefined
  >();

  /** The resulting model, once there is one. */
  result = $derived.by(() => this.rowsOf(this.trained).find(({ file }) => file)?.file);

  /** The name of the variant that is trained from the given model. */
  protected abstract readonly trained: R;
  /** Whether losses by position are measured too. */
  protected abstract readonly byPosition: boolean;
  protected abstract variantsOf(spec: RunSpec, plan: AdaptPlan): readonly Onward<R>[];
  protected abstract looksAt(steps: number): readonly number[];

  roleOf = ({ index }: AdaptLook): R => this.asked!.variants[index]!.role;

  /** The evaluations of one of the models, in the order of its steps. */
  rowsOf(role: R): readonly AdaptLook[] {
    return this.rows.filter((row) => this.roleOf(row) === role);
  }

  /** Call for another model: the results of the previous one do not apply to it. */
  override clear(): void {
    super.clear();
    this.asked = undefined;
  }

  start(model: Uint8Array<ArrayBuffer>, spec: RunSpec, plan: AdaptPlan): void {
    const variants = this.variantsOf(spec, plan);
    this.asked = { plan, variants };
    const total = variants.reduce((sum, { steps }) => sum + steps, 0);
    this.begin(total, {
      kind: 'adapt',
      model,
      variants: variants.map(({ role: _, ...variant }) => variant),
      lookAt: this.looksAt(plan.steps),
      byPosition: this.byPosition,
    });
  }
}
