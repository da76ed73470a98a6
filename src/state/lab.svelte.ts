import { masksIn } from '../attention/masksIn';
import { inWords } from '../core/check';
import { encoded } from '../core/encoded';
import type { Engine } from '../link/client';
import { checkMemory } from '../model/memory';
import { pictureFor } from '../model/picture';
import { checkRun } from '../spec/check';
import { modelSpecOf } from '../spec/model';
import { OPENING, presets, specOfPreset } from '../spec/preset';
import { CONTROLS, DEFAULTS, sourceOf, watchSameTokens, type RunSpec } from '../spec/run';
import { withStripe } from '../spec/stripes';
import { fitStripes, fromQuery, mend, toQuery } from '../spec/url';
import type { Later } from './frames';
import { trainsInstead } from './letterWords';
import { OwnLetters } from './ownLetters.svelte';
import { isOwnText, refusalOf, standIn, type Refusal } from './ownText';
import { Run } from './run.svelte';
import { Selection } from './selection.svelte';
import { Settling } from './settling';
import { sightOf, sightPairs, type Show } from './sight';

export type { Show } from './sight';

/** Of a model whose training is held to be taken back, beside the one that took its place. */
const MOST_HELD = 256 * 2 ** 20; // bytes
/** Time for the hand to come to rest before the model is built anew. */
const SETTLE_MS = 250;
const SETTLE_TEXT_MS = 900;

export interface LabOptions {
  readonly query?: string;
  readonly text?: string;
  /** Keeps the person's own text over a reload. */
  readonly keep?: (text: string) => void;
  readonly later?: Later;
}

let runs = 0;

/** The Lab page: what is asked for, the run that answers, and what is looked at. */
export class Lab {
  /** What the controls say. It may be impossible; then `problem` says why, and the run goes on as it was. */
  spec = $state.raw<RunSpec>(DEFAULTS);
  problem = $state.raw<string | undefined>();
  text = $state('');
  refused = $state.raw<Refusal | undefined>();
  run = $state.raw() as Run;
  /** Settings that wait only for a text that can be trained on. The address keeps them, whatever trains meanwhile. */
  #waiting = $state.raw<RunSpec | undefined>();
  /** A link asks for a text of the person's own, which no link holds. */
  #linked = $state(false);
  /** The run that this one took the place of, paused where it stood: it can be taken back. */
  before = $state.raw<Run | undefined>();

  /** The watched tokens where a run before this one told them: they are shown until its first frame tells them again. */
  tokens = $state.raw<readonly string[] | undefined>();

  notes = $state.raw<readonly string[]>([]);
  rest = $state.raw(fromQuery('').rest);
  /** A mask that was only just added, 1 the first: what it is to read is written next. */
  fresh = $state.raw<number | undefined>();
  show = $state<Show>('weights');
  /** The map that is drawn large. */
  focus = $state.raw<{ readonly layer: number; readonly head: number } | undefined>();
  readonly selection = new Selection();
  /** How often settings were brought to the run, so that the address is written again even where nothing changed. */
  applied = $state(0);

  hidden = $derived(namesIn(this.rest.get('hide')));
  fixed = $derived(namesIn(this.rest.get('lock')));
  embedded = $derived(this.rest.get('embed') === '1');

