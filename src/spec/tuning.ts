/**
 * @file Long instruction tuning (the paper's LIT) in miniature: a model that answers short instructions goes on with long
 * ones; both are asked for before and after, so that what is forgotten shows too.
 */
import { adaptedSpec, type AdaptPlan } from './adaptation';
import type { RunSpec } from './run';

export type TunePlan = Omit<AdaptPlan, 'scratch'> & {
  /** Also from scratch with as many steps. */
  readonly scratch: boolean;
};

export const MOMENTS = [
  'short, before',
  'long, before',
  'long',
  'short, after',
  'from scratch',
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface TuneVariant {
  readonly moment: Moment;
  readonly spec: RunSpec;
  readonly from: 'model' | 'scratch' | 'before';
  readonly steps: number;
}

/** The models that are looked at, in order: the third one is trained, and the fourth is it again with short instructions. */
export function tuneVariants(spec: RunSpec, plan: TunePlan): readonly TuneVariant[] {
  const { steps } = plan;
  const long = adaptedSpec(spec, plan);
  const short = { ...long, context: spec.context, batch: spec.batch };
  const before = adaptedSpec(spec, { ...plan, plan: spec.plan, rotary: 'plain' });
  const all: readonly TuneVariant[] = [
    { moment: 'short, before', spec: { ...spec, backend: 'auto' }, from: 'model', steps: 0 },
    { moment: 'long, before', spec: before, from: 'model', steps: 0 },
    { moment: 'long', spec: long, from: 'model', steps },
    { moment: 'short, after', spec: short, from: 'before', steps: 0 },
    { moment: 'from scratch', spec: long, from: 'scratch', steps },
  ];
  return all.filter(({ moment }) => plan.scratch || moment !== 'from scratch');
}

/** Steps after which the tuned model is looked at; the last always is. */
export const tuneLooks = (steps: number): readonly number[] => [
  ...new Set([0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75].map((part) => Math.round(part * steps))),
];
