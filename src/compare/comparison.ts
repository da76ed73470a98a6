/**
 * @file What is compared: settings all runs share, and how each run attends.
 *
 * Everything but OWN is shared, the seed included, so the runs see the same batches and start from the same
 * weights (src/data/batches.ts and src/model/weights.ts depend on shared settings alone).
 */
import { withinSentence } from '../core/sentence';
import { plans } from '../attention/plans';
import { pick } from '../core/schema';
import { plain } from '../core/numbers';
import { packingOf, readsChunks, type RunSpec, type Setting } from '../spec/run';
import { CONTROLS, controlOf, DEFAULTS } from '../spec/controls';
import { changedBetween } from '../spec/between';
import { fitStripes } from '../spec/stripes';

/** Settings that each run has of its own. */
export const OWN = [
  'plan',
  'stripes',
  'masks',
  'groupSize',
  'place',
  'window',
  'chunk',
  'documents',
] as const;
export type Own = Pick<RunSpec, (typeof OWN)[number]>;

export interface Entry {
  /** The name the user gave it; otherwise the name is derived from its settings. */
  readonly name?: string;
  readonly own: Own;
}

export interface Comparison {
  readonly shared: RunSpec; // for the settings in OWN, the defaults of a new run
  readonly runs: readonly Entry[];
}

export const MIN_RUNS = 2;
export const MAX_RUNS = 4;
export const LONGEST_NAME = 32; // characters

/** The four runs of the paper. */
export const PAPER_PLANS = ['global', 'local', 'approximate', 'grouped'] as const;

const isOwn = (name: Setting): name is keyof Own => (OWN as readonly Setting[]).includes(name);

export const ownOf = (spec: RunSpec): Own => pick(spec, OWN);

/** The paper's plans, without those that cannot keep documents apart if that is required. */
const plansFor = (spec: RunSpec) =>
  PAPER_PLANS.filter((plan) => packingOf(spec) === 'off' || !readsChunks({ ...spec, plan }));

export const paperRuns = (shared: RunSpec): readonly Entry[] =>
  plansFor(shared).map((plan) => ({ own: { ...ownOf(shared), plan } }));

export const FIRST: Comparison = { shared: DEFAULTS, runs: paperRuns(DEFAULTS) };

/** The complete settings of one run. */
export function specOf({ shared }: Comparison, { own }: Entry): RunSpec {
  const spec = { ...shared, ...own };
  return own.plan === 'custom'
    ? { ...spec, stripes: fitStripes(own.stripes, shared.layers) }
    : spec;
}

export const specsOf = (comparison: Comparison): readonly RunSpec[] =>
  comparison.runs.map((entry) => specOf(comparison, entry));

/** The same runs regardless of name, ignoring the settings in `but`. */
export function sameRuns(
  a: Comparison,
  b: Comparison,
  but: readonly (keyof RunSpec)[] = [],
): boolean {
  const [as, bs] = [specsOf(a), specsOf(b)];
  return (
    as.length === bs.length &&
    as.every((spec, i) =>
      CONTROLS.every(({ name }) => but.includes(name) || spec[name] === bs[i]![name]),
    )
  );
}

/** A name as stored: one line, not too long; undefined if nothing is left. */
export function tidyName(text: string): string | undefined {
  const tidy = [...text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()]
    .slice(0, LONGEST_NAME)
    .join('')
    .trim();
  return tidy || undefined;
}

