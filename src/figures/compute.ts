/** @file Figure 3 at our scale: held-out perplexity against the training FLOPs needed so far, global and grouped. */
import { formatInteger } from '../core/units';
import { perplexity } from './buckets';
import { band, type Chart, type Look } from './chart';
import { bySeeds, flopsPerStep, type Result, type Seeds } from './result';

/** The paper's figure compares these. */
export const COMPUTE_PLANS: readonly string[] = ['global', 'grouped'];
/** Thicker for longer contexts. */
const WEIGHTS = [1.25, 2, 3.25];

export interface Course {
  readonly label: string;
  readonly plan: string;
  readonly context: number;
  readonly seeds: number;
  readonly points: readonly {
    readonly step: number;
    readonly flops: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
    readonly tokens: number;
  }[];
}

/** The course of every kind of run, over the steps that all its seeds have. */
export function coursesOf(results: readonly Result[]): readonly Course[] {
  const chosen = results.filter(({ validation }) => validation.length > 0);
  return bySeeds(chosen).map(courseOf);
}

function courseOf({ label, spec, results }: Seeds): Course {
  const perStep = flopsPerStep(spec);
  const points = results[0]!.validation.flatMap(({ step, tokens }) => {
    const same = results.flatMap(({ validation }) => validation.filter((at) => at.step === step));
    if (same.length < results.length) return [];
    return [
      { step, flops: perStep * step, tokens, ...band(same.map(({ loss }) => perplexity(loss))) },
    ];
  });
  return {
    label,
    plan: spec.plan,
    context: spec.context,
    seeds: results.length,
    points,
  };
}

/** Figure 3. */
export function computeChart(results: readonly Result[]): Chart {
  const courses = coursesOf(results);
  const contexts = [...new Set(courses.map(({ context }) => context))].sort((a, b) => a - b);
  const several = contexts.length > 1;
  return {
    x: { label: 'training FLOPs needed, counted', scale: 'log10' },
    y: { label: 'validation perplexity', scale: 'log10' },
    series: courses.map(({ label, plan, context, points }) => ({
      id: `${label} ${context}`,
      label: several ? `${label.split(' ')[0]!} ${formatInteger(context)}` : label,
      look: plan as Look,
      ...(several && { weight: WEIGHTS[Math.min(contexts.indexOf(context), WEIGHTS.length - 1)]! }),
      points: points.map(({ flops, y, low, high }) => ({ x: flops, y, low, high })),
    })),
    table: {
      columns: [
        ...['plan', 'context', 'step', 'FLOPs needed', 'perplexity'],
        ...['lowest seed', 'highest seed', 'seeds', 'held-out tokens'],
      ],
      rows: courses.flatMap(({ label, context, seeds, points }) =>
        points.map(({ step, flops, y, low, high, tokens }) => [
          label,
          context,
          step,
          Math.round(flops),
          ...[y, low, high].map((value) => Number(value.toFixed(4))),
          seeds,
          tokens,
        ]),
      ),
    },
  };
}

/** Perplexity of a course where it has used that much; between its points on the straight line over log FLOPs. */
export function perplexityAt({ points }: Course, flops: number): number | undefined {
  const after = points.findIndex((point) => point.flops >= flops);
  if (after < 0) return undefined;
  const b = points[after]!;
  if (b.flops === flops) return b.y;
  const a = points[after - 1];
  if (!a) return undefined;
  const share = Math.log(flops / a.flops) / Math.log(b.flops / a.flops);
  return a.y + share * (b.y - a.y);
}
