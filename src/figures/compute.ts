/** @file Figure 3 at our scale: held-out perplexity against the training FLOPs needed so far. */
import { formatInteger } from '../core/units';
import { perplexity } from './buckets';
import { band, type Chart, type Look } from './chart';
import { ALL, scoreOf, type Measure } from './measure';
import { bySeeds, flopsPerStep, shortOf, type Result, type Seeds } from './result';
import { outlierOf } from './verdict';

/** The paper's figure compares these. */
export const COMPUTE_PLANS: readonly string[] = ['global', 'grouped'];
/** Thicker for longer contexts. */
const WEIGHTS = [1.25, 2, 3.25, 4.25];
/**
 * This share of a recorded run is left out of the drawing: the loss falls so steeply there that the rest could not be
 * told apart.
 */
const BEGINNING = 0.1;

export interface Course {
  readonly label: string;
  readonly group: Seeds;
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

/** The course of every kind of run, over the steps that all its seeds have in common. */
export function coursesOf(results: readonly Result[], measure: Measure = ALL): readonly Course[] {
  const chosen = results.filter(({ validation }) =>
    validation.some((look) => scoreOf(look, measure)),
  );
  return bySeeds(chosen).map((group) => courseOf(group, measure));
}

function courseOf(group: Seeds, measure: Measure): Course {
  const { label, spec, results } = group;
  const perStep = flopsPerStep(spec);
  const points = results[0]!.validation.flatMap(({ step }) => {
    const same = results.flatMap(({ validation }) =>
      validation
        .filter((look) => look.step === step)
        .flatMap((look) => scoreOf(look, measure) ?? []),
    );
    if (same.length < results.length) return [];
    const { tokens } = same[0]!;
    return [
      { step, flops: perStep * step, tokens, ...band(same.map(({ loss }) => perplexity(loss))) },
    ];
  });
  return {
    group,
    label,
    plan: spec.plan,
    context: spec.context,
    seeds: results.length,
    points,
  };
}

/** The individual seeds of a course. */
function seedCurves(
  { group: { spec, results } }: Course,
  measure: Measure,
  { from, naming }: { readonly from: number; readonly naming: boolean },
) {
  const perStep = flopsPerStep(spec);
  const ends = results.flatMap(({ spec: { seed }, validation }) => {
    const end = scoreOf(validation.at(-1)!, measure);
    return end ? [{ seed, loss: end.loss }] : [];
  });
  const apart = naming ? outlierOf(ends)?.seed : undefined;
  return results.map(({ spec: { seed }, validation }) => ({
    seed,
    points: validation.flatMap((look) => {
      const score = look.step >= from ? scoreOf(look, measure) : undefined;
      return score ? [{ x: perStep * look.step, y: perplexity(score.loss) }] : [];
    }),
    apart: seed === apart,
  }));
}

/**
 * Figure 3. For one context, on a linear axis and from a tenth of the training on; for several contexts, which need
 * very different amounts, all of it on a logarithmic one.
 */
export function computeChart(results: readonly Result[], measure: Measure = ALL): Chart {
  const courses = coursesOf(results, measure);
  const groups = courses.map(({ group }) => group);
  const contexts = [...new Set(courses.map(({ context }) => context))].sort((a, b) => a - b);
  const several = contexts.length > 1;
  return {
    x: { label: 'training FLOPs needed, counted', scale: several ? 'log10' : 'linear' },
    y: { label: 'validation perplexity', scale: 'log10' },
    series: courses.map((course) => {
      const { label, group, plan, context, points } = course;
      const from = several ? 0 : BEGINNING * group.results[0]!.steps;
      return {
        id: `${label} ${context}`,
        label: several ? `${label.split(' ')[0]!} ${formatInteger(context)}` : label,
        ...(!several && { short: shortOf(group, groups) }),
        control: group.control,
        look: plan as Look,
        ...(several && {
          weight: WEIGHTS[Math.min(contexts.indexOf(context), WEIGHTS.length - 1)]!,
        }),
        points: points
          .filter(({ step }) => step >= from)
          .map(({ flops, y, low, high }) => ({ x: flops, y, low, high })),
        seeds: seedCurves(course, measure, { from, naming: !several }),
      };
    }),
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

/** Perplexity of a course after this many FLOPs; linear interpolation over log FLOPs between its points. */
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
