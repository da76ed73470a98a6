/** @file What a comparison has shown so far, in one sentence generated from its numbers, and how far to trust it. */
import { fixed, listed, plain } from '../core/numbers';
import { formatInteger } from '../core/units';
import { mayGain } from './learning';
import {
  SEED_NOISE,
  verdictOf,
  type Held,
  type Measure,
  type Standing,
  type Verdict,
} from './verdict';

export interface Contender extends Held {
  readonly name: string;
  /** Training FLOPs per token that the definition requires. */
  readonly flops: number;
  /** The same on a text of length `far`; undefined for a mask given as rows, which covers the context alone. */
  readonly farFlops?: number;
  /** How many tokens the last token can depend on through all layers, itself included. */
  readonly reach: number;
  /** A layer reads tokens after the query, which include the token to predict. */
  readonly leaks?: boolean;
  /** Steps made. */
  readonly step: number;
  /** It ended and cannot continue; the others are compared without it. */
  readonly stopped?: boolean;
}

export interface Question {
  readonly measure: Measure;
  readonly context: number; // tokens
  /** Length of a long text, in tokens: nothing is trained on it, its cost is counted. */
  readonly far: number;
  /** Every scored answer is at least this many tokens back; undefined for a text. */
  readonly distance?: number;
  /** Steps over which the learning rate rises. */
  readonly warmup: number;
}

export interface Finding {
  readonly title: string;
  /** Why a run that is behind cannot do better, if counting alone shows it. */
  readonly because: readonly string[];
  /** What the leading runs would cost on a long text; '' if they cost the same. */
  readonly price: string;
  /** How the result was distinguished from noise, or why it is too early for a result; '' before there are numbers. */
  readonly trust: string;
  /** There are numbers, but the runs are still learning too fast to be compared. */
  readonly early: boolean;
  /** One per contender; undefined before there is a result, and for a run that stopped. */
  readonly standings: readonly (Standing | undefined)[];
}

export function findingOf(contenders: readonly Contender[], question: Question): Finding {
  const runs = contenders.filter(({ stopped }) => !stopped);
  const nothing = (title: string): Finding => ({
    title,
    because: [],
    price: '',
    trust: '',
    early: false,
    standings: contenders.map(() => undefined),
  });
  if (runs.length < 2)
    return nothing('Fewer than two runs are still going, so there is nothing to compare.');
  const names = runs.map(({ name }) => name);
  const verdict = verdictOf(runs, question.measure);
  if (runs.every(({ step }) => step === 0)) return nothing(asked(names, question));
  const made = Math.min(...runs.map(({ step }) => step));
  if (!verdict)
    return nothing(
      `${after(made)} nothing has been tested on held-out data yet, so there is no finding.`,
    );
  if (verdict.step <= question.warmup)
    return nothing(
      `${after(verdict.step)} it is too early to say: the learning rate rises until step ${formatInteger(question.warmup)}.`,
    );
  if (verdict.early)
    return {
      ...nothing(`${after(verdict.step)} ${soFar(names, verdict, question.measure)}`),
      trust: pace(names, verdict, question.measure),
      early: true,
    };

  const entries = runs.map((run, i) => ({
    ...run,
    score: verdict.scores[i]!,
    standing: verdict.standings[i]!,
  }));
  const because = entries.flatMap((entry) => [
    ...(entry.leaks ? [tooGood(entry, question)] : []),
    ...(entry.standing === 'behind' || entry.standing === 'guessing'
      ? outOfReach(entry, question)
      : []),
  ]);
  return {
    title: `${after(verdict.step)} ${sentence(entries, verdict.first, question.measure)}`,
    because,
    price: far(entries, question),
    trust: trust(verdict, runs[0]!, question.measure),
    early: false,
    standings: contenders.map((one) =>
      one.stopped ? undefined : entries[runs.indexOf(one)]!.standing,
    ),
  };
}

interface Entry extends Contender {
  readonly score: number;
  readonly standing: Standing;
}

const after = (steps: number) => `After ${formatInteger(steps)} ${steps === 1 ? 'step' : 'steps'}`;

/** Before anything is trained: the question the comparison answers. */
function asked(names: readonly string[], { measure, distance }: Question): string {
  return measure.of === 'text'
    ? `Which of ${listed(names)} best predicts text it has not seen, and at what price?`
    : `Which of ${listed(names)} answers when the answer lies ${distance === undefined ? 'far' : `at least ${sayTokens(distance)}`} back, and at what price?`;
}

