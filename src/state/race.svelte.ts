import type { LayerPlan } from '../attention/pattern';
import { fromAddress, toAddress } from '../compare/address';
import { stepCosts, type AxisId } from '../compare/axes';
import {
  addRun,
  changeShared,
  FIRST,
  LEAST_RUNS,
  MOST_RUNS,
  namesOf,
  sameRuns,
  specsOf,
  tidyName,
  type Comparison,
  type Own,
} from '../compare/comparison';
import { readFile, writeFile, type Saved } from '../compare/file';
import { checkFit } from '../compare/fit';
import type { History } from '../compare/history';
import type { KeptRuns } from '../compare/kept';
import { bytesOf } from '../compare/ring';
import { comparisonOf, startOf, starts } from '../compare/starts';
import { InputError, inWords } from '../core/check';
import type { Engine } from '../link/client';
import type { Command, Failure, RunId } from '../link/protocol';
import { pictureFor } from '../model/picture';
import { checkRun } from '../spec/check';
import { modelSpecOf } from '../spec/model';
import { CONTROLS, layersOf, sourceOf, watchSameTokens, type RunSpec } from '../spec/run';
import { mend } from '../spec/url';
import { NONE, type Driven, type Drive, type DriveState } from './asks';
import { FramePull, type Later } from './frames';
import { Measured } from './measured.svelte';
import { readMoments, record, unpack, without, writeMoments, type Moments } from './moments';
import { trainsInstead } from './letterWords';
import { OwnLetters } from './ownLetters.svelte';
import { isOwnText, refusalOf, standIn, type Refusal } from './ownText';
import { Run, type Leader } from './run.svelte';
import { Selection } from './selection.svelte';
import { Settling } from './settling';
import { sightOf, sightPairs } from './sight';

/** Time for the hand to come to rest before the models are built anew. */
const SETTLE_MS = 250;
const SETTLE_TEXT_MS = 900;
/** Steps behind the tokens per second. */
const RECENT = 20;
/** Milliseconds between two looks at what the runs came to: four runs report far more often than anybody reads. */
const LOOK_MS = 250;

export interface RaceOptions {
  readonly query?: string;
  readonly text?: string;
  readonly keep?: (text: string) => void;
  readonly later?: Later;
  /** What files say of where they come from. */
  readonly program?: string; // version
  today?(): string; // YYYY-MM-DD
  /** What is compared to begin with, in place of an address. */
  readonly comparison?: Comparison;
  /** The engine is asked for nothing before somebody trains. */
  readonly lazy?: boolean;
  /** Runs were built, or built anew. */
  built?(): void;
  /** Runs that trained are held when others take their place, so that they can be taken back. */
  readonly holds?: boolean;
}

/** Of models whose training is held, beside those that took their place. */
const MOST_HELD = 512 * 2 ** 20; // bytes

type Together = Extract<Command, { type: 'together' }>;

/** Every run of one step, to go on from. */
export interface Checkpoints {
  readonly step: number;
  readonly files: readonly Uint8Array<ArrayBuffer>[]; // one per run
}

/** Runs that others took the place of, paused where they stood. */
interface Held {
  readonly built: Comparison;
  readonly runs: readonly Run[];
  readonly moments: Moments;
  readonly step: number;
}

/** A file that was opened, or that was recorded for these very settings. */
type Opened = Saved & {
  readonly from: string;
  readonly recorded: boolean;
  readonly moments: Moments;
};

let runs = 0;

/** The Compare page: what is compared, the runs that answer, and what is looked at in all of them. */
export class Race implements Driven {
  /** What the controls say; `problem` says why it cannot be, and then the runs go on as they were. */
  asked = $state.raw<Comparison>(FIRST);
  /** What the runs are. */
  built = $state.raw<Comparison>(FIRST);
  runs = $state.raw<readonly Run[]>([]);
  problem = $state.raw<string | undefined>();
  /** Why the runs that were built cannot be opened. */
  blocked = $state.raw<string | undefined>();
  /** A comparison that waits only for a text that can be trained on. The address keeps it, whatever trains meanwhile. */
  #waiting = $state.raw<Comparison | undefined>();
  /** A link asks for a text of the person's own, which no link holds. */
  #linked = $state(false);
  text = $state('');
  refused = $state.raw<Refusal | undefined>();
  /** A file that was opened: its numbers are shown until somebody trains. */
  saved = $state.raw<Opened | undefined>();

