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

/** A model that goes on with a longer context, and what is known of it so far. */
export class Adaptation extends Job<AdaptLook> {
  /** What the rows are about. */
  asked = $state.raw<{ readonly spec: RunSpec; readonly plan: Plan } | undefined>();

  /** The adapted model, once there is one. */
  result = $derived(this.rows.find(({ index, file }) => index === 0 && file)?.file);

  protected progressOf(event: EngineEvent): JobProgress<AdaptLook> | undefined {
    return event.type === 'adapt' ? event.progress : undefined;
  }

  start(model: Uint8Array<ArrayBuffer>, spec: RunSpec, plan: Plan): void {
    const longer = adaptedSpec(spec, plan);
    this.asked = { spec: longer, plan };
    const { steps } = plan;
    const variants = [
      { spec: longer, from: 'model' as const, steps },
      ...(plan.scratch ? [{ spec: longer, from: 'scratch' as const, steps }] : []),
    ];
    const lookAt = [0, ...[0.1, 0.3].map((part) => Math.round(part * steps))];
    this.begin(steps * variants.length, (runId) => ({
      type: 'adapt',
      runId,
      model,
      variants,
      lookAt,
    }));
  }
}
