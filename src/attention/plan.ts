/** @file What one plan has to say of itself: which pattern in which layer. */
import type { ParamSpecs } from '../core/params';
import type { LayerPlan } from './pattern';

/** Everything a plan may depend on. `place` says where in its group the global layer stands. */
export interface PlanSettings {
  readonly layers: number;
  readonly window: number; // tokens, itself included
  readonly chunk: number; // tokens per summary
  readonly groupSize: number; // layers per group
  readonly place: 'first' | 'last';
  readonly stripes: string; // one letter per layer, or the number of a mask, used by `custom` alone
  readonly masks?: string; // expressions, with ';' between them: mask 1; mask 2; …
}

export interface Plan {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  readonly summary: string;
  readonly source: string;
  /** The settings this plan reads, as controls; `place` and `stripes` are no numbers and are named apart. */
  readonly params: ParamSpecs;
  readonly reads: readonly (keyof PlanSettings)[];
  expand(settings: PlanSettings): LayerPlan;
}

export const definePlan = (plan: Plan): Plan => plan;
