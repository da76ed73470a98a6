/**
 * @file Adapting a model to a longer context: the user's request, and the settings with which each of the compared
 * models continues.
 */
import { canPack, type RunSpec } from './run';

/** How rotary positions are extended to a longer context. */
export type Rotary = 'plain' | 'interpolated' | 'base';

export interface AdaptPlan {
  readonly times: number; // the new context is this many times as long
  readonly plan: string;
  readonly rotary: Rotary;
  readonly steps: number;
  readonly rate: number;
  readonly scratch: boolean; // also train a model from scratch
}

/** The models compared: the original, the adapted one, and one that starts from scratch. */
export const ROLES = [
  /* not a message */ 'as it was',
  'adapted',
  /* not a message */ 'from scratch',
] as const;
export type Role = (typeof ROLES)[number];

/** The base is raised as the NTK-aware rule says: s^(d / (d − 2)). */
const raised = (base: number, times: number, d: number) =>
  Math.min(10_000_000, Math.round(base * times ** (d / Math.max(1, d - 2))));

/** The settings with which a model continues. */
export function adaptedSpec(
  spec: RunSpec,
  { times, plan, rotary, steps, rate }: AdaptPlan,
): RunSpec {
  const adapted: RunSpec = {
    ...spec,
    plan,
    context: spec.context * times,
    batch: Math.max(1, Math.round(spec.batch / times)), // the same number of tokens per step
    ropeScale: rotary === 'interpolated' ? spec.ropeScale * times : spec.ropeScale,
    ropeBase:
      rotary === 'base' ? raised(spec.ropeBase, times, spec.width / spec.heads) : spec.ropeBase,
    steps: Math.max(10, steps),
    warmup: Math.min(20, Math.floor(steps / 10)),
    rate,
    backend: 'auto',
  };
  return canPack(adapted) ? adapted : { ...adapted, documents: 'off' };
}

/** The original model, evaluated at the longer context without any change. */
const asItWas = (spec: RunSpec, plan: AdaptPlan): RunSpec =>
  adaptedSpec(spec, { ...plan, plan: spec.plan, rotary: 'plain' });

/** One of the models compared; src/train/adapt.ts trains it. */
export interface Onward<R extends string> {
  readonly role: R;
  readonly spec: RunSpec;
  /** It starts from the given model, from scratch, or from the final weights of the previous model. */
  readonly from: 'model' | 'scratch' | 'before';
  readonly steps: number;
}

/** The models compared, in order. */
export function adaptVariants(spec: RunSpec, plan: AdaptPlan): readonly Onward<Role>[] {
  const longer = adaptedSpec(spec, plan);
  const { steps } = plan;
  const all: readonly Onward<Role>[] = [
    { role: 'as it was', spec: asItWas(spec, plan), from: 'model', steps: 0 },
    { role: 'adapted', spec: longer, from: 'model', steps },
    { role: 'from scratch', spec: longer, from: 'scratch', steps },
  ];
  return all.filter(({ role }) => plan.scratch || role !== 'from scratch');
}

/** Steps after which the models are evaluated; the last always is one. */
export const adaptEvaluations = (steps: number): readonly number[] =>
  [0, 0.1, 0.3].map((part) => Math.round(part * steps));
