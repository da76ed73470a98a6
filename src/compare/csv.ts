/** @file Every series of every run as one table: a line per run and step, each saying where it comes from. */
import { csvOf } from '../core/csv';
import { placesOf, type StepCosts } from './axes';
import type { History } from './history';

export interface Series {
  readonly name: string;
  readonly costs: StepCosts;
  readonly history: History;
}

/** Where the numbers come from: repeated in every line, so that lines can be sorted and mixed. */
export interface Origin {
  readonly seed: number;
  readonly backend: string; // webgpu, wasm, cpu
  readonly device: string;
  readonly version: string; // of the program that writes the table
  readonly address: string; // '#/compare?…': all settings of all runs
}

const COLUMNS = [
  'run',
  'step',
  'tokens',
  'flops_needed',
  'flops_done',
  'seconds',
  'bytes_held',
  'training_loss',
  'training_accuracy',
  'gradient_norm',
  'learning_rate',
  'validation_loss',
  'validation_accuracy',
  'batch',
  'seed',
  'backend',
  'device',
  'version',
  'address',
] as const;

export function csvOfSeries(series: readonly Series[], origin: Origin): string {
  const { seed, backend, device, version, address } = origin;
  const from = [seed, backend, device, version, address];
  const rows = series.flatMap(({ name, costs, history }) => {
    const { steps, validations } = history;
    const held = new Map(validations.map((validation) => [validation.step, validation]));
    const axes = (['tokens', 'needed', 'done', 'seconds', 'bytes'] as const).map((axis) =>
      placesOf(axis, history, costs),
    );
    return steps.map((step, i) => {
      const validation = held.get(step.step);
      return [
        name,
        step.step,
        ...axes.map((places) => places[i]!),
        step.loss,
        step.accuracy,
        step.gradNorm,
        step.rate,
        validation?.loss ?? '',
        validation?.accuracy ?? '',
        step.batch,
        ...from,
      ];
    });
  });
  return csvOf(COLUMNS, rows);
}
