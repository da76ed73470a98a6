/**
 * @file Long instruction tuning (the paper's LIT) in miniature: a model that answers short instructions goes on with long
 * ones; both are asked for before and after, so that what is forgotten shows too.
 */
import { adaptedSpec, type AdaptPlan, type Onward } from './adaptation';
import type { RunSpec } from './run';

export type TuneRole = 'short, before' | 'long, before' | 'long' | 'short, after' | 'from scratch';

/** The models that are looked at, in order: the third one is trained, and the fourth is it again with short instructions. */
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

/** Steps after which the tuned model is looked at; the last always is. */
export const tuneLooks = (steps: number): readonly number[] => [
  ...new Set([0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75].map((part) => Math.round(part * steps))),
];
