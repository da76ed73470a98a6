/**
 * @file The x axes of the curves: running sums over a run's steps, and the memory a run holds.
 *
 * A run's memory is allocated once and stays, so over bytes every step has the same x: the curve is a
 * vertical line, and its end shows the loss reached with that much memory.
 */
import { trainingFlops, type KernelId } from '../spec/cost';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { memoryOf } from './fit';
import type { History, StepRecord } from './history';

export type AxisId = 'steps' | 'tokens' | 'needed' | 'done' | 'seconds' | 'bytes';

export type Kind = 'counted' | 'measured' | 'predicted' | 'mixed';

export interface Axis {
  readonly id: AxisId;
  readonly label: string;
  readonly unit: string;
  readonly kind: Kind;
}

export const AXES: readonly Axis[] = [
  { id: 'steps', label: 'Steps', unit: 'steps', kind: 'counted' },
  { id: 'tokens', label: 'Tokens', unit: 'tokens', kind: 'counted' },
  { id: 'needed', label: 'FLOPs needed', unit: 'FLOPs', kind: 'counted' },
  { id: 'done', label: 'FLOPs done', unit: 'FLOPs', kind: 'counted' },
  { id: 'seconds', label: 'Seconds each run itself trained', unit: 's', kind: 'measured' },
  { id: 'bytes', label: 'Bytes held', unit: 'bytes', kind: 'measured' },
];

export const axisOf = (id: string): Axis | undefined => AXES.find((axis) => axis.id === id);

/** Memory is predicted until a run has reported what it holds. */
export function kindOf({ id, kind }: Axis, histories: readonly History[]): Kind {
  if (id !== 'bytes') return kind;
  const measured = histories.filter(({ peak }) => peak !== undefined).length;
  if (measured === 0) return 'predicted';
  return measured === histories.length ? kind : 'mixed';
}

/** What one step adds to the counted axes, and the memory the run needs. */
export interface StepCosts {
  readonly tokens: number;
  readonly needed: number; // FLOPs
  readonly done: number; // FLOPs
  readonly bytes: number; // held at once, predicted; not a sum
}

export function stepCosts(spec: RunSpec, kernel: KernelId): StepCosts {
  const tokens = spec.batch * spec.context;
  const { needed, done } = trainingFlops(modelSpecOf(spec), kernel);
  return {
    tokens,
    needed: tokens * needed,
    done: tokens * done,
    bytes: memoryOf(spec, { kernel }),
  };
}

/** The x of each step's end on an axis, in order. */
export function placesOf(
  axis: AxisId,
  { steps, peak }: History,
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
    case 'bytes':
      return steps.map(() => peak ?? costs.bytes);
  }
}

/** The x of a step, given those of all steps; undefined if it is not among them. */
export function placeOf(
  step: number,
  steps: readonly StepRecord[],
  places: readonly number[],
): number | undefined {
  return places[step - (steps[0]?.step ?? 1)];
}
