/** @file What a plan declares: which pattern in which layer. */
import type { ParamSpecs } from '../core/params';
import type { LayerPlan } from './pattern';

/** Everything a plan may depend on. `place` is the position of the global layer in its group. */
export interface PlanSettings {
  readonly layers: number;
  readonly window: number; // tokens, itself included
  readonly chunk: number; // tokens per summary
  readonly groupSize: number; // layers per group
  readonly place: 'first' | 'last';
  readonly stripes: string; // one letter per layer, or the number of a mask; used only by `custom`
  readonly masks?: string; // expressions separated by ';': mask 1; mask 2; …
}

export interface Plan {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  readonly summary: string;
  readonly source: string;
  /** The settings this plan reads, as controls; `place` and `stripes` are not numbers and are listed separately. */
  readonly params: ParamSpecs;
  readonly reads: readonly (keyof PlanSettings)[];
  expand(settings: PlanSettings): LayerPlan;
}

export const definePlan = (plan: Plan): Plan => plan;