  model = $derived(modelSpecOf(this.run.spec));
  /** Tokens per cell side of a map, also before there is one: a canvas of all tokens could be immense. */
  factor = $derived(pictureFor(this.model.context).factor);
  source = $derived(sourceOf(this.run.spec));
  training = $derived(this.run.spec);
  instead = $derived(trainsInstead(this.spec, this.run.spec, this.refused));
  /** A link asks for a text, and none was given yet. */
  textMissing = $derived(this.#linked && this.refused !== undefined && this.text.trim() === '');
  preset = $derived(
    presets.all.find((preset) => same(specOfPreset(preset, this.spec.backend), this.spec)),
  );
  /** Settings near the asked ones that would work, where the asked ones do not. */
  repair = $derived.by(() => (this.problem === undefined ? undefined : repairOf(this.spec)));
  /** The address of the run, or of what waits for a text: settings, what is looked at, and what the address said besides. */
  query = $derived(
    [
      toQuery(this.#waiting ?? this.run.spec),
      ...[...this.rest]
        .filter(([key]) => !['v', 'show', 'at'].includes(key))
        .map(([key, value]) => `${key}=${encoded(value)}`),
      ...sightPairs(this.show, this.selection.lockedCell),
    ].join('&'),
  );

  readonly #letters = new OwnLetters();
  readonly settling = new Settling(
    () => this.#checked(),
    () => this.#follow(),
  );

  get survey() {
    return this.#letters.survey;
  }

  get unmet() {
    return this.#letters.unmet;
  }

  constructor(
    private readonly engine: Engine,
    private readonly options: LabOptions = {},
  ) {
    this.text = options.text ?? '';
    this.#read(options.query ?? '');
    this.#start(this.#possible(this.spec), false);
  }

  /** Changes settings; the model follows when the hand has come to rest. */
  change = (settings: Partial<RunSpec>) => {
    const next = { ...this.spec, ...settings };
    if (settings.alphabet !== undefined) this.#letters.ask('');
    if (settings.task !== undefined) this.#linked = false;
    this.spec =
      next.plan === 'custom' ? { ...next, stripes: fitStripes(next.stripes, next.layers) } : next;
    this.settling.after(SETTLE_MS);
  };

  write = (text: string) => {
    if (text === this.text) return;
    this.text = text;
    // How it is read was chosen for the text before.
    if (isOwnText(this.spec)) this.spec = { ...this.spec, alphabet: '' };
    this.options.keep?.(text);
    this.settling.after(SETTLE_TEXT_MS);
  };

  choose = (presetId: string) => {
    this.spec = specOfPreset(presets.get(presetId), this.spec.backend);
    this.settling.after(0);
  };

  /** Gives one layer another pattern: the plan becomes the person's own. */
  stripe = (layer: number, letter: string) => {
    const next = withStripe(this.run.spec, layer, letter);
    if (masksIn(next.masks).length > masksIn(this.run.spec.masks).length)
      this.fresh = Number(letter);
    this.change(next);
  };

  /** The same model from its first step, paused. */
  reset = () => this.#start(this.#possible(this.spec), false);

  /** A run that was kept: the same settings, and on from its step, paused. */
  goOn = (spec: RunSpec, from: Uint8Array<ArrayBuffer>, text?: string) => {
    this.settling.stop();
    if (text !== undefined) {
      this.text = text;
      this.#letters.keep(text, spec.alphabet);
      this.options.keep?.(text);
    }
    this.refused = undefined;
    this.spec = { ...spec, backend: this.spec.backend };
    this.problem = this.#waiting = undefined;
    this.applied++;
    this.#start(this.spec, false, from);
  };

  /** The address was changed by hand or by a link. Our own writing of it comes back unchanged and is passed over. */
  visit = (query: string) => {
    if (query === this.query) return;
    this.#read(query);
    this.settling.after(0);
  };

  /** The run that was replaced takes its place again, paused at its step. */
  takeBack = () => {
    const { before } = this;
    if (!before) return;
    this.settling.stop();
    this.before = undefined;
    this.run.close();
    this.run = before;
    this.spec = before.spec;
    if (before.text !== undefined) {
      this.text = before.text;
      this.#letters.keep(before.text, before.spec.alphabet);
      this.options.keep?.(before.text);
    }
    this.problem = this.refused = this.#waiting = undefined;
    this.applied++;
    this.#fit(before.spec);
  };

  /** Nobody wants it back. */
  letGo = () => {
    this.before?.close();
    this.before = undefined;
  };

  dispose() {
    this.settling.stop();
    this.letGo();
    this.run.close();
  }

  #read(query: string) {
    const { spec: asked, blank, notes, rest } = fromQuery(query);
    const spec = blank ? { ...OPENING, backend: asked.backend } : asked;
    const sight = sightOf(rest, spec);
    this.spec = spec;
    this.#linked = isOwnText(spec);
    this.#letters.ask(spec.alphabet);
    this.notes = [...notes, ...sight.notes];
    this.rest = rest;
    this.show = sight.show;
    this.selection.restore(sight.cell);
  }

  /** Whether what is asked for can be. */
  #checked(): boolean {
    this.applied++;
    this.#next = this.#settled(this.spec);
    return this.#next !== undefined;
  }