/** While it is too early to compare: the numbers as they are, without a leader. */
function soFar(names: readonly string[], { scores }: Verdict, measure: Measure): string {
  const numbers = names.map((name, i) => `${name} ${score(scores[i]!, measure, false)}`);
  return `the runs are still learning, and it is too early to compare them: ${listed(numbers)}${unit(measure)} so far.`;
}

/** How fast the fastest run is still learning, and when it will be time to compare. */
function pace(names: readonly string[], { progress }: Verdict, measure: Measure): string {
  const gains = progress.map(mayGain);
  const fastest = gains.indexOf(Math.max(...gains));
  const { gain } = progress[fastest]!;
  if (gain === undefined)
    return 'They were not tested early enough to say how fast they are learning.';
  const seen =
    measure.of === 'text'
      ? `In the last third of these steps the loss of ${names[fastest]} fell by ${fixed(gain, 2)} nats`
      : `In the last third of these steps the share that ${names[fastest]} answers right rose by ${fixed(100 * gain, 0)} percentage points`;
  const chanceOrSeed = measure.of === 'text' ? 'seeds move a gap by' : 'chance moves a gap by';
  return `${seen}, and could change by that much again. We call one run better only if the gap is larger than that change plus what ${chanceOrSeed}. We call runs equal only if that change is ${
    measure.of === 'text'
      ? `at most ${plain(SEED_NOISE.most)} nats, the most that seeds moved a gap by`
      : 'no more than chance'
  }.`;
}

function sentence(entries: readonly Entry[], first: number, measure: Measure): string {
  const ahead = entries.filter(({ standing }) => standing === 'best' || standing === 'level');
  if (ahead.length === 0) return `no run does better than guessing${chance(measure)}.`;
  const rest = entries.filter((entry) => !ahead.includes(entry));
  const best = entries[first]!;
  const behind =
    rest.length === 0 ? '' : `; ${listed(rest.map((one) => lag(one, best, ahead, measure)))}`;
  return `${lead(ahead, best, rest.length === 0, measure)}${behind}.`;
}

/**
 * The leaders: one that is ahead, or several that cannot be told apart, and their cost compared with the most
 * expensive.
 */
function lead(ahead: readonly Entry[], best: Entry, all: boolean, measure: Measure): string {
  if (ahead.length === 1) return `${best.name} is ahead with ${score(best.score, measure)}`;
  const [dearest, cheapest] = [
    ahead.reduce((a, b) => (b.flops > a.flops ? b : a)),
    ahead.reduce((a, b) => (b.flops < a.flops ? b : a)),
  ];
  if (all && ahead.length > 2) {
    const [low, high] = [Math.min, Math.max].map((of) => of(...ahead.map((one) => one.score)));
    const [from, to] = [score(low!, measure, false), score(high!, measure, false)];
    const range = from === to ? `all ${to}${unit(measure)}` : `${from} to ${to}${unit(measure)}`;
    const price =
      cheapest.flops < dearest.flops
        ? `${cheapest.name} needs the fewest FLOPs, ${share(cheapest.flops / dearest.flops)} of ${dearest.name}'s`
        : 'all need the same FLOPs';
    return `the differences between ${listed(ahead.map(({ name }) => name))} are too small to count (${range}); ${price}`;
  }
  const cheaper = ahead.filter((one) => one !== dearest);
  const prices = [...new Set(cheaper.map(({ flops }) => share(flops / dearest.flops)))];
  const price = prices.every((one) => one === '100 %')
    ? 'for the same FLOPs'
    : `for ${listed(prices)} of its FLOPs`;
  const scores = [...cheaper, dearest].map((one) => score(one.score, measure, false));
  const same = new Set(scores).size === 1;
  const found = `${same ? `${ahead.length === 2 ? 'both' : 'all'} ${scores[0]}` : listed(scores)}${unit(measure)}`;
  return `${listed(cheaper.map(({ name }) => name))} ${cheaper.length === 1 ? 'is' : 'are'} as good as ${dearest.name} (${found}) ${price}`;
}

/** How far a run is behind. */
function lag(one: Entry, best: Entry, ahead: readonly Entry[], measure: Measure): string {
  if (measure.of === 'answers')
    return `${one.name} answers ${score(one.score, measure, false)} right${
      one.standing === 'guessing' ? `, no better than guessing${chance(measure)}` : ''
    }`;
  const gap = one.score - best.score;
  // The leaders' sentence ends with the most expensive run, so 'worse' is read as worse than that one. If the best run is
  // another, name it.
  const than = ahead.every(({ flops }) => flops <= best.flops) ? '' : ` than ${best.name}`;
  return `${one.name} is ${fixed(gap, gap < 0.01 ? 3 : 2)} worse${than}`;
}

