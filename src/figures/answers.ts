/** @file Accuracy by distance of a task's answers, with the cliff that the reach of a local stack foretells. */
import { sources } from '../data/registry';
import { layersOf } from '../spec/run';
import { band, type Chart, type Look } from './chart';
import { cliffOf, gathered, type DistancePoint } from './distance';
import { bySeeds, type Result } from './result';

/** A point of the curve stands for so many distances. */
const TOGETHER = 2;

export const tasksOf = (results: readonly Result[]): readonly string[] => [
  ...new Set(results.filter(({ distances }) => distances.length > 0).map(({ spec }) => spec.task)),
];

/** Accuracy of each kind of run before and from its own cliff on, or over all distances where there is none. */
export interface Answers {
  readonly label: string;
  readonly plan: string;
  readonly cliff: number | undefined;
  readonly before: number;
  readonly beyond: number; // NaN where nothing lies beyond
}

const share = (points: readonly DistancePoint[]) =>
  points.reduce((sum, { right }) => sum + right, 0) /
  points.reduce((sum, { questions }) => sum + questions, 0);

export function answersOf(results: readonly Result[], task: string): readonly Answers[] {
  return groupsOf(results, task).map(({ label, spec, results: seeds }) => {
    const cliff = cliffOf(layersOf(spec), spec.context);
    const points = seeds.flatMap(({ distances }) => distances);
    const within = ({ distance }: DistancePoint) => cliff === undefined || distance < cliff;
    return {
      label,
      plan: spec.plan,
      cliff,
      before: share(points.filter(within)),
      beyond: share(points.filter((point) => !within(point))),
    };
  });
}

const groupsOf = (results: readonly Result[], task: string) =>
  bySeeds(results.filter(({ spec, distances }) => spec.task === task && distances.length > 0));

export function answersChart(results: readonly Result[], task: string): Chart {
  const groups = groupsOf(results, task);
  const source = sources.get(task);
  const chance = source.kind === 'task' ? source.chance : undefined;
  const cliff = groups
    .map(({ spec }) => cliffOf(layersOf(spec), spec.context))
    .find((at) => at !== undefined);
  return {
    x: { label: 'tokens from the answer to the question', scale: 'linear' },
    y: { label: 'right answers', scale: 'linear' },
    ...(chance !== undefined && { level: { y: chance, label: 'guessing' } }),
    // Between the last distance in reach and the first one out of it.
    ...(cliff !== undefined && { cliff: { x: cliff - 0.5, label: `local reach ${cliff}` } }),
    series: groups.map(({ label, spec, results: seeds }) => {
      // A point must not stand for distances on both sides of the cliff.
      const at = cliff ?? Infinity;
      const bins = (points: readonly DistancePoint[]) => [
        ...gathered(
          points.filter(({ distance }) => distance < at),
          TOGETHER,
        ),
        ...gathered(
          points.filter(({ distance }) => distance >= at),
          TOGETHER,
        ),
      ];
      const curves = seeds.map(({ distances }) => bins(distances));
      return {
        id: label,
        label,
        look: spec.plan as Look,
        points: curves[0]!.map((point, i) => ({
          x: point.distance,
          ...band(
            curves.flatMap((curve) => (curve[i] ? [curve[i].right / curve[i].questions] : [])),
          ),
        })),
      };
    }),
    table: {
      columns: ['plan', 'distance', 'right', 'questions', 'accuracy', 'seed'],
      rows: groups.flatMap(({ label, results: seeds }) =>
        seeds.flatMap(({ spec, distances }) =>
          distances.map(({ distance, right, questions }) => [
            label,
            distance,
            right,
            questions,
            Number((right / questions).toFixed(4)),
            spec.seed,
          ]),
        ),
      ),
    },
  };
}