  #follow() {
    const spec = this.#next;
    if (!spec) return;
    if (same(spec, this.run.spec) && this.run.text === this.#textFor(spec)) return;
    this.#start(spec, this.run.wish);
  }

  /** The settings asked for where they can be, and else those of the run. */
  #possible(asked: RunSpec): RunSpec {
    return this.#settled(asked) ?? (this.run as Run | undefined)?.spec ?? DEFAULTS;
  }

  /** What can train of what is asked for: all of it, or on another text while that is missing; undefined where nothing can. */
  #settled(asked: RunSpec): RunSpec | undefined {
    const spec = this.#letters.settle(asked, this.text);
    this.spec = spec;
    this.problem = this.#problemOf(spec);
    if (this.problem === undefined) {
      this.#waiting = undefined;
      return spec;
    }
    if (this.refused === undefined) return undefined;
    this.#waiting = spec;
    const other = standIn(spec, (this.run as Run | undefined)?.spec);
    return other && inWords(() => this.#check(other)) === undefined ? other : undefined;
  }

  /** Why these settings cannot be, in words; undefined where they can. */
  #problemOf(spec: RunSpec): string | undefined {
    this.refused = undefined;
    const problem = inWords(() => checkRun(spec));
    if (problem !== undefined) return problem;
    this.refused = refusalOf(this.text, spec);
    return this.refused?.why ?? inWords(() => this.#check(spec));
  }

  /** Throws InputError for settings that cannot be, whatever the text. */
  #check(spec: RunSpec) {
    checkRun(spec);
    // The limits are those of the backend in use; another one asks its own when it is opened.
    const backend = (this.run as Run | undefined)?.backend;
    if (backend && spec.backend === this.run.spec.backend) checkMemory(spec, backend);
  }

  /** What was checked last and can train, to be built next. */
  #next: RunSpec | undefined;

  #textFor = (spec: RunSpec) => (isOwnText(spec) ? this.text : undefined);

  #start(spec: RunSpec, train: boolean, from?: Uint8Array<ArrayBuffer>) {
    const old = this.run as Run | undefined;
    const text = this.#textFor(spec);
    const watched = old && old.text === text && watchSameTokens(old.spec, spec);
    this.tokens = watched ? (old.frame?.tokens ?? this.tokens) : undefined;
    if (old && canBeHeld(old, spec)) {
      old.pause();
      this.letGo();
      this.before = old;
    } else old?.close();
    const run = new Run(
      `lab-${++runs}`,
      spec,
      this.engine,
      text,
      this.options.later,
      undefined,
      from,
    );
    this.run = run;
    this.#fit(spec);
    if (train) run.train();
  }

  #fit({ layers, heads, context }: RunSpec) {
    this.selection.fit(layers, heads, context);
    if (this.focus && (this.focus.layer >= layers || this.focus.head >= heads))
      this.focus = undefined;
  }
}

/** Something was learnt, and what computes it stays the same. */
const canBeHeld = ({ state, step, spec, memory }: Run, next: RunSpec): boolean =>
  (state.phase === 'running' || state.phase === 'paused') &&
  step > 0 &&
  spec.backend === next.backend &&
  (memory?.peak ?? 0) <= MOST_HELD;

const same = (a: RunSpec, b: RunSpec) => CONTROLS.every(({ name }) => a[name] === b[name]);

const namesIn = (list = ''): ReadonlySet<string> => new Set(list.split(',').filter(Boolean));

function repairOf(spec: RunSpec): Partial<RunSpec> | undefined {
  const mended = mend(spec);
  try {
    checkRun(mended);
  } catch {
    return undefined;
  }
  const changed = CONTROLS.filter(({ name }) => mended[name] !== spec[name]);
  return changed.length > 0
    ? (Object.fromEntries(changed.map(({ name }) => [name, mended[name]])) as Partial<RunSpec>)
    : undefined;
}
