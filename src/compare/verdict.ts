/**
 * @file Which of the compared runs is ahead, as far as their held-out numbers can tell.
 *
 * Noise comes first: with three or more seeds, a difference counts if every seed shows it and it is larger than
 * its spread between seeds (src/core/seeds.ts). One seed cannot show that, so losses have to differ by as much
 * as seeds moved the gap between two plans in recordings, and shares of right answers by more than chance.
 */
import { isResult, SEEDS } from '../core/seeds';
import type { ValidationRecord } from './history';
import { gainOf, stillLearning, type Progress } from './learning';

/**
 * Nats: how far the gap between a plan and global attention moved between the seeds of a recorded comparison,
 * median and maximum of nine (Moby-Dick, three seeds each; recomputed by test/compare/verdict.test.ts).
 */
export const SEED_NOISE = { middle: 0.05, most: 0.19 } as const;

/** What the runs are trained on, as far as it affects what a difference means. */
export type Measure =
  | { readonly of: 'text' }
  | {
      readonly of: 'answers';
      /** Share of right answers by guessing, 0..1. */
      readonly chance?: number;
      /** Answers asked together in one example, which are right or wrong together. */
      readonly together: number;
    };

/** Held-out numbers of one run, and of the same run from other seeds. */
export interface Held {
  readonly validations: readonly ValidationRecord[];
  readonly repeats: readonly { readonly seed: number; readonly validations: Held['validations'] }[];
}

/**
 * best: ahead of all others. level: indistinguishable from the one with the best number. behind: worse than it.
 * guessing: indistinguishable from guessing, and worse than the best, or with none better.
 */
export type Standing = 'best' | 'level' | 'behind' | 'guessing';

export interface Verdict {
  /** The last step at which all runs were validated. */
  readonly step: number;
  readonly seeds: number;
  /** Nats per scored token, or share of right answers; means over the seeds. */
  readonly scores: readonly number[];
  /** Index of the best number, noise ignored, from 0. */
  readonly first: number;
  readonly standings: readonly Standing[];
  /** How fast each run was still learning. */
  readonly progress: readonly Progress[];
  /** Whether it is so fast that the standings may still change. */
  readonly early: boolean;
  /** Scored tokens behind each number. */
  readonly tokens: number;
}

/** Undefined until every run was validated at a common step, or with fewer than two runs. */
export function verdictOf(runs: readonly Held[], measure: Measure): Verdict | undefined {
  const [one, ...others] = runs;
  if (!one || others.length === 0) return undefined;
  const step = one.validations.findLast((own) => others.every((run) => at(run, own.step)))?.step;
  if (step === undefined) return undefined;
  // A seed counts if every run was trained from it up to this step.
  const seeds = one.repeats
    .map(({ seed }) => seed)
    .filter((seed) => runs.every((run) => repeated(run, seed, step)));
  const records = runs.map((run) => [
    at(run, step)!,
    ...seeds.map((seed) => repeated(run, seed, step)!),
  ]);
  const by = measure.of === 'text' ? 'loss' : 'accuracy';
  const numbers = records.map((own) => own.map((record) => record[by]));
  const scores = numbers.map(mean);
  const first = scores.indexOf(measure.of === 'text' ? Math.min(...scores) : Math.max(...scores));
  const questions =
    measure.of === 'text'
      ? 0
      : records[0]!.reduce((sum, { tokens }) => sum + tokens, 0) / measure.together;

  const gapsOf = (i: number) => numbers[i]!.map((own, seed) => own - numbers[first]![seed]!);
  const gap = (i: number) => Math.abs(scores[i]! - scores[first]!);
  const noise = (i: number) => noiseOf(measure, scores[i]!, scores[first]!, questions);
  const apart = (i: number) => {
    const gaps = gapsOf(i);
    return gaps.length >= SEEDS ? isResult(gaps) : gap(i) > noise(i);
  };
  const guesses = (i: number) => {
    if (measure.of === 'text' || measure.chance === undefined) return false;
    const { chance } = measure;
    return scores[i]! <= chance + 2 * Math.sqrt((chance * (1 - chance)) / questions);
  };
  const level = runs.flatMap((_, i) => (i === first || !apart(i) ? [i] : []));
  const standings = runs.map((_, i): Standing => {
    if (guesses(first)) return 'guessing';
    if (level.includes(i)) return level.length === 1 ? 'best' : 'level';
    return guesses(i) ? 'guessing' : 'behind';
  });
  const progress = runs.map((run, i): Progress => {
    const ahead = level.includes(i);
    const gaps = gapsOf(i);
    return {
      ahead,
      gap: gap(i),
      noise:
        ahead && measure.of === 'text'
          ? SEED_NOISE.most
          : !ahead && gaps.length >= SEEDS
            ? Math.max(...gaps) - Math.min(...gaps)
            : noise(i),
      gain: meanOf(
        [run, ...seeds.map((seed) => run.repeats.find((one) => one.seed === seed)!)].map(
          ({ validations }) => gainOf(validations, step, by),
        ),
      ),
      room: measure.of === 'text' ? scores[i]! : 1 - scores[i]!,
    };
  });
  return {
    step,
    progress,
    // If no run does better than guessing, there is nothing to compare.
    early: !guesses(first) && stillLearning(progress, first),
    seeds: 1 + seeds.length,
    scores,
    first,
    standings,
    tokens: records[0]![0]!.tokens,
  };
}

/** With one seed, differences up to this are not reported. For shares: twice the standard error of the difference. */
export function noiseOf(measure: Measure, a: number, b: number, questions: number): number {
  if (measure.of === 'text') return SEED_NOISE.middle;
  const both = (a + b) / 2;
  return 2 * Math.sqrt((2 * both * (1 - both)) / questions);
}

const at = ({ validations }: Pick<Held, 'validations'>, step: number) =>
  validations.find((one) => one.step === step);
const repeated = (run: Held, seed: number, step: number) => {
  const repeat = run.repeats.find((one) => one.seed === seed);
  return repeat && at(repeat, step);
};
/** Undefined if one of them is unknown. */
const meanOf = (numbers: readonly (number | undefined)[]) =>
  numbers.every((one) => one !== undefined) ? mean(numbers) : undefined;
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