  /** The last ones that were asked for by save(). */
  checkpoints = $state.raw<Checkpoints | undefined>();

  /** What these runs took the place of. */
  before = $state.raw<Held | undefined>();

  /** The watched tokens where runs before these told them: they are shown until a first frame tells them again. */
  tokens = $state.raw<readonly string[] | undefined>();

  notes = $state.raw<readonly string[]>([]);
  rest = $state.raw(fromAddress('').rest);
  axis = $state<AxisId>('steps');
  readonly selection = new Selection();
  /** The head that is drawn, from 0; all of them where it is undefined. */
  head = $state<number | undefined>(0);
  #kept = $state.raw<Moments>([]);
  moments = $derived(this.saved?.moments ?? this.#kept);
  /** The moment of the past that is looked at; undefined: now. */
  past = $state<number | undefined>();
  applied = $state(0);

  wish = $state(false);
  suspended = $state(false);

  embedded = $derived(this.rest.get('embed') === '1');
  readonly hidden = NONE;
  readonly fixed = NONE;

  spec = $derived(this.asked.shared);
  specs = $derived(specsOf(this.built));
  models = $derived(this.specs.map(modelSpecOf));
  names = $derived(namesOf(this.built));
  /** The layers the controls ask for, while the models are not built yet: this much of the picture follows the hand. */
  sketch = $derived.by(() => this.#sketch());
  /** Tokens per cell side of a map, also before there is one: a canvas of all tokens could be immense. */
  factor = $derived(pictureFor(this.built.shared.context).factor);
  source = $derived(sourceOf(this.built.shared));
  training = $derived(this.built.shared);
  instead = $derived(trainsInstead(this.asked.shared, this.training, this.refused));
  /** A link asks for a text, and none was given yet. */
  textMissing = $derived(this.#linked && this.refused !== undefined && this.text.trim() === '');
  backend = $derived(this.runs.find(({ backend }) => backend)?.backend);
  kernel = $derived(this.saved?.machine.kernel ?? this.backend?.kernel);
  threads = $derived(this.saved ? undefined : this.backend?.threads);
  start = $derived(startOf(this.asked));
  /** Of the runs as they are: its recording fits. */
  builtStart = $derived(startOf(this.built));
  costs = $derived(this.specs.map((spec) => stepCosts(spec, this.kernel ?? 'host')));
  /** What the runs came to when it was last looked at. */
  #seen = $state.raw<readonly History[]>([]);
  histories: readonly History[] = $derived(this.saved?.histories ?? this.#seen);
  bytes = $derived(bytesOf(this.moments));
  /** A file has no present: its last moment stands for it. */
  moment = $derived(this.past === undefined ? this.saved?.moments.at(-1) : this.moments[this.past]);
  /** The pictures that are looked at: of the past, or of now. */
  frames = $derived.by(() =>
    this.moment
      ? this.moment.value.map((packed) => packed && unpack(packed))
      : this.runs.map(({ frame }) => frame),
  );
  repair = $derived.by(() => (this.problem === undefined ? undefined : this.#repair()));
  query = $derived(
    [
      toAddress(this.#waiting ?? this.built, this.axis),
      ...(this.embedded ? ['embed=1'] : []),
      ...(this.rest.get('projector') === '1' ? ['projector=1'] : []),
      ...sightPairs('weights', this.selection.lockedCell),
    ].join('&'),
  );

  readonly run: Drive;
  readonly measured: Measured;

  readonly #letters = new OwnLetters();
  #looking: ReturnType<typeof setTimeout> | undefined;

  /** All runs were opened, or are being; else they are not known to fit. */
  opened = $state(false);
  readonly settling = new Settling(
    () => this.#checked(),
    () => this.#follow(),
  );
  /** The engine may be asked. */
  #awake = $state(true);
  /** One step is to be made as soon as all runs are open. */
  #stepWished = false;
  /** Runs that were asked for a picture and have not answered. */
  #awaited: readonly RunId[] = [];
  readonly #pull: FramePull;
  readonly #leader: Leader;

  constructor(
    private readonly engine: Engine,
    private readonly options: RaceOptions = {},
  ) {
    this.text = options.text ?? '';
    this.#pull = new FramePull(() => this.#askFrames(), options.later);
    this.#leader = {
      touch: () => {
        this.#pull.touch();
        this.#looking ??= setTimeout(() => this.#look(), LOOK_MS);
      },
      arrived: (id) => this.#arrived(id),
      heard: (id) => this.#heard(id),
    };
    this.run = driveOf(this);
    this.measured = new Measured(engine, this);
    this.#awake = options.lazy !== true;
    if (options.comparison) this.asked = options.comparison;
    else this.#read(options.query ?? '');
    this.#start(this.asked);
  }

  get survey() {
    return this.#letters.survey;
  }

  get unmet() {
    return this.#letters.unmet;
  }

  /** Nobody has trained yet, and so nothing was opened. */
  get asleep(): boolean {
    return !this.#awake;
  }

  get program(): string {
    return this.options.program ?? 'unknown';
  }

  get today(): string {
    return this.options.today?.() ?? 'unknown';
  }

  get alive(): readonly Run[] {
    return this.runs.filter(({ state }) => state.phase !== 'failed');
  }

  /** A closer look at all runs, taken in the same round. */
  ask = () => this.#together('evaluate');

  /** Asks for a checkpoint of each run, all of one step; they come as `checkpoints`. */
  save = () => this.#together('save');

  /** Runs that were kept: the same settings and numbers, and on from their step, paused. */
  goOn = ({ saved, checkpoints }: Pick<KeptRuns, 'saved' | 'checkpoints'>) => {
    this.settling.stop();
    this.wish = false;
    this.saved = undefined;
    const { shared, runs } = saved.comparison;
    this.asked = { shared: { ...shared, backend: this.asked.shared.backend }, runs };
    if (saved.text !== undefined) {
      this.#take(saved.text, saved.comparison.shared);
      this.options.keep?.(saved.text);
    }
    this.applied++;
    this.#awake = true;
    this.#start(this.asked, { saved, checkpoints });
  };

  toggle = () => (this.wish ? this.pause() : this.train());

  train = () => {
    if (this.run.state.phase === 'failed') return; // a key is pressed though the button is disabled
    this.#live();
    this.wish = true;
    this.#wake();
    if (!this.suspended) this.#together('run');
  };

  pause = () => {
    this.wish = false;
    this.#together('pause');
  };

  once = () => {
    if (this.run.state.phase === 'failed') return;
    this.#live();
    this.wish = false;
    this.#stepWished = !this.opened;
    this.#wake();
    this.#together('step');
  };

  suspend = () => {
    this.suspended = true;
    if (this.wish) this.#together('pause');
  };

  resume = () => {
    if (!this.suspended) return;
    this.suspended = false;
    if (this.wish) this.#together('run');
    this.#pull.touch();
  };

  /** The same runs from their first step, paused. */
  reset = () => {
    this.wish = false;
    this.saved = undefined;
    this.#start(this.problem === undefined || this.#stands() ? this.asked : this.built);
  };

  /** Compares something else; `ms` is the time for the hand to come to rest. */
  put = (comparison: Comparison, ms = SETTLE_MS) => {
    this.asked = comparison;
    if (ms > 0) {
      this.settling.after(ms);
      return;
    }
    this.settling.stop();
    this.wish = false;
    this.saved = undefined;
    this.#awake = this.options.lazy !== true;
    this.#start(comparison);
  };

  /** Begins with other runs, on the same machine. */
  choose = (id: string) => {
    this.saved = undefined;
    this.asked = comparisonOf(starts.get(id), this.asked.shared.backend);
    this.settling.after(0);
  };

  /** Changes what all runs share. */
  change = (settings: Partial<RunSpec>) => {
    if (settings.alphabet !== undefined) this.#letters.ask('');
    if (settings.task !== undefined) this.#linked = false;
    this.asked = changeShared(this.asked, settings);
    this.settling.after(SETTLE_MS);
  };

  /** Changes how one run attends. */
  changeRun = (index: number, own: Partial<Own>) => {
    const runs = this.asked.runs.map((entry, i) =>
      i === index ? { ...entry, own: { ...entry.own, ...own } } : entry,
    );
    this.asked = { ...this.asked, runs };
    this.settling.after(SETTLE_MS);
  };

  rename = (index: number, text: string) => {
    const name = tidyName(text);
    const renamed = (comparison: Comparison): Comparison => ({
      ...comparison,
      runs: comparison.runs.map(({ own, ...entry }, i) => {
        if (i !== index) return { own, ...entry };
        return { own, ...(name && { name }) };
      }),
    });
    this.asked = renamed(this.asked);
    this.built = renamed(this.built);
    if (this.#waiting) this.#waiting = renamed(this.#waiting);
    this.applied++;
  };

  add = () => this.#more(addRun(this.asked));

  duplicate = (index: number) =>
    this.#more({
      ...this.asked,
      runs: this.asked.runs.toSpliced(index + 1, 0, { own: this.asked.runs[index]!.own }),
    });

  /** The others go on. */
  remove = (index: number) => {
    if (this.built.runs.length <= LEAST_RUNS || this.asked.runs.length !== this.built.runs.length)
      return;
    const gone = this.runs[index];
    this.asked = { ...this.asked, runs: this.asked.runs.toSpliced(index, 1) };
    this.built = { ...this.built, runs: this.built.runs.toSpliced(index, 1) };
    this.runs = this.runs.toSpliced(index, 1);
    this.#look();
    this.#kept = without(this.#kept, index);
    this.measured.forget();
    if (this.saved)
      this.saved = {
        ...this.saved,
        comparison: this.built,
        histories: this.saved.histories.toSpliced(index, 1),
        repeats: [],
        moments: without(this.saved.moments, index),
      };
    if (gone) {
      gone.close();
      this.#settled(gone.id);
    }
    this.problem = this.#problemOf(this.asked);
    if (this.#waiting) this.#waiting = this.asked;
    this.applied++;
    if (!this.opened) this.#openAll();
  };

  write = (text: string) => {
    if (text === this.text) return;
    this.text = text;
    // How it is read was chosen for the text before.
    const { shared } = this.asked;
    if (isOwnText(shared)) this.asked = { ...this.asked, shared: { ...shared, alphabet: '' } };
    this.options.keep?.(text);
    this.settling.after(SETTLE_TEXT_MS);
  };

  visit = (query: string) => {
    if (query === this.query) return;
    this.saved = undefined;
    this.#read(query);
    this.settling.after(0);
  };

  /** The comparison as a file, with some pictures of the past or without. */
  file = (withPictures = true): string | undefined => {
    this.#look();
    if (this.saved) return writeFile({ ...this.saved, comparison: this.built });
    if (!this.backend) return undefined;
    const { name, device, kernel } = this.backend;
    const pictures = withPictures ? writeMoments(this.#kept) : undefined;
    const text = this.#textFor(this.built.shared);
    return writeFile({
      comparison: this.built,
      machine: { name, device, kernel },
      program: this.program,
      made: this.today,
      histories: this.histories,
      repeats: this.measured.repeats,
      ...(pictures && { pictures }),
      ...(text !== undefined && { text }),
    });
  };

  /** Takes such a file, or says in a sentence why not and changes nothing. */
  openFile = (text: string, from: string): string | undefined =>
    inWords(() => {
      const saved = readFile(text);
      const moments = saved.pictures ? readMoments(saved.pictures, specsOf(saved.comparison)) : [];
      this.settling.stop();
      this.wish = false;
      this.asked = saved.comparison;
      if (saved.text !== undefined) this.#take(saved.text, saved.comparison.shared);
      this.#start(saved.comparison);
      this.saved = { ...saved, from, recorded: false, moments };
      this.applied++;
    });

  /** Shows what was recorded for these settings, until somebody trains; a recording of others is passed over. */
  showRecorded = (text: string): void => this.showSaved(readFile(text));

  showSaved = (saved: Saved): void => {
    const began = this.wish || this.runs.some(({ step }) => step > 0);
    if (began || this.saved || !sameRuns(saved.comparison, this.built, ['backend'])) return;
    const moments = saved.pictures ? readMoments(saved.pictures, this.specs) : [];
    this.saved = { ...saved, from: 'recorded', recorded: true, moments };
  };

  dispose() {
    this.settling.stop();
    clearTimeout(this.#looking);
    this.measured.repetition.stop();
    this.letGo();
    for (const run of this.runs) run.close();
  }

  /** The runs that were replaced take their place again, paused at their step. */
  takeBack = () => {
    const { before } = this;
    if (!before) return;
    this.settling.stop();
    for (const run of this.runs) run.close();
    this.before = undefined;
    this.wish = false;
    this.saved = undefined;
    this.problem = this.blocked = this.refused = this.#waiting = undefined;
    this.asked = before.built;
    this.#show(before.built, before.runs, before.moments);
    const text = before.runs[0]!.text;
    if (text !== undefined) this.#take(text, before.built.shared);
    this.opened = true;
    this.applied++;
    this.options.built?.();
  };

  /** Nobody wants them back. */
  letGo = () => {
    for (const run of this.before?.runs ?? []) run.close();
    this.before = undefined;
  };

  /** Holds what was learnt, where there is room for it and the same machine goes on; else closes it. */
  #leave(next: Comparison) {
    const { runs, built } = this;
    const bytes = runs.reduce((sum, { memory }) => sum + (memory?.peak ?? 0), 0);
    const learnt =
      this.opened && runs.every(({ step, state }) => step > 0 && state.phase !== 'failed');
    const held =
      this.options.holds &&
      learnt &&
      bytes <= MOST_HELD &&
      built.shared.backend === next.shared.backend;
    if (!held) {
      for (const run of runs) run.close();
      return;
    }
    this.#together('pause');
    this.letGo();
    this.before = { built, runs, moments: this.#kept, step: this.run.step };
  }

  #look() {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    this.#seen = this.runs.map(({ history, validations, memory, evaluation }) => ({
      steps: history,
      validations,
      ...(memory && { peak: memory.peak }),
      ...(evaluation && { evaluation }),
    }));
    this.measured.look(this.wish);
  }

  /** Somebody trains: what a file said makes room, other seeds wait for another day, and the present is looked at. */
  #live() {
    this.measured.repetition.cancel();
    this.saved = undefined;
    this.past = undefined;
  }

  #more(asked: Comparison) {
    if (asked.runs.length > MOST_RUNS) return;
    const problem = this.#problemOf(asked);
    if (problem !== undefined && !this.#instead(asked)) {
      this.problem = problem;
      return;
    }
    this.asked = asked;
    this.saved = undefined;
    this.settling.after(0);
  }

  #read(query: string) {
    const { comparison: asked, blank, axis, notes, rest } = fromAddress(query);
    const comparison = blank ? comparisonOf(starts.get('table'), asked.shared.backend) : asked;
    const sight = sightOf(rest, comparison.shared);
    this.asked = comparison;
    this.#linked = isOwnText(comparison.shared);
    this.#letters.ask(comparison.shared.alphabet);
    this.axis = axis;
    this.notes = [...notes, ...sight.notes];
    this.rest = rest;
    this.selection.restore(sight.cell);
  }

  /** Whether what is asked for can be. */
  #checked(): boolean {
    this.applied++;
    this.asked = this.#lettered(this.asked);
    this.problem = this.#problemOf(this.asked);
    this.#waiting = this.#waitingFor(this.asked);
    this.#next = this.problem === undefined ? this.asked : this.#instead(this.asked);
    return this.#next !== undefined;
  }

