/**
 * @file The plans of one text at one context, each with the results of its seeds; and notes on how many seeds there
 * are, which are outliers, which plans are missing.
 */
import { plans } from '../attention/plans';
import { withinSentence } from '../core/sentence';
import { fixed, listed } from '../core/numbers';
import { bySeeds, flopsPerStep, type Result, type Seeds } from './result';
import { outlierOf, type SeedLoss } from './verdict';

/** A plan at one context, with all its seeds, in one measure. */
export interface Party {
  readonly name: string; // 'grouped', as used in a sentence
  readonly plan: string;
  readonly group: Seeds;
  readonly losses: readonly SeedLoss[];
}

/** Plans that the sentences cover, besides global and in this order. Others appear in the figure and its table. */
export const ASKED: readonly string[] = ['grouped', 'local'];

/**
 * The plans of these results. Runs without a number from `lossOf` are left out, and so are plans without any run that
 * has one.
 */
export function partiesOf(
  results: readonly Result[],
  context: number,
  lossOf: (result: Result) => number | undefined,
): readonly Party[] {
  const groups = bySeeds(results.filter(({ spec }) => spec.context === context));
  return groups.flatMap((group) => {
    const { plan } = group.spec;
    const losses = group.results.flatMap((result) => {
      const loss = lossOf(result);
      return loss === undefined ? [] : [{ seed: result.spec.seed, loss }];
    });
    if (losses.length === 0) return [];
    return [{ name: nameOf(group, groups), plan, group, losses }];
  });
}

/**
 * The name of a plan in a sentence; further runs of the same plan are named by how they differ, and the user's runs by
 * the names the user gave them.
 */
function nameOf({ label, spec, control, results }: Seeds, all: readonly Seeds[]): string {
  const alone = all.filter((other) => other.spec.plan === spec.plan).length === 1;
  const plan = planName(spec.plan);
  if (alone) return plan;
  if (results[0]!.name !== undefined) return `“${label}”`;
  return control ? withinSentence(label) : plan;
}

/** 'grouped' */
const planName = (plan: string): string => withinSentence(plans.get(plan).label);

/** The first run of a plan: for local the smallest window, for grouped the global layer first. */
export const first = (parties: readonly Party[], plan: string): Party | undefined =>
  parties.find((party) => party.plan === plan);

/** Local with a larger window than the first, so that more is in reach. */
export function controlOf(parties: readonly Party[]): Party | undefined {
  const locals = parties.filter(({ plan, group }) => plan === 'local' && group.control);
  return locals.at(-1);
}

/** Training FLOPs needed by all steps. */
export const flopsOf = ({ group }: Party): number =>
  flopsPerStep(group.spec) * group.results[0]!.steps;

export function seedNotes(parties: readonly Party[]): readonly string[] {
  const counts = [...new Set(parties.map(({ losses }) => losses.length))];
  if (counts.length === 0) return [];
  if (counts.length > 1) {
    const each = parties.map(
      ({ group, losses }) => `${losses.length} of ${withinSentence(group.label)}`,
    );
    return [`Seeds: ${listed(each)}.`];
  }
  return counts[0] === 1
    ? ['One seed of each plan: the spread between seeds is unknown.']
    : [`${counts[0]} seeds of each plan.`];
}

export function outlierNotes(parties: readonly Party[]): readonly string[] {
  return parties.flatMap(({ group, losses }) => {
    const apart = outlierOf(losses);
    if (!apart) return [];
    const numbers = losses.filter((one) => one !== apart).map(({ loss }) => fixed(loss, 3));
    return [
      `Seed ${apart.seed} of ${withinSentence(group.label)} stands apart: ${fixed(apart.loss, 3)} nats, the others ${listed(numbers)}.`,
    ];
  });
}

export function missingNotes(parties: readonly Party[]): readonly string[] {
  const missing = ['global', ...ASKED].filter((plan) => !first(parties, plan));
  return missing.length === 0 ? [] : [`There is no run of ${listed(missing.map(planName))} here.`];
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
