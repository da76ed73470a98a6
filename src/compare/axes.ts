/**
 * @file What the runs are compared over. Each axis is a running sum over a run's steps.
 *
 * Bytes are no axis: a run's memory is allocated once and stays, so every run would be one vertical line. They
 * stand in the table.
 */
import type { KernelId } from '../attention/kernels';
import { trainingFlops } from '../spec/cost';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { StepRecord } from './history';

export type AxisId = 'steps' | 'tokens' | 'needed' | 'done' | 'seconds';

export interface Axis {
  readonly id: AxisId;
  readonly label: string;
  readonly unit: string;
  readonly kind: 'counted' | 'measured';
}

export const AXES: readonly Axis[] = [
  { id: 'steps', label: 'Steps', unit: 'steps', kind: 'counted' },
  { id: 'tokens', label: 'Tokens', unit: 'tokens', kind: 'counted' },
  { id: 'needed', label: 'FLOPs needed', unit: 'FLOPs', kind: 'counted' },
  { id: 'done', label: 'FLOPs done', unit: 'FLOPs', kind: 'counted' },
  { id: 'seconds', label: 'Seconds of its own turns', unit: 's', kind: 'measured' },
];

export const axisOf = (id: string): Axis | undefined => AXES.find((axis) => axis.id === id);

/** What one step of a run adds to the counted axes. */
export interface StepCosts {
  readonly tokens: number;
  readonly needed: number; // FLOPs
  readonly done: number; // FLOPs
}

export function stepCosts(spec: RunSpec, kernel: KernelId): StepCosts {
  const tokens = spec.batch * spec.context;
  const { needed, done } = trainingFlops(modelSpecOf(spec), kernel);
  return { tokens, needed: tokens * needed, done: tokens * done };
}

/** Where each step ends on an axis, in order. */
export function placesOf(
  axis: AxisId,
  steps: readonly StepRecord[],
  costs: StepCosts,
): readonly number[] {
  switch (axis) {
    case 'steps':
      return steps.map(({ step }) => step);
    case 'tokens':
    case 'needed':
    case 'done':
      return steps.map(({ step }) => step * costs[axis]);
    case 'seconds': {
      let ms = 0;
      return steps.map((step) => (ms += step.ms) / 1000);
    }
  }
}

/** Where a step stands, by the places of all; undefined where it is not among them. */
export function placeOf(
  step: number,
  steps: readonly StepRecord[],
  places: readonly number[],
): number | undefined {
  return places[step - (steps[0]?.step ?? 1)];
}
