/**
 * @file The findings of Figures 2, 3 and 4: a sentence that follows from the numbers of one text at one context, and
 * notes with what it leaves out: how many seeds, which one is an outlier, which plan is missing.
 */
import { SEEDS } from '../core/seeds';
import { withinSentence } from '../core/sentence';
import { fixed, listed } from '../core/numbers';
import { formatInteger } from '../core/units';
import type { Bucket } from './buckets';
import { ALL, endOf, type Measure } from './measure';
import {
  outlierNotes,
  ASKED,
  controlOf,
  first,
  flopsOf,
  missingNotes,
  partiesOf,
  percent,
  seedNotes,
  type Party,
} from './parties';
import type { Result } from './result';
import { outlierBeside, mean, rangeOf, verdictOn, type SeedLoss } from './verdict';

export interface Finding {
  readonly title: string; // a sentence, without its full stop
  readonly notes: readonly string[]; // sentences
}

const atEnd = (results: readonly Result[], context: number, measure: Measure) =>
  partiesOf(results, context, (result) => endOf(result, measure)?.loss);

/** Figure 3: each plan's final result, and the FLOPs grouped needs for it. */
export function findingOfCompute(
  results: readonly Result[],
  context: number,
  measure: Measure = ALL,
): Finding {
  const counted = measure.part === 'all' ? '' : `, counting only “${measure.label}”,`;
  const at = `At ${formatInteger(context)} characters${counted}`;
  const parties = atEnd(results, context, measure);
  return comparing(at, parties, ({ plan, ...party }, global) =>
    plan === 'grouped'
      ? `for ${percent(flopsOf({ plan, ...party }) / flopsOf(global))} of the FLOPs`
      : '',
  );
}

/** Figure 2: each plan's result in the last bucket, and from where on local falls behind. */
export function findingOfGaps(results: readonly Result[], context: number): Finding {
  const buckets = bucketsAt(results, context);
  const last = buckets.at(-1);
  if (!last) return comparing(`At ${formatInteger(context)} characters`, []);
  const partiesAt = (i: number) => partiesOf(results, context, (run) => run.buckets.at(i)?.loss);
  const found = comparing(`With ${readIn(last)} characters read,`, partiesAt(-1));
  const worse = buckets.map((_, i) => isWorse(partiesAt(i)));
  return { ...found, notes: [...crossing(buckets, worse), ...found.notes] };
}

/** Figure 4: how much each plan gains from reading more. */
export function findingOfLengths(results: readonly Result[], context: number): Finding {
  const buckets = bucketsAt(results, context);
  const gain = (run: Result) =>
    run.buckets.length > 1 ? run.buckets[0]!.loss - run.buckets.at(-1)!.loss : undefined;
  const parties = partiesOf(results, context, gain);
  if (parties.length === 0) {
    return {
      title: `At ${formatInteger(context)} characters no run has been tested yet`,
      notes: [],
    };
  }
  const asked = ['global', ...ASKED].flatMap((plan) => first(parties, plan) ?? []);
  const worths = (asked.length > 0 ? asked : parties).map(({ name, losses }) => ({
    name,
    gain: worth(losses),
  }));
  const unit = worths.findIndex(({ gain }) => gain !== undefined);
  const said = worths.map(({ name, gain }, i) =>
    gain === undefined ? `nothing to ${name}` : `${gain} ${i === unit ? 'nats to' : 'to'} ${name}`,
  );
  return {
    title: `Reading ${readIn(buckets.at(-1)!)} characters instead of up to ${formatInteger(buckets[0]!.to)} is worth ${listed(said)}`,
    notes: [...seedNotes(parties), ...missingNotes(parties)],
  };
}

/** Figure 3 over several contexts: how the cost falls, and at which contexts grouped is as good as global. */
export function findingOfContexts(results: readonly Result[], measure: Measure = ALL): Finding {
  const contexts = [...new Set(results.map(({ spec }) => spec.context))].sort((a, b) => a - b);
  const pairs = contexts.flatMap((context) => {
    const parties = atEnd(results, context, measure);
    const [global, grouped] = [first(parties, 'global'), first(parties, 'grouped')];
    if (!global || !grouped) return [];
    const { kind: all } = verdictOn(grouped.losses, global.losses);
    const kind = outlierBeside(grouped.losses, global.losses) ? 'apart' : all;
    return [{ at: formatInteger(context), kind, grouped, share: flopsOf(grouped) / flopsOf(global) }]; // prettier-ignore
  });
  if (pairs.length === 0) {
    return { title: 'There is no pair of global and grouped runs to compare yet', notes: [] };
  }
  const falls =
    pairs.length > 1 && pairs.every(({ share }, i) => i === 0 || share < pairs[i - 1]!.share);
  const shares = pairs.map(({ at, share }) => `${percent(share)} at ${at}`);
  const kinds = [
    ['same', (at: string) => `as good as global at ${at}`],
    ['better', (at: string) => `better than global at ${at}`],
    ['worse', (at: string) => `worse than global at ${at}`],
    ['apart', (at: string) => `different in one seed than in the others at ${at}`],
    ['few', (at: string) => `impossible to tell from global with fewer than three seeds at ${at}`],
  ] as const;
  const said = kinds.flatMap(([kind, say]) => {
    const own = pairs.filter((pair) => pair.kind === kind).map(({ at }) => at);
    return own.length === 0 ? [] : [say(listed(own))];
  });
  const apart = pairs.flatMap(({ at, grouped }) =>
    outlierNotes([grouped]).map((note) => `At ${at} characters: ${withinSentence(note)}`),
  );
  return {
    title: falls
      ? `The longer the context, the less grouped needs of global's FLOPs: ${listed(shares)}`
      : `Of global's FLOPs grouped needs ${listed(shares)}`,
    notes: [`Grouped is ${said.join('; ')}.`, ...apart],
  };
}