  #follow() {
    const next = this.#next;
    if (!next) return;
    const text = this.#textFor(next.shared);
    if (sameRuns(next, this.built) && this.opened && this.runs[0]?.text === text) return;
    this.saved = undefined;
    this.#start(this.asked);
  }

  #problemOf(comparison: Comparison): string | undefined {
    this.refused = undefined;
    const specs = specsOf(comparison);
    const problem = inWords(() => specs.forEach(checkRun));
    if (problem !== undefined) return problem;
    this.refused = refusalOf(this.text, comparison.shared);
    return this.refused?.why ?? inWords(() => this.#check(comparison));
  }

  /** Throws InputError for runs that cannot be, whatever the text. */
  #check(comparison: Comparison) {
    const specs = specsOf(comparison);
    specs.forEach(checkRun);
    if (this.backend && comparison.shared.backend === this.built.shared.backend)
      checkFit(specs, this.backend.limits, this.backend);
  }

  /** While settings are wrong besides, what waited before goes on waiting. */
  #waitingFor(comparison: Comparison): Comparison | undefined {
    if (this.refused !== undefined) return comparison;
    return this.problem === undefined ? undefined : this.#waiting;
  }

  /** What trains while only a text is missing for a comparison; undefined where nothing can but what trains already. */
  #instead(comparison: Comparison): Comparison | undefined {
    const training = this.blocked === undefined ? this.built.shared : undefined;
    const shared = this.refused && standIn(comparison.shared, training);
    const other = shared && { ...comparison, shared };
    return other && inWords(() => this.#check(other)) === undefined ? other : undefined;
  }

  /** Other runs train while a text is missing. */
  #stands(): boolean {
    return this.#waiting !== undefined && !isOwnText(this.built.shared);
  }

  #repair(): Partial<RunSpec> | undefined {
    const { shared } = this.asked;
    const mended = mend(shared);
    const changed = CONTROLS.filter(({ name }) => mended[name] !== shared[name]);
    const repair = Object.fromEntries(
      changed.map(({ name }) => [name, mended[name]]),
    ) as Partial<RunSpec>;
    const works = inWords(() => specsOf(changeShared(this.asked, repair)).forEach(checkRun));
    return changed.length > 0 && works === undefined ? repair : undefined;
  }

  #sketch(): readonly LayerPlan[] | undefined {
    if (this.problem !== undefined || sameRuns(this.asked, this.built)) return undefined;
    try {
      return specsOf(this.asked).map(layersOf);
    } catch (error) {
      if (error instanceof InputError) return undefined; // said once it has settled
      throw error;
    }
  }

  /** What was checked last and can train, to be built next. */
  #next: Comparison | undefined;

  #textFor = (spec: RunSpec) => (isOwnText(spec) ? this.text : undefined);

  /** A text that comes with settings that are right for it. */
  #take(text: string, { alphabet }: RunSpec) {
    this.text = text;
    this.#letters.keep(text, alphabet);
  }

  /** With the characters of the person's own text, where it is learnt. */
  #lettered(comparison: Comparison): Comparison {
    const shared = this.#letters.settle(comparison.shared, this.text);
    return shared === comparison.shared ? comparison : { ...comparison, shared };
  }

  #start(given: Comparison, kept?: Pick<KeptRuns, 'saved' | 'checkpoints'>) {
    const wanted = this.#lettered(given);
    if (this.asked === given) this.asked = wanted;
    this.problem = this.#problemOf(wanted);
    this.#waiting = this.#waitingFor(wanted);
    const instead = this.#instead(wanted);
    const comparison = instead ?? wanted;
    this.blocked = instead ? undefined : this.problem;
    this.#leave(comparison);
    const text = this.#textFor(comparison.shared);
    const [first] = this.runs;
    const watched =
      first && first.text === text && watchSameTokens(this.built.shared, comparison.shared);
    const known = this.frames.find((frame) => frame)?.tokens ?? this.tokens;
    this.tokens = watched ? known : undefined;
    const fresh = specsOf(comparison).map(
      (spec, i) =>
        new Run(
          `race-${++runs}`,
          spec,
          this.engine,
          text,
          this.options.later,
          this.#leader,
          kept?.checkpoints[i],
          kept?.saved.histories[i],
        ),
    );
    this.#show(comparison, fresh, []);
    this.opened = false;
    // The first run says what the device can hold; the others are opened when all are known to fit.
    if (this.blocked === undefined && this.#awake) this.runs[0]!.open();
    this.options.built?.();
  }

  #show(built: Comparison, runs: readonly Run[], moments: Moments) {
    this.#awaited = [];
    this.#pull.arrived();
    this.checkpoints = undefined;
    this.built = built;
    this.runs = runs;
    this.measured.forget();
    this.#look();
    this.#kept = moments;
    this.past = undefined;
    const { layers, heads, context } = built.shared;
    this.selection.fit(layers, heads, context);
    if (this.head !== undefined && this.head >= heads) this.head = 0;
  }

  #wake() {
    if (this.#awake) return;
    this.#awake = true;
    if (this.blocked === undefined) this.runs[0]!.open();
  }

  #openAll() {
    const [first, ...others] = this.runs;
    if (!first || this.opened) return;
    const knows = first.backend ?? (first.state.phase === 'failed' || undefined);
    if (!knows) return;
    this.blocked = inWords(() => this.#check(this.built));
    if (this.blocked !== undefined) this.problem = this.blocked;
    else if (!this.#waiting) this.problem = undefined;
    if (this.blocked !== undefined) return;
    this.opened = true;
    for (const run of others) run.open();
    if (this.wish && !this.suspended) this.#together('run');
    else if (this.#stepWished) this.#together('step');
    this.#stepWished = false;
  }

  #together(action: Together['action']) {
    if (!this.opened) return;
    const runIds = this.alive.map(({ id }) => id);
    if (runIds.length > 0) this.engine.send({ type: 'together', runIds, action });
  }

  #askFrames() {
    this.#awaited = this.opened ? this.alive.map(({ id }) => id) : [];
    if (this.#awaited.length === 0) this.#pull.arrived();
    else this.#together('frame');
  }

  #heard(id: RunId) {
    const run = this.runs.find((one) => one.id === id);
    if (!run) return;
    this.#look();
    this.#gather();
    if (!this.opened) this.#openAll();
    if (run.state.phase === 'failed') {
      this.#settled(id);
      if (this.alive.length === 0) this.wish = false;
    }
  }

  /** Checkpoints are of use where all runs have one of the same step; a lost device takes runs back to steps of their own. */
  #gather() {
    const all = this.runs.map(({ checkpoint }) => checkpoint);
    if (all.some((one) => !one)) return;
    const step = all[0]!.step;
    if (all.every((one) => one!.step === step))
      this.checkpoints = { step, files: all.map((one) => one!.file) };
    for (const run of this.runs) run.checkpoint = undefined; // they are large
  }

  #arrived(id: RunId) {
    if (!this.#waitedFor(id)) return;
    const frames = this.runs.map(({ frame, state }) =>
      state.phase === 'failed' ? undefined : frame,
    );
    const steps = frames.flatMap((frame) => (frame ? [frame.step] : []));
    const step = Math.max(...steps);
    const looked = this.past === undefined || this.saved ? undefined : this.moment;
    // While a lost device's steps are taken again the runs are not level: such pictures are of no one moment.
    if (steps.every((one) => one === step)) this.#kept = record(this.#kept, step, frames);
    if (looked) {
      const at = this.#kept.indexOf(looked);
      this.past =
        at >= 0
          ? at
          : Math.max(
              0,
              this.#kept.findLastIndex((one) => one.step <= looked.step),
            );
    }
    this.#pull.arrived();
  }

  /** No frame will come from this run any more. */
  #settled(id: RunId) {
    if (this.#waitedFor(id)) this.#pull.arrived();
  }

  /** Strikes a run off; true where it was the last that was waited for. */
  #waitedFor(id: RunId): boolean {
    const awaited = this.#awaited.includes(id);
    this.#awaited = this.#awaited.filter((one) => one !== id);
    return awaited && this.#awaited.length === 0;
  }
}

