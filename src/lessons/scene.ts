/**
 * @file A scene says what changes on the stage. The stage of a step is the result of all scenes up to it, applied in
 * order, so a step looks the same whether the reader goes forward or back to it.
 */
import { check } from '../core/check';
import { Fields, shown } from '../core/fields';
import { MAX_RUNS, OWN, ownOf, tidyName, type Comparison, type Own } from '../compare/comparison';
import { comparisonOf as comparisonOfStart, starts } from '../compare/starts';
import { read } from '../attention/parse';
import { bugIds } from '../masks/bugIds';
import { formatIds } from '../masks/formatIds';
import { checkRun } from '../spec/check';
import type { RunSpec, Setting } from '../spec/run';
import { DEFAULTS } from '../spec/controls';
import { fitted, isSetting, settingsOf } from './settings';
import { STAGE_VIEWS, type StageViewId } from './stageViews';

/** Everything that can be on the stage. */
export interface Stage {
  /** Settings of all runs; a run's own settings override them. */
  readonly set: RunSpec;
  readonly runs: readonly StageRun[];
  readonly show: readonly StageViewId[];
  /** Settings that the reader can change next to the stage. */
  readonly controls: readonly Setting[];
  readonly focus: Focus;
  /** A file of public/recorded/races, shown if the runs are among those it contains. */
  readonly recorded: string | undefined;
  /** A shipped model that writes, and the prompt it continues. */
  readonly model: string | undefined;
  readonly prompt: string;
  /** A mask as terms, for the view `bench`; and the intended one. */
  readonly mask: string;
  readonly meant: string | undefined;
  readonly tokens: number; // of that mask
  readonly bug: string | undefined;
  readonly code: string; // a format
  /** Context, in tokens, of the views that count rather than train; undefined: the runs'. */
  readonly length: number | undefined;
}

interface StageRun {
  readonly name?: string;
  readonly own: Partial<Own>;
}

/** The current focus; layers, heads and queries count from 0 internally, layers and heads from 1 in a lesson's text. */
interface Focus {
  readonly layer?: number;
  readonly head?: number;
  readonly query?: number;
  readonly key?: number;
}

export const EMPTY: Stage = {
  set: DEFAULTS,
  runs: [{ own: {} }],
  show: ['stripes'],
  controls: [],
  focus: {},
  recorded: undefined,
  model: undefined,
  prompt: '',
  mask: 'causal',
  meant: undefined,
  tokens: 12,
  bug: undefined,
  code: 'layer-types',
  length: undefined,
};

/** Longest mask that is drawn cell by cell next to a text. */
export const MAX_MASK_TOKENS = 24;

export interface Known {
  readonly recordings: readonly string[];
  readonly models: readonly string[];
}

/** Applies a lesson's scene, checked; `before` is the stage it changes. Throws InputError. */
export function stageAfter(before: Stage, value: unknown, what: string, known: Known): Stage {
  const fields = new Fields(value, what);
  const start = named(
    fields,
    'start',
    starts.all.map(({ id }) => id),
  );
  if (start) before = { ...before, ...stageOfStart(start) };
  const set = fields.has('set') ? settingsOf(fields.get('set'), `set of ${what}`) : {};
  const stage: Stage = {
    set: fitted({ ...before.set, ...set }),
    runs: fields.has('runs') ? runsOf(fields, what) : before.runs,
    show: fields.has('show') ? viewsOf(fields, what) : before.show,
    controls: fields.has('controls') ? controlsOf(fields, what) : before.controls,
    focus: fields.has('focus') ? focusOf(fields.get('focus'), what) : before.focus,
    recorded: named(fields, 'recorded', known.recordings) ?? before.recorded,
    model: named(fields, 'model', known.models) ?? before.model,
    prompt: fields.string('prompt', before.prompt),
    mask: fields.string('mask', before.mask),
    // A new mask is a new question, so the previous intended mask and bug are dropped.
    meant: fields.has('meant')
      ? fields.string('meant')
      : fields.has('mask')
        ? undefined
        : before.meant,
    tokens: fields.whole('tokens', { min: 2, max: MAX_MASK_TOKENS }, before.tokens),
    bug: named(fields, 'bug', bugIds) ?? (fields.has('mask') ? undefined : before.bug),
    code: named(fields, 'code', formatIds) ?? before.code,
    length: fields.has('length') ? fields.whole('length', { min: 1, max: 131_072 }) : before.length,
  };
  fields.end();
  read(stage.mask);
  if (stage.meant !== undefined) read(stage.meant);
  for (const spec of stageSpecs(stage)) checkRun(spec);
  // A setting that every run overrides would change nothing if it were set for all.
  const idle = Object.keys(set).filter(
    (name) => isOwn(name) && stage.runs.every((run) => name in run.own),
  );
  check(
    idle.length === 0,
    `${what}: every run has its own ${idle.join(', ')}, so setting it for all changes nothing; set 'runs' again`,
  );
  const { layers, heads, context } = stage.set;
  const { layer = 0, head = 0, query = 0, key = 0 } = stage.focus;
  check(
    layer < layers && head < heads && query < context && key <= query,
    `focus of ${what} is outside the model of ${layers} layers, ${heads} heads and ${context} tokens`,
  );
  return stage;
}