/** What share of the most expensive leader's FLOPs the cheaper ones would need on a long text. */
function far(entries: readonly Entry[], { context, far: length }: Question): string {
  const ahead = entries.filter(({ standing }) => standing === 'best' || standing === 'level');
  if (ahead.length < 2 || length <= context) return '';
  const unpriced = ahead.flatMap(({ name, farFlops }) => (farFlops === undefined ? [name] : []));
  const none =
    unpriced.length === 0
      ? []
      : [
          `${listed(unpriced)} ${unpriced.length === 1 ? 'has' : 'have'} no price on texts of ${sayTokens(length)}: the mask is known for ${formatInteger(context)} tokens only.`,
        ];
  return [...farShares(ahead, length), ...none].join(' ');
}

function farShares(ahead: readonly Entry[], length: number): string[] {
  const priced = ahead.flatMap(({ name, farFlops }) =>
    farFlops === undefined ? [] : [{ name, farFlops }],
  );
  if (priced.length < 2) return [];
  const dearest = priced.reduce((a, b) => (b.farFlops > a.farFlops ? b : a));
  const cheaper = priced.filter(({ farFlops }) => farFlops < dearest.farFlops);
  if (cheaper.length === 0) return [];
  const shares = cheaper.map(
    ({ name, farFlops }, i) =>
      `${name} ${i === 0 ? 'would need ' : ''}${share(farFlops / dearest.farFlops)}`,
  );
  return [
    `On texts of ${sayTokens(length)} ${listed(shares)} of ${dearest.name}'s FLOPs per token.`,
  ];
}

/** Why a run's number is too good to be true. */
const tooGood = ({ name }: Entry, { measure }: Question): string =>
  `${name} reads tokens that come after the query, among them the one it has to predict, so its ${measure.of === 'text' ? 'loss' : 'share of right answers'} means nothing.`;

/** Counted, not measured: what lies beyond a stack's reach cannot affect its answers. */
function outOfReach({ name, reach }: Entry, { measure, context, distance }: Question): string[] {
  if (measure.of === 'answers')
    return distance !== undefined && distance >= reach
      ? [
          `${name} cannot know the answer: its layers reach ${sayTokens(reach)}, and the answer lies at least ${formatInteger(distance)} back.`,
        ]
      : [];
  return reach < context
    ? [`${name} can use at most ${sayTokens(reach)} of a context of ${formatInteger(context)}.`]
    : [];
}

function trust(
  { seeds, tokens }: { readonly seeds: number; readonly tokens: number },
  one: Contender,
  measure: Measure,
): string {
  if (seeds >= 3)
    return `Means over ${seeds} seeds. A difference is reported only if every seed shows it and it is larger than the spread between seeds.`;
  const few = seeds === 1 ? 'One seed' : 'Two seeds';
  const elsewhere = one.repeats.length > 0 && seeds === 1 ? ' at this step' : '';
  return measure.of === 'text'
    ? `${few}${elsewhere}. In the recorded figures the gap between two plans changed from seed to seed by ${plain(SEED_NOISE.middle)} nats (median) and by at most ${plain(SEED_NOISE.most)}; differences up to ${plain(SEED_NOISE.middle)} are not reported.`
    : `${few}${elsewhere}, ${formatInteger(tokens / measure.together)} questions. Differences that chance alone could explain are not reported; whether a plan learns the task at all can depend on the seed.`;
}

const unit = (measure: Measure) =>
  measure.of === 'text' ? /* a message */ ' nats' : /* a message */ ' right';
const score = (value: number, measure: Measure, whole = true) =>
  `${measure.of === 'text' ? fixed(value, 2) : share(value)}${whole ? unit(measure) : ''}`;
const chance = (measure: Measure) =>
  measure.of === 'answers' && measure.chance !== undefined ? ` (${share(measure.chance)})` : '';

/** '82 %'; values just below 100 % or above 0 % are not rounded to them. */
export function share(value: number): string {
  const percent = 100 * value;
  if (percent > 0 && percent < 0.5)
    return percent < 0.01 ? `< ${plain(0.01)} %` : `${plain(Number(percent.toPrecision(1)))} %`;
  return percent >= 99.5 && percent < 100
    ? `${plain(Math.min(99.9, Number(percent.toPrecision(3))))} %`
    : `${Math.round(percent)} %`;
}

const sayTokens = (n: number) => `${formatInteger(n)} ${n === 1 ? 'token' : 'tokens'}`;
