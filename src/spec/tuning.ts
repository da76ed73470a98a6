/**
 * @file Long instruction tuning (the paper's LIT) in miniature: a model that answers short instructions continues with
 * long ones. Both are tested before and after, so that forgetting shows too.
 */
import { adaptedSpec, type AdaptPlan, type Onward } from './adaptation';
import type { RunSpec } from './run';

export type TuneRole = 'short, before' | 'long, before' | 'long' | 'short, after' | 'from scratch';

/**
 * The models compared, in order: the third one is trained on long instructions, and the fourth is that model tested on
 * short ones.
 */
export function tuneVariants(spec: RunSpec, plan: AdaptPlan): readonly Onward<TuneRole>[] {
  const { steps } = plan;
  const long = adaptedSpec(spec, plan);
  const short = { ...long, context: spec.context, batch: spec.batch };
  const before = adaptedSpec(spec, { ...plan, plan: spec.plan, rotary: 'plain' });
  const all: readonly Onward<TuneRole>[] = [
    { role: 'short, before', spec: { ...spec, backend: 'auto' }, from: 'model', steps: 0 },
    { role: 'long, before', spec: before, from: 'model', steps: 0 },
    { role: 'long', spec: long, from: 'model', steps },
    { role: 'short, after', spec: short, from: 'before', steps: 0 },
    { role: 'from scratch', spec: long, from: 'scratch', steps },
  ];
  return all.filter(({ role }) => plan.scratch || role !== 'from scratch');
}

/** Steps after which the tuned model is evaluated; the last always is one. */
export const tuneEvaluations = (steps: number): readonly number[] => [
  ...new Set([0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75].map((part) => Math.round(part * steps))),
];