/** All runs as the top of the page shows them. */
function driveOf(race: Race): Drive {
  return {
    get state(): DriveState {
      const { alive } = race;
      if (race.asleep && race.blocked === undefined) return { phase: 'paused', step: this.step };
      if (alive.length === 0 || (race.blocked !== undefined && !race.opened))
        return { phase: 'failed', failure: failureOf(race.blocked) };
      const preparing = alive.flatMap(({ state }) => (state.phase === 'preparing' ? [state] : []));
      const [first] = preparing;
      if (first) {
        const ready = race.runs.length - preparing.length;
        const progress = (ready + (first.progress ?? 0)) / race.runs.length;
        return { phase: 'preparing', doing: first.doing, run: ready + 1, progress };
      }
      const [moved] = alive.flatMap(({ state }) =>
        'moved' in state && state.moved ? [state.moved] : [],
      );
      const { step } = this;
      return { phase: race.wish ? 'running' : 'paused', step, ...(moved && { moved }) };
    },
    get backend() {
      return race.backend;
    },
    get step() {
      if (race.saved) return Math.max(...race.histories.map(({ steps }) => steps.length));
      return Math.min(...(race.alive.length > 0 ? race.alive : race.runs).map(({ step }) => step));
    },
    get tokensPerSecond() {
      const { batch, context } = race.built.shared;
      const recent = race.runs.flatMap(({ history }) => history.slice(-RECENT));
      const ms = recent.reduce((sum, step) => sum + step.ms, 0);
      return ms > 0 ? (1000 * recent.length * batch * context) / ms : undefined;
    },
    get wish() {
      return race.wish;
    },
    get suspended() {
      return race.suspended;
    },
    toggle: race.toggle,
    once: race.once,
  };
}

const failureOf = (problem: string | undefined): Failure =>
  problem === undefined
    ? { kind: 'error', message: 'every run stopped' }
    : { kind: 'settings', message: problem };
