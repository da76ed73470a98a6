/** @file Every series of every run as one table: a line per run and step, each with its origin. */
import { csvOf, type CsvCell } from '../core/csv';
import type { SliceScore } from '../data/slice';
import { placesOf, type StepCosts } from './axes';
import type { History } from './history';

export interface Series {
  readonly name: string;
  readonly costs: StepCosts;
  readonly history: History;
}

/** The origin of the numbers, repeated in every line, so that lines can be sorted and mixed freely. */
export interface Origin {
  readonly seed: number;
  readonly backend: string; // webgpu, wasm, cpu
  readonly device: string;
  readonly version: string; // of the program that wrote the table
  readonly address: string; // 'compare/#…', below the site's root: all settings of all runs
}

const BEFORE = [
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
  'validation_tokens',
];
const AFTER = ['batch', 'seed', 'backend', 'device', 'version', 'address'];

/** 'second-saying' → 'validation_second_saying_loss', …: results of the same validation on the tokens of one slice. */
const columnsOf = (slice: string) =>
  ['loss', 'accuracy', 'tokens'].map((of) => `validation_${slice.replaceAll('-', '_')}_${of}`);

export function csvOfSeries(series: readonly Series[], origin: Origin): string {
  const { seed, backend, device, version, address } = origin;
  const from = [seed, backend, device, version, address];
  const slices = [
    ...new Set(
      series.flatMap(({ history }) =>
        history.validations.flatMap(({ slices = [] }) => slices.map(({ id }) => id)),
      ),
    ),
  ];
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
        validation?.tokens ?? '',
        ...slices.flatMap((id) => sliceCells(validation?.slices?.find((one) => one.id === id))),
        step.batch,
        ...from,
      ];
    });
  });
  return csvOf([...BEFORE, ...slices.flatMap(columnsOf), ...AFTER], rows);
}

/** A slice without tokens has no loss or accuracy; its count of 0 shows that. */
function sliceCells(score: SliceScore | undefined): readonly CsvCell[] {
  if (!score) return ['', '', ''];
  const { loss, accuracy, tokens } = score;
  return tokens > 0 ? [loss, accuracy, tokens] : ['', '', 0];
}
