/**
 * @file What a figure shows, in words generated from its numbers, and whether that agrees with the paper's claims.
 *
 * Only the paper's abstract and captions were available: it claims performance comparable or superior to global
 * attention, and more efficient training. A difference counts here only if every one of three or more seeds
 * shows it and it is larger than the spread between seeds.
 */
import { MASK_LETTER } from '../attention/maskPattern';
import { patterns } from '../attention/registry';
import { isResult, SEEDS } from '../core/seeds';
import { withinSentence } from '../core/sentence';
import { fixed, listed } from '../core/numbers';
import { formatCount, formatInteger } from '../core/units';
import { controlOf } from '../spec/controls';
import { answersChart, answersOf, coincidingIn, type Asked } from './answers';
import { FEW, WITHIN } from './chance';
import { band } from './chart';
import { coursesOf, perplexityAt, type Course } from './compute';
import type { CorpusLengths } from './documents';
import { gapsOf, seedSpread, type Gap } from './lengths';
import type { MaskPanel } from './masks';
import type { Result } from './result';
import { APART } from './verdict';

/** Defines the terms of the findings; the same under every figure. */
export const DEFINITIONS: readonly string[] = [
  `“As good as” says that the means of two plans differ by no more than the seeds of one plan do (largest minus smallest, for the plan whose seeds differ more), with ${SEEDS} seeds of each. ${SEEDS} seeds are few, so a difference that small may still exist. A seed “stands apart” if it is further from its neighbour than twice the spread of the others, and by at least ${APART} nats.`,
  `Differences are in nats per character of held-out text, and a curve's perplexity is e to the power of its loss: 0.1 nats more is a perplexity ${fixed(Math.exp(0.1), 2)} times as high.`,
];

const digits = (value: number) => fixed(Math.abs(value), 2);
const signed = (value: number) => `${digits(value)} ${value < 0 ? 'below' : 'above'} global`;
const percent = (share: number) => `${Math.round(100 * share)} %`;
/** Figure 1. */
export function wordsOfMasks(panels: readonly MaskPanel[], T: number): string {
  const all = (T * (T + 1)) / 2;
  const parts = panels.map(({ label, masks }) =>
    masks.length === 1
      ? `${label} reads ${masks[0]!.pairs} pairs in every layer`
      : `${label} ${listed(masks.map(({ label: layers, pairs }) => `${pairs} in ${layers}`))}`,
  );
  return `Rows are queries, columns are keys; ${T} tokens have ${all} pairs that do not look ahead. ${parts.join('; ')}. The approximate pattern is our reconstruction; the paper's formula was not available to us.`;
}

/** Figures 2 and 4, at one context. */
export function wordsOfGaps(results: readonly Result[], context: number): string {
  const gaps = gapsOf(results, context);
  if (gaps.length === 0) {
    return `At context ${formatInteger(context)} there is no run of global attention to compare with.`;
  }
  const longest = gaps.filter(({ bucket }) => bucket.to === context);
  const { bucket } = longest[0]!;
  const first = `With ${formatInteger(bucket.from)} to ${formatInteger(bucket.to)} tokens read, ${listed(longest.map(({ label, gaps: own }) => `${label} lies ${signed(band(own).y)}`))} (${formatInteger(bucket.tokens)} held-out tokens).`;
  return [first, trust(results, gaps), verdict(gaps), early(results, context)].join(' ').trim();
}

/** The limits of short runs. */
function early(results: readonly Result[], context: number): string {
  const steps = results.filter(({ spec }) => spec.context === context).map((run) => run.steps);
  return `All of this is after ${formatInteger(Math.max(...steps))} steps at one learning rate; with longer training, or a rate chosen for each, the order of the plans may change.`;
}

/** How far the numbers can be trusted, given the number of seeds. */
function trust(results: readonly Result[], gaps: readonly Gap[]): string {
  const seeds = Math.min(...gaps.map((gap) => gap.gaps.length));
  const spread = seedSpread(results);
  if (seeds < SEEDS) {
    const one = seeds === 1 ? 'One seed only' : `${seeds} seeds only`;
    return spread === undefined
      ? `${one}: the spread between seeds is unknown, so no difference here means anything.`
      : `${one}; between seeds the gaps differ by up to ${digits(spread)} where that was measured. Differences of that size mean nothing.`;
  }
  const count = gaps.filter((gap) => isResult(gap.gaps)).length;
  return count === 0
    ? `No gap is larger than the spread between the ${seeds} seeds, so none of these differences means anything.`
    : `${count} of ${gaps.length} gaps ${count === 1 ? 'is' : 'are'} larger than the spread between the ${seeds} seeds; the others mean nothing.`;
}

