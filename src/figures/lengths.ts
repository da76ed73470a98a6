/** @file Figures 2 and 4 at our scale: perplexity by length bucket, and how far it is above global attention's. */
import { formatInteger } from '../core/units';
import { gapToGlobal, perplexity, type Bucket } from './buckets';
import { band, type Chart, type Look } from './chart';
import { bySeeds, shortOf, type Result, type Seeds } from './result';
import { outlierOf } from './verdict';

const X = { label: 'tokens read, up to', scale: 'log2' } as const;

const nameOf = ({ from, to }: Bucket) => `${formatInteger(from)}–${formatInteger(to)}`;

/** Contexts of the runs with length buckets. */
export const contextsOf = (results: readonly Result[]): readonly number[] =>
  [
    ...new Set(results.filter(({ buckets }) => buckets.length > 0).map(({ spec }) => spec.context)),
  ].sort((a, b) => a - b);

const ofContext = (results: readonly Result[], context: number) =>
  bySeeds(results.filter(({ spec, buckets }) => spec.context === context && buckets.length > 0));

const numbered = (value: number) => Number(value.toFixed(4));

/** Figure 4. */
export function lengthChart(results: readonly Result[], context: number): Chart {
  const groups = ofContext(results, context);
  const points = ({ results: seeds }: Seeds) =>
    seeds[0]!.buckets.map((bucket, i) => ({
      x: bucket.to,
      bucket,
      ...band(seeds.map(({ buckets }) => perplexity(buckets[i]!.loss))),
      seeds: seeds.length,
    }));
  return {
    x: X,
    y: { label: 'perplexity', scale: 'linear' },
    series: groups.map((group) => ({
      id: group.label,
      label: group.label,
      short: shortOf(group, groups),
      control: group.control,
      look: group.spec.plan as Look,
      points: points(group),
      seeds: seedCurves(group.results, (run) => run.buckets.map(({ loss }) => perplexity(loss))),
    })),
    table: {
      columns: [
        'plan',
        'tokens read',
        'perplexity',
        'lowest seed',
        'highest seed',
        'seeds',
        'held-out tokens',
      ],
      rows: groups.flatMap((group) =>
        points(group).map(({ bucket, y, low, high, seeds }) => [
          group.label,
          nameOf(bucket),
          ...[y, low, high].map(numbered),
          seeds,
          bucket.tokens,
        ]),
      ),
    },
  };
}

/** Each seed's numbers over its buckets; outliers are judged by the final loss minus that of `base`. */
function seedCurves(
  runs: readonly Result[],
  numbersOf: (run: Result) => readonly number[],
  base: (run: Result) => number = () => 0,
) {
  const ends = runs.map((run) => ({
    seed: run.spec.seed,
    loss: run.buckets.at(-1)!.loss - base(run),
  }));
  const apart = outlierOf(ends)?.seed;
  return runs.map((run) => {
    const numbers = numbersOf(run);
    const points = run.buckets.map(({ to }, i) => ({ x: to, y: numbers[i]! }));
    return { seed: run.spec.seed, points, apart: run.spec.seed === apart };
  });
}

export interface Gap {
  readonly label: string;
  readonly look: Look;
  readonly bucket: Bucket;
  /** One per seed that both plans have: the same seed saw the same batches. */
  readonly gaps: readonly number[];
}

/** The gap to global of every other plan, by bucket and seed. */
export function gapsOf(results: readonly Result[], context: number): readonly Gap[] {
  const groups = ofContext(results, context);
  const global = groups.find(({ spec }) => spec.plan === 'global');
  if (!global) return [];
  return groups
    .filter((group) => group !== global)
    .flatMap((group) => {
      const pairs = group.results.flatMap((result) => {
        const other = global.results.find(({ spec }) => spec.seed === result.spec.seed);
        return other ? [gapToGlobal(result.buckets, other.buckets)] : [];
      });
      if (pairs.length === 0) return [];
      return group.results[0]!.buckets.map((bucket, i) => ({
        label: group.label,
        look: group.spec.plan as Look,
        bucket,
        gaps: pairs.map((gaps) => gaps[i]!),
      }));
    });
}

/** Figure 2. */
export function gapChart(results: readonly Result[], context: number): Chart {
  const gaps = gapsOf(results, context);
  const groups = ofContext(results, context);
  const global = groups.find(({ spec }) => spec.plan === 'global');
  const labels = [...new Set(gaps.map(({ label }) => label))];
  return {
    x: X,
    y: { label: 'perplexity above global', scale: 'linear' },
    level: { y: 0, label: 'Global' },
    series: labels.map((label) => {
      const own = gaps.filter((gap) => gap.label === label);
      const group = groups.find((one) => one.label === label)!;
      const pair = ({ spec: { seed } }: Result) =>
        global?.results.find(({ spec }) => spec.seed === seed);
      return {
        id: label,
        label,
        short: shortOf(group, groups),
        control: group.control,
        look: own[0]!.look,
        points: own.map((gap) => ({ x: gap.bucket.to, ...band(gap.gaps) })),
        seeds: seedCurves(
          group.results.filter((run) => pair(run)),
          (run) => gapToGlobal(run.buckets, pair(run)!.buckets),
          (run) => pair(run)!.buckets.at(-1)!.loss,
        ),
      };
    }),
    table: {
      columns: [
        'plan',
        'tokens read',
        'gap',
        'lowest seed',
        'highest seed',
        'seeds',
        'held-out tokens',
      ],
      rows: gaps.map((gap) => {
        const { y, low, high } = band(gap.gaps);
        return [
          gap.label,
          nameOf(gap.bucket),
          ...[y, low, high].map(numbered),
          gap.gaps.length,
          gap.bucket.tokens,
        ];
      }),
    },
  };
}

/** Largest spread between seeds of one plan's gap in any bucket: smaller differences are not a result. */
export function seedSpread(results: readonly Result[]): number | undefined {
  const spreads = contextsOf(results).flatMap((context) =>
    gapsOf(results, context)
      .filter(({ gaps }) => gaps.length > 1)
      .map(({ gaps }) => Math.max(...gaps) - Math.min(...gaps)),
  );
  return spreads.length > 0 ? Math.max(...spreads) : undefined;
}
