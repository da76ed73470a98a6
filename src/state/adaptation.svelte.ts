import type { AdaptLook, EngineEvent, JobProgress } from '../link/protocol';
import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** How rotary positions meet a longer context. */
export type Rotary = 'plain' | 'interpolated' | 'base';

export interface Plan {
  readonly times: number; // as long a context
  readonly plan: string;
  readonly rotary: Rotary;
  readonly steps: number;
  readonly rate: number;
  readonly scratch: boolean; // also from scratch
}

/** The base is raised as much as the NTK-aware rule says: s^(d / (d − 2)). */
const raised = (base: number, times: number, d: number) =>
  Math.min(10_000_000, Math.round(base * times ** (d / Math.max(1, d - 2))));

/** The settings a model goes on with. */
export function adaptedSpec(spec: RunSpec, { times, plan, rotary, steps, rate }: Plan): RunSpec {
  return {
    ...spec,
    plan,
    context: spec.context * times,
    batch: Math.max(1, Math.round(spec.batch / times)), // the same tokens in a step
    ropeScale: rotary === 'interpolated' ? spec.ropeScale * times : spec.ropeScale,
    ropeBase:
      rotary === 'base' ? raised(spec.ropeBase, times, spec.width / spec.heads) : spec.ropeBase,
    steps: Math.max(10, steps),
    warmup: Math.min(20, Math.floor(steps / 10)),
    rate,
    backend: 'auto',
  };
}

/** The very model, read at the longer context: nothing of it is changed. */
export const asItWas = (spec: RunSpec, plan: Plan): RunSpec =>
  adaptedSpec(spec, { ...plan, plan: spec.plan, rotary: 'plain' });

/** What is looked at: the model as it was, the one that is adapted, one that begins from scratch. */
export type Role = 'as it was' | 'adapted' | 'from scratch';

/** A model that goes on with a longer context, and what is known of it so far. */
export class Adaptation extends Job<AdaptLook> {
  /** What the rows are about. */
  asked = $state.raw<
    { readonly spec: RunSpec; readonly plan: Plan; readonly roles: readonly Role[] } | undefined
  >();

  /** The adapted model, once there is one. */
  result = $derived(this.rows.find((row) => this.roleOf(row) === 'adapted' && row.file)?.file);

  roleOf = ({ index }: AdaptLook): Role => this.asked!.roles[index]!;

  protected progressOf(event: EngineEvent): JobProgress<AdaptLook> | undefined {
    return event.type === 'adapt' ? event.progress : undefined;
  }

  start(model: Uint8Array<ArrayBuffer>, spec: RunSpec, plan: Plan): void {
    const longer = adaptedSpec(spec, plan);
    const { steps } = plan;
    const all = [
      { role: 'as it was', spec: asItWas(spec, plan), from: 'model', steps: 0 },
      { role: 'adapted', spec: longer, from: 'model', steps },
      { role: 'from scratch', spec: longer, from: 'scratch', steps },
    ] as const;
    const wanted = all.filter(({ role }) => plan.scratch || role !== 'from scratch');
    this.asked = { spec: longer, plan, roles: wanted.map(({ role }) => role) };
    const variants = wanted.map(({ role: _, ...variant }) => variant);
    const total = variants.reduce((sum, variant) => sum + variant.steps, 0);
    const lookAt = [0, ...[0.1, 0.3].map((part) => Math.round(part * steps))];
    this.begin(total, (runId) => ({
      type: 'adapt',
      runId,
      model,
      variants,
      lookAt,
    }));
  }
}