function verdict(gaps: readonly Gap[]): string {
  const grouped = gaps.filter(({ look }) => look === 'grouped');
  if (grouped.length === 0) return '';
  const claim = 'The paper claims grouped attention comparable to global or better:';
  if (grouped.some(({ gaps: own }) => own.length < SEEDS)) {
    return `${claim} these runs are too few to agree or disagree.`;
  }
  const sure = grouped.filter(({ gaps: own }) => isResult(own));
  const worse = sure.filter(({ gaps: own }) => band(own).y > 0);
  if (worse.length > 0) {
    const where = listed(
      worse.map(({ bucket }) => `${formatInteger(bucket.from)}–${formatInteger(bucket.to)}`),
    );
    return `${claim} at our scale this disagrees, grouped being worse at ${where} tokens read.`;
  }
  const found =
    sure.length === 0
      ? 'at our scale no gap larger than the spread between seeds contradicts this.'
      : `at our scale, of the gaps larger than the spread between seeds, none contradicts this: ${better(sure, grouped)}.`;
  return `${claim} ${found}${far(gaps, grouped)}`;
}

/**
 * 'grouped is better at 5–8 tokens read; the other gaps say nothing': a curve may lie above global where its seeds
 * disagree.
 */
function better(sure: readonly Gap[], grouped: readonly Gap[]): string {
  const labels = [...new Set(grouped.map(({ label }) => label))];
  const clauses = labels.flatMap((label) => {
    const own = sure.filter((gap) => gap.label === label);
    if (own.length === 0) return [];
    const name = labels.length === 1 ? 'grouped' : withinSentence(label);
    const at = own.map(({ bucket }) => `${formatInteger(bucket.from)}–${formatInteger(bucket.to)}`);
    return [`${name} is better at ${listed(at)} tokens read`];
  });
  const others = sure.length < grouped.length ? ['the other gaps say nothing'] : [];
  return [...clauses, ...others].join('; ');
}

/** If plain local does better still, grouping does not win by reading far. */
function far(gaps: readonly Gap[], grouped: readonly Gap[]): string {
  const last = grouped.at(-1)!;
  const local = gaps.find(({ look, bucket }) => look === 'local' && bucket.to === last.bucket.to);
  if (!local || local.gaps.length < SEEDS || !isResult(last.gaps)) return '';
  const lead = local.gaps.map((gap, seed) => gap - last.gaps[seed]!);
  return isResult(lead) && band(lead).y < 0
    ? ' But local attention is lower still: models this small, trained this briefly, gain from reading less rather than from reading far, so this is no evidence for the paper’s claim.'
    : '';
}

/** Figure 2 says how plans differ; Figure 4 says from which length on reading more helps. */
export function wordsOfLengths(results: readonly Result[], context: number): string {
  const own = results.filter(({ spec, buckets }) => spec.context === context && buckets.length > 1);
  const global = own.filter(({ spec }) => spec.plan === 'global');
  if (global.length === 0) return wordsOfGaps(results, context);
  const mean = (i: number) => band(global.map(({ buckets }) => Math.exp(buckets.at(i)!.loss))).y;
  const [from, to] = [global[0]!.buckets[0]!, global[0]!.buckets.at(-1)!];
  const falls = global.every(({ buckets }) => buckets.at(-1)!.loss < buckets[0]!.loss);
  const help = falls // for every seed: the same models at the same positions
    ? `Reading more helps: global attention's perplexity falls from ${fixed(mean(0), 2)} (up to ${formatInteger(from.to)} tokens read, ${formatInteger(from.tokens)} held-out tokens) to ${fixed(mean(-1), 2)} (${formatInteger(to.from)} to ${formatInteger(to.to)}).`
    : `Reading more does not help yet: global attention's perplexity goes from ${fixed(mean(0), 2)} (up to ${formatInteger(from.to)} tokens read, ${formatInteger(from.tokens)} held-out tokens) to ${fixed(mean(-1), 2)} (${formatInteger(to.from)} to ${formatInteger(to.to)}). Models trained this briefly use only what is near, so this says nothing about long texts.`;
  return `${help} Buckets cover different parts of the text: compare plans within a bucket, and buckets with each other only with care.`;
}

/** Figure 3. */
export function wordsOfCompute(results: readonly Result[]): string {
  const courses = coursesOf(results);
  const parts: string[] = [];
  const contexts = [...new Set(courses.map(({ context }) => context))].sort((a, b) => a - b);
  for (const context of contexts) {
    const find = (plan: string) =>
      courses.find((course) => course.plan === plan && course.context === context);
    const [global, grouped] = [find('global'), find('grouped')];
    if (global && grouped) parts.push(compared(global, grouped));
  }
  if (parts.length === 0) return 'There is no pair of global and grouped runs to compare yet.';
  const fewest = Math.min(...courses.map(({ seeds }) => seeds));
  const caution =
    fewest < SEEDS
      ? 'Contexts with one seed do not show the spread between seeds, so differences there mean nothing.'
      : 'Differences no larger than those between seeds mean nothing.';
  const places =
    contexts.length > 1
      ? ' Each context is validated in windows of its own length of the same held-out text, so perplexities of different contexts are not strictly comparable.'
      : '';
  return `${parts.join(' ')} ${caution}${places} Compared at the same FLOPs, global is measured before its learning rate decays, which makes it look worse than it is. The paper claims more efficient training. The count of FLOPs agrees, and the saving grows with the context; runs this short cannot show whether perplexity stays as good over long training.`;
}