const isOwn = (name: string): boolean => (OWN as readonly string[]).includes(name);

/** A predefined comparison: its settings, runs and recording. */
function stageOfStart(id: string): Pick<Stage, 'set' | 'runs' | 'recorded'> {
  const { shared, runs } = comparisonOfStart(starts.get(id));
  return { set: shared, runs, recorded: id };
}

/** One of the known names; if missing, the value of the stage before stays. */
function named(fields: Fields, name: string, known: readonly string[]): string | undefined {
  const value = fields.get(name);
  if (value === undefined) return undefined;
  check(
    typeof value === 'string' && known.includes(value),
    `${name} of ${fields.what} is ${shown(value)}; there are ${known.join(', ')}`,
  );
  return value;
}

function runsOf(fields: Fields, what: string): readonly StageRun[] {
  return fields.list('runs', { min: 1, max: MAX_RUNS }).map((value, i) => {
    const { name, ...own } = { ...(value as Record<string, unknown>) };
    const at = `run ${i + 1} of ${what}`;
    const settings = settingsOf(own, at);
    const shared = Object.keys(settings).find((key) => !isOwn(key));
    check(
      !shared,
      `${at} has its own ${shared}; runs may differ in ${OWN.join(', ')} alone, the rest belongs in 'set'`,
    );
    check(
      name === undefined || (typeof name === 'string' && tidyName(name) === name),
      `the name of ${at} should be a few words on one line`,
    );
    return { ...(name !== undefined && { name: name as string }), own: settings as Partial<Own> };
  });
}

const viewsOf = (fields: Fields, what: string): readonly StageViewId[] =>
  fields.strings('show', { min: 1, max: 4 }).map((id) => {
    check(
      STAGE_VIEWS.some((view) => view.id === id),
      `show of ${what} names '${id}'; there are ${STAGE_VIEWS.map((view) => view.id).join(', ')}`,
    );
    return id as StageViewId;
  });

const controlsOf = (fields: Fields, what: string): readonly Setting[] =>
  fields.strings('controls', { min: 0, max: 6 }).map((name) => {
    check(isSetting(name), `controls of ${what} names '${name}', which is not a setting`);
    return name;
  });

function focusOf(value: unknown, what: string): Focus {
  const fields = new Fields(value, `focus of ${what}`);
  const at = (name: string, from: number) =>
    fields.has(name) ? { [name]: fields.whole(name, { min: from, max: 16_384 }) - from } : {};
  const focus = { ...at('layer', 1), ...at('head', 1), ...at('query', 0), ...at('key', 0) };
  fields.end();
  return focus;
}

/** The runs on a stage, in the form that Compare and its files use. */
export function comparisonOf({ set, runs }: Pick<Stage, 'set' | 'runs'>): Comparison {
  return {
    shared: set,
    runs: runs.map(({ name, own }) => ({ ...(name && { name }), own: { ...ownOf(set), ...own } })),
  };
}

export const stageSpecs = ({ set, runs }: Pick<Stage, 'set' | 'runs'>): readonly RunSpec[] =>
  runs.map(({ own }) => fitted({ ...set, ...own }));

/** The reader's changes on top of a stage: settings for all runs, and for single ones. */
export interface Changes {
  readonly set: Partial<RunSpec>;
  readonly runs: Readonly<Record<number, Partial<Own>>>;
}

export const UNCHANGED: Changes = { set: {}, runs: {} };

/** A setting for all runs overrides a run's own, except for the plan if several plans are compared. */
export function changed(stage: Stage, { set, runs }: Changes): Stage {
  const forAll = Object.fromEntries(
    Object.entries(set).filter(
      ([name]) =>
        isOwn(name) && (stage.runs.length === 1 || (name !== 'plan' && name !== 'stripes')),
    ),
  );
  return {
    ...stage,
    set: fitted({ ...stage.set, ...set }),
    runs: stage.runs.map((run, i) => ({ ...run, own: { ...run.own, ...forAll, ...runs[i] } })),
  };
}
