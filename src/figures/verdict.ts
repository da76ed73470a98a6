/**
 * @file When two plans differ: the difference of their means compared with the spread between seeds.
 *
 * Two plans are as good as each other if their means differ by no more than the seeds of one plan do: the
 * largest minus the smallest, for the plan whose seeds differ more. That takes three seeds of each.
 */
import { SEEDS } from '../core/seeds';
import { check } from '../core/check';

/** Nats: a seed that differs by less is not worth mentioning. */
export const APART = 0.03;

/** The result of one seed of a plan. */
export interface SeedLoss {
  readonly seed: number;
  readonly loss: number; // nats per token
}

export interface Verdict {
  /** 'few': too few seeds to do more than list the results. */
  readonly kind: 'same' | 'better' | 'worse' | 'few';
  readonly difference: number; // nats: the plan's mean minus the other's
  readonly spread: number; // nats: the larger spread between seeds of one plan
  readonly seeds: number; // of the plan with fewer
}

export function mean(losses: readonly SeedLoss[]): number {
  check(losses.length > 0, 'there are no seeds; the mean of a plan needs one or more');
  return losses.reduce((sum, { loss }) => sum + loss, 0) / losses.length;
}

/** Largest minus smallest seed. */
export function rangeOf(losses: readonly SeedLoss[]): number {
  const all = losses.map(({ loss }) => loss);
  return Math.max(...all) - Math.min(...all);
}

export function verdictOn(plan: readonly SeedLoss[], other: readonly SeedLoss[]): Verdict {
  const difference = mean(plan) - mean(other);
  const spread = Math.max(rangeOf(plan), rangeOf(other));
  const seeds = Math.min(plan.length, other.length);
  const kind =
    seeds < SEEDS
      ? 'few'
      : Math.abs(difference) <= spread
        ? 'same'
        : difference < 0
          ? 'better'
          : 'worse';
  return { kind, difference, spread, seeds };
}

/**
 * The outlier: of three or more seeds, the one whose distance to the nearest other is more than twice the spread of
 * the others, and 0.03 nats or more. undefined if there is none.
 */
export function outlierOf(losses: readonly SeedLoss[]): SeedLoss | undefined {
  if (losses.length < SEEDS) return undefined;
  const sorted = [...losses].sort((a, b) => a.loss - b.loss);
  const ends = [
    { one: sorted.at(-1)!, next: sorted.at(-2)!, others: sorted.slice(0, -1) },
    { one: sorted[0]!, next: sorted[1]!, others: sorted.slice(1) },
  ];
  return ends.find(({ one, next, others }) => {
    const away = Math.abs(one.loss - next.loss);
    return away >= APART && away > 2 * rangeOf(others);
  })?.one;
}

/**
 * The outlier among the seeds of `plan`, unless the same seed is an outlier on the same side in `other`: seeds
 * start with the same batches, so then the seed is late or early, not the plan.
 */
export function outlierBeside(
  plan: readonly SeedLoss[],
  other: readonly SeedLoss[],
): SeedLoss | undefined {
  const [own, same] = [outlierOf(plan), outlierOf(other)];
  if (!own || own.seed !== same?.seed) return own;
  const side = (one: SeedLoss, losses: readonly SeedLoss[]) => Math.sign(one.loss - mean(losses));
  return side(own, plan) === side(same, other) ? undefined : own;
}