function compared(global: Course, grouped: Course): string {
  const [a, b] = [global.points.at(-1)!, grouped.points.at(-1)!];
  const share = b.flops / a.flops;
  const same = perplexityAt(global, Math.min(a.flops, b.flops));
  const equal =
    same === undefined
      ? ''
      : `; for the same ${formatCount(Math.min(a.flops, b.flops))}FLOPs global reaches perplexity ${fixed(same, 2)}, grouped ${fixed(b.y, 2)}`;
  return `Context ${formatInteger(global.context)}: grouped needs ${percent(share)} of global's FLOPs per step${equal}.`;
}

/** Figure 5. */
export function wordsOfDocuments(
  corpora: readonly CorpusLengths[],
  contexts: readonly number[],
): string {
  const parts = corpora.map(({ title, lengths }) => {
    const sorted = [...lengths].sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2; // between two documents if their number is even
    const median = Math.round((sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2);
    const room = contexts.map(
      (context) =>
        `${percent(sorted.filter((n) => n > context).length / sorted.length)} have more than ${formatInteger(context)}`,
    );
    return `${title}: ${formatInteger(sorted.length)} documents, median length ${formatInteger(median)} characters${room.length > 0 ? `; ${listed(room)}` : ''}.`;
  });
  return `${parts.join(' ')} A training window lies inside one of these documents. The setting “${controlOf('documents').label}” uses smaller ones, such as paragraphs or lines. The paper shows the lengths of The Pile; these are other texts.`;
}

/** Accuracy by distance. */
export function wordsOfAnswers(results: readonly Result[], asked: Asked): string {
  const answers = answersOf(results, asked);
  const parts = answers.map(({ label, cliff, before, beyond }) => {
    if (cliff === undefined)
      return `${label} answers ${percent(before)} of the questions correctly.`;
    const named = `${label}, with a reach of ${cliff} tokens (itself and ${cliff - 1} before it),`;
    if (Number.isNaN(before))
      return `${named} was asked only beyond its reach and answers ${percent(beyond)} of the questions correctly.`;
    return Number.isNaN(beyond)
      ? `${named} was asked only within its reach and answers ${percent(before)} of the questions correctly.`
      : `${named} answers ${percent(before)} of the questions within its reach correctly, and ${percent(beyond)} of those beyond it.`;
  });
  const coinciding = coincidingIn(results, asked)
    .map(
      (labels) =>
        ` ${listed(labels)} have the same counts at every distance, so their curves coincide.`,
    )
    .join('');
  const shares = answers.map(({ before }) => before);
  const apart = Math.max(...shares) - Math.min(...shares);
  const control =
    asked.control && answers.length > 1
      ? ` A control: every token is in every plan's reach, so the plans should be close; they lie ${percent(apart)} apart.`
      : '';
  const trainedFor = new Set(
    results
      .filter(({ spec }) => spec.task === asked.task && spec.context === asked.context)
      .map(({ spec }) => spec.distance),
  );
  const apiece =
    trainedFor.size > 1
      ? ' Each distance is a run of its own, trained and asked at that distance.'
      : '';
  const proved = answers.some(({ cliff }) => cliff !== undefined)
    ? ' It is proved that a local stack can only guess beyond its reach. Everything else here is only measured.'
    : '';
  const { level, series } = answersChart(results, asked);
  const byGuessing = level
    ? ` In ${Math.round(100 * WITHIN)} of 100 cases, guessing alone gives a share within the grey band. The band follows from the number of questions at each distance; few questions make it wide. A guessing model can fall outside it at some distances, for instance if it always gives the same answer.`
    : '';
  const few = series.some(({ points }) => points.some((point) => point.few))
    ? ` Small pale points stand for fewer than ${FEW} questions.`
    : '';
  return `${parts.join(' ')}${coinciding}${control}${apiece}${proved}${byGuessing}${few} The paper has no such figure.`;
}

/** What the letters above the plots stand for; '' if there are none. */
export function wordsOfLetters(notes: readonly string[]): string {
  const letters = [...patterns.all.map(({ letter }) => letter), MASK_LETTER].join('');
  const written = new RegExp(`\\b[${letters}](?: [${letters}])+\\b`, 'g');
  const stripes = [...new Set(notes.flatMap((note) => note.match(written) ?? []))];
  if (stripes.length === 0) return '';
  const known = patterns.all
    .filter(({ letter }) => 'GS'.includes(letter) || stripes.some((one) => one.includes(letter)))
    .map(({ letter, label }) => `${letter} ${withinSentence(label)}`);
  if (stripes.some((one) => one.includes(MASK_LETTER)))
    known.push(`${MASK_LETTER} a mask of its own`);
  return `${listed(stripes)}: the layers from the first to the last, ${listed(known)}; W is the window of the local ones.`;
}
