/** @file Accuracy by distance of a task's answers, with the cliff predicted by the reach of a local stack. */
import { sources } from '../data/registry';
import { layersOf } from '../spec/run';
import { byChance, FEW } from './chance';
import { band, type Chart, type Look } from './chart';
import { cliffOf, gathered, type DistancePoint } from './distance';
import { bySeeds, type Result } from './result';

/** Distances per point of the curve. */
const TOGETHER = 2;

/** A task at one context: the subject of one figure. */
export interface Asked {
  readonly id: string;
  readonly task: string;
  readonly context: number;
  readonly label: string;
  /** Every token is within every run's reach, so the plans should be close. */
  readonly control: boolean;
}

export function askedOf(results: readonly Result[]): readonly Asked[] {
  const asked = new Map<string, Asked>();
  const answered = results.filter(({ distances }) => distances.length > 0);
  for (const { spec } of answered) {
    const { task, context } = spec;
    const id = `${task} ${context}`;
    const reachable = cliffOf(layersOf(spec), context) === undefined;
    const control = reachable && (asked.get(id)?.control ?? true);
    asked.set(id, { id, task, context, label: sources.get(task).label, control });
  }
  const all = [...asked.values()];
  const several = ({ task }: Asked) => all.filter((other) => other.task === task).length > 1;
  return all.map((one) => ({
    ...one,
    label: several(one)
      ? `${one.label}, ${one.context} tokens${one.control ? ' (control)' : ''}`
      : one.label,
  }));
}

/** Merges runs that differ only in the distance they were trained for: each answers at its own. */
function together(results: readonly Result[]): readonly Result[] {
  const kinds = new Map<string, Result>();
  for (const result of results) {
    const { distance: _, ...rest } = result.spec;
    const kind = `${JSON.stringify(Object.entries(rest).sort())} ${result.place ?? ''}`;
    const before = kinds.get(kind);
    const distances = [...(before?.distances ?? []), ...result.distances];
    kinds.set(kind, {
      ...(before ?? result),
      distances: distances.sort((a, b) => a.distance - b.distance),
    });
  }
  return [...kinds.values()];
}

/** Accuracy of each kind of run before its own cliff and from there on, or over all distances if it has none. */
export interface Answers {
  readonly label: string;
  readonly plan: string;
  readonly cliff: number | undefined;
  readonly before: number;
  readonly beyond: number; // NaN if nothing lies beyond
}

const share = (points: readonly DistancePoint[]) =>
  points.reduce((sum, { right }) => sum + right, 0) /
  points.reduce((sum, { questions }) => sum + questions, 0);

export function answersOf(
  results: readonly Result[],
  asked: Pick<Asked, 'task' | 'context'>,
): readonly Answers[] {
  return groupsOf(results, asked).map(({ label, spec, results: seeds }) => {
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

/**
 * Names of runs with the same counts at every distance, whose curves coincide. Runs with every answer right are left
 * out.
 */
export function coincidingIn(
  results: readonly Result[],
  asked: Pick<Asked, 'task' | 'context'>,
): readonly (readonly string[])[] {
  const alike = new Map<string, string[]>();
  for (const { label, results: seeds } of groupsOf(results, asked)) {
    const points = seeds.flatMap(({ distances }) => distances);
    if (share(points) === 1) continue;
    const counts = JSON.stringify(points.map((one) => [one.distance, one.right, one.questions]));
    alike.set(counts, [...(alike.get(counts) ?? []), label]);
  }
  return [...alike.values()].filter((labels) => labels.length > 1);
}

const groupsOf = (results: readonly Result[], { task, context }: Pick<Asked, 'task' | 'context'>) =>
  bySeeds(
    together(
      results.filter(
        ({ spec, distances }) =>
          spec.task === task && spec.context === context && distances.length > 0,
      ),
    ),
  );

export function answersChart(
  results: readonly Result[],
  asked: Pick<Asked, 'task' | 'context'>,
): Chart {
  const groups = groupsOf(results, asked);
  const source = sources.get(asked.task);
  const chance = source.kind === 'task' ? source.chance : undefined;
  const all = groups.map(({ spec }) => cliffOf(layersOf(spec), spec.context));
  const cliffs = [...new Set(all.filter((at) => at !== undefined))].sort((a, b) => a - b);
  // A point must not combine distances on both sides of a cliff.
  const borders = [0, ...cliffs, Infinity];
  const bins = (points: readonly DistancePoint[]) =>
    borders.slice(1).flatMap((to, i) =>
      gathered(
        points.filter(({ distance }) => distance >= borders[i]! && distance < to),
        TOGETHER,
      ),
    );
  const curvesOf = groups.map(({ results: seeds }) =>
    seeds.map(({ distances }) => bins(distances)),
  );
  /** Questions behind a point, of all seeds. */
  const behind = (curves: readonly (readonly DistancePoint[])[], i: number) =>
    curves.reduce((sum, curve) => sum + (curve[i]?.questions ?? 0), 0);
  /**
   * The points of the plan with the fewest questions: its range of chance is the widest, so it covers the other plans
   * too.
   */
  const least = curvesOf
    .map((curves) => curves[0]!.map(({ distance }, i) => ({ x: distance, n: behind(curves, i) })))
    .sort((a, b) => a.reduce((sum, { n }) => sum + n, 0) - b.reduce((sum, { n }) => sum + n, 0))[0];
  const within = (least ?? []).map(({ x, n }) => {
    const [low, high] = byChance(n, chance ?? 0);
    return { x, low: low / n, high: high / n };
  });
  return {
    x: { label: 'tokens from the answer to the question', scale: 'linear' },
    y: { label: 'right answers', scale: 'linear' },
    ...(chance !== undefined && { level: { y: chance, label: 'guessing', within } }),
    // Between the last distance in reach and the first one out of it.
    cliffs: cliffs.map((cliff) => ({ x: cliff - 0.5, label: `reach ${cliff}: ${cliff - 1} back` })),
    series: groups.map(({ label, spec }, group) => {
      const curves = curvesOf[group]!;
      return {
        id: label,
        label,
        look: spec.plan as Look,
        points: curves[0]!.map((point, i) => ({
          x: point.distance,
          ...band(
            curves.flatMap((curve) => (curve[i] ? [curve[i].right / curve[i].questions] : [])),
          ),
          ...(behind(curves, i) < FEW && { few: true }),
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