/** Unique names: 'Local'; if several are local, how each differs; otherwise a number. */
export function namesOf(comparison: Comparison): readonly string[] {
  const specs = specsOf(comparison);
  const label = (i: number) => comparison.runs[i]!.name ?? plans.get(specs[i]!.plan).label;
  const full = specs.map((spec, i) => {
    const { name } = comparison.runs[i]!;
    if (name) return name;
    const namesakes = specs.filter(
      (other, j) => other.plan === spec.plan && !comparison.runs[j]!.name,
    );
    return [
      label(i),
      ...[...SHORT, { of: (one: RunSpec) => APART[packingOf(one)] }]
        .filter(({ of }) => namesakes.some((other) => of(other) !== of(spec)))
        .map(({ of }) => of(spec)),
    ]
      .filter(Boolean)
      .join(' ');
  });
  return full.map((name, i) => {
    const before = full.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

/** Short labels that tell two runs of one plan apart; '' if the plan does not read the setting. */
const SHORT: readonly { of: (spec: RunSpec) => string }[] = (
  [
    ['stripes', ({ stripes }) => stripes],
    ['groupSize', ({ groupSize }) => `L ${groupSize}`],
    ['place', ({ place }) => (place === 'first' ? 'first global' : 'last global')],
    ['window', ({ window }) => `W ${window}`],
    ['chunk', ({ chunk }) => `C ${chunk}`],
  ] as const satisfies readonly (readonly [keyof Own, (spec: RunSpec) => string])[]
).map(([name, say]) => ({
  of: (spec: RunSpec) =>
    (plans.get(spec.plan).reads as readonly string[]).includes(name) ? say(spec) : '',
}));

const APART = { off: 'one text', masked: 'documents apart', restart: 'positions restart' };

export interface Differences {
  /** Settings in which runs that read them differ. */
  readonly differ: readonly Setting[];
  /** Settings that at least two runs read, with the same value in all that read them. */
  readonly equal: readonly Setting[];
}

/** A setting that a run does not read cannot make it differ. */
export function differencesOf(comparison: Comparison): Differences {
  const specs = specsOf(comparison);
  const values = (name: Setting) => {
    const { relevant } = controlOf(name);
    return specs.filter((spec) => relevant?.(spec) ?? true).map((spec) => spec[name]);
  };
  // A setting that only one run reads is neither equal nor different.
  const read = CONTROLS.map(({ name }) => name).filter(
    (name) => values(name).length >= Math.min(2, specs.length),
  );
  const differ = read.filter((name) => new Set(values(name)).size > 1);
  return { differ, equal: read.filter((name) => !differ.includes(name)) };
}

/** What changed from one comparison to another, in words: shared settings, or the set of runs. */
export function differencesBetween(a: Comparison, b: Comparison): readonly string[] {
  const shared = changedBetween({ ...a.shared, ...ownOf(b.shared) }, b.shared);
  const runs = ({ runs }: Comparison) => JSON.stringify(runs.map(({ own }) => own));
  return [...shared, ...(runs(a) === runs(b) ? [] : ['the runs compared'])];
}

/** 'They differ in: plan. Everything else is equal: …' */
export function sayDifferences(comparison: Comparison): string {
  const { differ, equal } = differencesOf(comparison);
  const word = (name: Setting) => withinSentence(controlOf(name).label);
  const first = specsOf(comparison);
  const value = (name: Setting) => {
    const control = controlOf(name);
    const reads = first.find((spec) => control.relevant?.(spec) ?? true)!;
    const own = reads[name];
    const option =
      control.kind === 'choice' && control.options.find((one) => one.value === String(own));
    return name === 'task' && option
      ? option.label
      : `${word(name)} ${option ? withinSentence(option.label) : typeof own === 'number' ? plain(own) : own}`;
  };
  const same = equal.filter((name) => !controlOf(name).advanced && name !== 'backend');
  const rest = equal.some((name) => controlOf(name).advanced)
    ? ', and all settings behind More'
    : '';
  const words = `${same.map(value).join(', ')}, the batches, the initial weights${rest}`;
  return differ.length === 0
    ? `They do not differ. Equal: ${words}.`
    : `They differ in: ${differ.map(word).join(', ')}. Everything else is equal: ${words}.`;
}

/** A comparison with only one run. */
export const onlyRun = (spec: RunSpec): Comparison => ({
  shared: spec,
  runs: [{ own: ownOf(spec) }],
});

/** A run and the same model with every layer global. */
export const besideGlobal = (spec: RunSpec, name: string): Comparison => {
  const tidy = tidyName(name);
  return {
    shared: spec,
    runs: [
      { own: ownOf(spec), ...(tidy !== undefined && { name: tidy }) },
      { own: ownOf({ ...DEFAULTS, plan: 'global' }) },
    ],
  };
};

/** Applies the user's change: a shared setting changes in every run. */
export function changeShared(comparison: Comparison, settings: Partial<RunSpec>): Comparison {
  const shared = Object.fromEntries(
    Object.entries(settings).filter(([name]) => !isOwn(name as Setting)),
  ) as Partial<RunSpec>;
  return { ...comparison, shared: { ...comparison.shared, ...shared } };
}

/** Adds the first of the paper's plans that is missing, or otherwise the first run's. */
export function addRun(comparison: Comparison): Comparison {
  const there = new Set(comparison.runs.map(({ own }) => own.plan));
  const plan =
    plansFor(specsOf(comparison)[0]!).find((one) => !there.has(one)) ??
    comparison.runs[0]!.own.plan;
  return {
    ...comparison,
    runs: [...comparison.runs, { own: { ...comparison.runs[0]!.own, plan } }],
  };
}