/** The control in a sentence, and whether it does as well as global; undefined if there is nothing to compare. */
export function findingOfControl(
  results: readonly Result[],
  context: number,
): { readonly sentence: string; readonly suffices: boolean } | undefined {
  const parties = atEnd(results, context, ALL);
  const [global, control] = [first(parties, 'global'), controlOf(parties)];
  if (!global || !control) return undefined;
  const name = `local with a window of ${formatInteger(control.group.spec.window)}`;
  const price = `for ${percent(flopsOf(control) / flopsOf(global))} of the FLOPs`;
  const { kind } = verdictOn(control.losses, global.losses);
  return {
    sentence: `${name} is ${against(control.losses, global.losses)} ${price}.`,
    suffices: kind === 'same' || kind === 'better',
  };
}

// ---------------------------------------------------------------------------------------------------- parts

function comparing(
  at: string,
  parties: readonly Party[],
  price: (party: Party, global: Party) => string = () => '',
): Finding {
  const global = first(parties, 'global');
  const others = ASKED.flatMap((plan) => first(parties, plan) ?? []);
  const further = parties.filter((party) => party.plan === 'grouped' && !others.includes(party));
  const spoken = [...(global ? [global] : []), ...others, ...further];
  const notes = [...seedNotes(parties), ...outlierNotes(spoken), ...missingNotes(parties)];
  if (!global) return { title: `${at} there is no run of global attention to compare with`, notes };
  if (others.length === 0) return { title: `${at} there is nothing to compare global with`, notes };
  const say = (party: Party) => {
    const said = `${party.name} is ${split(party.losses, global.losses)}`;
    const cost = price(party, global);
    return cost === ''
      ? said
      : `${said}${outlierBeside(party.losses, global.losses) ? ',' : ''} ${cost}`;
  };
  const clauses = others.map(say);
  const beside = further.map((party) => `${capital(say(party))}.`);
  return { title: `${at} ${clauses.join('; ')}`, notes: [...beside, ...notes] };
}

/** Like `against`, but an outlier seed is reported separately, so that no mean hides it. */
function split(losses: readonly SeedLoss[], global: readonly SeedLoss[]): string {
  const apart = outlierBeside(losses, global);
  if (!apart || global.length < SEEDS) return against(losses, global);
  const others = losses.filter((one) => one !== apart);
  const difference = mean(others) - mean(global);
  const same =
    verdictOn(losses, global).kind === 'same' &&
    Math.abs(difference) <= Math.max(rangeOf(others), rangeOf(global));
  const together = same ? EQUAL : apartBy(difference);
  return `${together} in ${others.length} seeds of ${losses.length}, ${apartAlone(apart.loss - mean(global))} in the other`;
}

function against(losses: readonly SeedLoss[], global: readonly SeedLoss[]): string {
  const { kind, difference, seeds } = verdictOn(losses, global);
  if (kind === 'same') return EQUAL;
  const said = apartBy(difference);
  return kind === 'few' ? `${said} in ${seeds === 1 ? 'one seed' : `${seeds} seeds`}` : said;
}

const EQUAL = 'as good as global';

/** '0.25 nats worse than global'. */
const apartBy = (difference: number): string =>
  `${sizeOf(difference)} nats ${difference < 0 ? 'better' : 'worse'} than global`;

/** '0.25 nats worse' */
const apartAlone = (difference: number): string =>
  `${sizeOf(difference)} nats ${difference < 0 ? 'better' : 'worse'}`;

function sizeOf(difference: number): string {
  const size = Math.abs(difference);
  return size < 0.005 ? 'less than 0.01' : fixed(size, 2);
}

/** Undefined: a gain no larger than the spread between seeds is not reported as a gain. */
function worth(gains: readonly SeedLoss[]): string | undefined {
  const gain = mean(gains);
  if (gains.length >= SEEDS && Math.abs(gain) <= Math.max(rangeOf(gains), 0.005)) return undefined;
  return `${gain <= -0.005 ? '−' : ''}${fixed(Math.abs(gain), 2)}`;
}

function isWorse(parties: readonly Party[]): boolean {
  const [local, global] = [first(parties, 'local'), first(parties, 'global')];
  return !!local && !!global && verdictOn(local.losses, global.losses).kind === 'worse';
}

/** The number of characters read from which on local is worse than global. */
function crossing(buckets: readonly Bucket[], worse: readonly boolean[]): readonly string[] {
  const from = worse.lastIndexOf(false) + 1;
  if (from === 0 || from === worse.length) return [];
  const to = formatInteger(buckets[from - 1]!.to);
  return [`With up to ${to} characters read, local is not worse than global; with more, it is.`];
}

const bucketsAt = (results: readonly Result[], context: number): readonly Bucket[] =>
  results.find(({ spec, buckets }) => spec.context === context && buckets.length > 0)?.buckets ??
  [];

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

const readIn = ({ from, to }: Bucket) => `${formatInteger(from)} to ${formatInteger(to)}`;
