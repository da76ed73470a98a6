import { SvelteSet } from 'svelte/reactivity';
import { readFile, type Saved } from '../compare/file';
import { subsetOf } from '../compare/subset';
import { namesOf, sameRuns, type Comparison, type Own } from '../compare/comparison';
import { InputError } from '../core/check';
import type { Result, World } from '../lessons/exercise';
import type { Happened } from '../lessons/goal';
import {
  changed,
  comparisonOf,
  EMPTY,
  stageSpecs,
  UNCHANGED,
  type Changes,
  type Stage as StageData,
} from '../lessons/scene';
import { stageViewOf } from '../lessons/stageViews';
import type { Engine } from '../workers/train/client';
import type { Later } from '../session/frames';
import { Session } from '../session/session.svelte';
import { checkRun } from '../spec/check';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { withStripe } from '../spec/stripes';
import { NONE, type Asks } from './asks';
import { MapView } from './mapView.svelte';
import { Playback } from './playback.svelte';
import type { Cell, Selection } from './selection.svelte';

export interface StageOptions {
  /** Loads a file of public/recorded/races. */
  recording(id: string): Promise<string>;
  /** Nothing moves by itself, for people who prefer reduced motion. */
  readonly still?: boolean;
  readonly later?: Later;
  /** Controls that a teacher fixed or removed. */
  readonly locked?: ReadonlySet<string>;
  readonly hidden?: ReadonlySet<string>;
  /** The seed of every run, replacing the lesson's. */
  readonly seed?: number;
}

export interface Prediction {
  readonly metric: 'accuracy' | 'loss';
  readonly run: number; // from 0
  readonly value: number;
}

/** The stage next to a lesson's text: the lesson's scenes, the reader's changes, and the results. */
export class Stage implements Asks {
  #given = $state.raw<StageData>(EMPTY);
  #changes = $state.raw<Changes>(UNCHANGED);
  /** Results are covered until the reader makes a prediction. */
  veiled = $state(false);
  /** The stage as it is now. */
  now = $derived(changed(this.#given, this.#changes));
  specs = $derived(stageSpecs(this.now));
  models = $derived(this.specs.map(modelSpecOf));
  problem = $state.raw<string | undefined>();
  /** The cell that the step itself selects; this does not count as the reader's selection. */
  #pointed: Cell | undefined;
  /** A query was inspected in any of the views since the reader entered the step. */
  #looked = $state(false);
  /** The reader's predictions in this step, drawn over the results; set by the lesson's `Study`. */
  predicted: () => readonly Prediction[] = () => [];
  /** Tokens a model wrote on the stage since the reader entered the step. */
  wrote = $state(0);

  readonly session: Session;
  readonly view = new MapView();
  readonly #playback: Playback;
  /** The runs whose recording was played last. */
  #seen: Comparison | undefined;
  /** Started by the reader, not automatically. */
  #byHand = $state(false);

  /** Curves, up to the step shown. */
  histories = $derived.by(() => {
    const { histories, past } = this.session;
    const limit = this.shownStep;
    if (limit === undefined || !past.saved) return histories;
    return histories.map((history) => ({
      ...history,
      steps: history.steps.slice(0, limit),
      validations: history.validations.filter(({ step }) => step <= limit),
    }));
  });
  /** Held-out results of the runs: live, or of a recording that was watched to its end. */
  results: readonly (Result | undefined)[] = $derived.by(() => {
    if (this.veiled) return this.specs.map(() => undefined);
    return this.histories.map(({ validations }) => {
      const last = validations.findLast(({ step }) => step > 0);
      return last && { accuracy: last.accuracy, loss: last.loss };
    });
  });
  runsShown = $derived(this.now.show.some((id) => stageViewOf(id).runs));

  readonly #recordings: Record<string, Promise<Saved | undefined>> = {};
  /** The recordings found so far. */
  readonly #found = new SvelteSet<string>();

  constructor(
    engine: Engine,
    private readonly options: StageOptions,
  ) {
    this.session = new Session(engine, {
      lazy: true,
      remembers: true,
      samples: false,
      built: ({ shared }) => {
        this.view.fit(shared);
        void this.#offer();
      },
      ...(options.later && { later: options.later }),
    });
    this.#playback = new Playback(this.session.past, options.still ?? false);
    this.session.begin(comparisonOf(EMPTY));
  }

  // --------------------------------------------------------------------------------------- entering, changing

  /** Another step: its own stage, without the reader's changes. */
  enter(stage: StageData, { veiled = false } = {}) {
    const seeded = this.options.seed;
    this.#given = seeded === undefined ? stage : { ...stage, set: { ...stage.set, seed: seeded } };
    this.#changes = UNCHANGED;
    this.veiled = veiled;
    this.problem = undefined;
    this.wrote = 0;
    this.#playback.stop();
    this.#playback.ended = false;
    this.#byHand = false;
    this.#looked = false;
    this.selection.free();
    const { layer, head, query, key } = stage.focus;
    this.#pointed =
      query === undefined
        ? undefined
        : { layer: layer ?? 0, head: head ?? 0, query, key: key ?? query };
    this.selection.restore(this.#pointed);
    this.view.head = head ?? 0;
    const next = comparisonOf(this.now);
    const { built, asked, asleep } = this.session;
    // If nothing was trained, no change is pending and the same runs are wanted, they stay. Otherwise the runs begin
    // again, which also drops a pending change.
    const settled = sameRuns(asked, built);
    const same = sameRuns(built, next) && namesOf(built).join() === namesOf(next).join();
    if (asleep && settled && same) void this.#offer();
    else this.session.begin(next);
  }

  /** One selection for all views, including the maps of the runs. */
  get selection(): Selection {
    return this.view.selection;
  }

  /** Part of the interface Asks: the settings of the first run, as the controls show them. */
  get spec(): RunSpec {
    return this.specs[0]!;
  }

  get fixed(): ReadonlySet<string> {
    return this.options.locked ?? NONE;
  }

  get hidden(): ReadonlySet<string> {
    return this.options.hidden ?? NONE;
  }

  change = (settings: Partial<RunSpec>) => {
    const open = Object.fromEntries(
      Object.entries(settings).filter(([name]) => !this.fixed.has(name)),
    ) as Partial<RunSpec>;
    this.#try({ ...this.#changes, set: { ...this.#changes.set, ...open } });
  };

  changeRun = (run: number, own: Partial<Own>) => {
    if (this.fixed.has('plan') || this.fixed.has('stripes')) return;
    const before = this.#changes.runs[run];
    this.#try({ ...this.#changes, runs: { ...this.#changes.runs, [run]: { ...before, ...own } } });
  };

  /** Gives one layer of one run another pattern. */
  stripe = (run: number, layer: number, letter: string) => {
    this.changeRun(run, withStripe(this.specs[run]!, layer, letter));
  };

  /** Reset to the lesson’s settings. */
  restore = () => this.enter(this.#given, { veiled: this.veiled });

  get altered(): boolean {
    return this.#changes !== UNCHANGED;
  }

  #try(changes: Changes) {
    const next = changed(this.#given, changes);
    this.#changes = changes;
    try {
      for (const spec of stageSpecs(next)) checkRun(spec);
      this.problem = undefined;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.problem = error.message;
      return;
    }
    const wanted = comparisonOf(next);
    if (sameRuns(wanted, this.session.asked)) return;
    this.#playback.stop();
    this.session.ask(wanted);
  }

  /** The runs on the stage are the lesson's with these settings; the reader changed nothing else. */
  runsWith = (set: Partial<RunSpec>): boolean =>
    sameRuns(this.session.built, comparisonOf(changed(this.#given, { set, runs: {} })));

  look = () => {
    this.#looked = true;
  };

  // --------------------------------------------------------------------------------------- training, playing

  train = () => {
    this.#playback.stop();
    this.veiled = false;
    this.session.toggle();
  };

  once = () => {
    this.#playback.stop();
    this.veiled = false;
    this.session.once();
  };

  reset = () => {
    this.#playback.stop();
    this.session.begin(comparisonOf(this.now));
  };

  /** There is a recording of this step's own settings, though perhaps not of what is on the stage now. */
  get recorded(): boolean {
    return this.runsShown && this.#found.has(this.#given.recorded ?? '');
  }

  /** The recording is shown up to this step; undefined: all of it. */
  get shownStep(): number | undefined {
    return this.#playback.shownStep;
  }

  get playing(): boolean {
    return this.#playback.playing;
  }

  /** Plays the recording again from its first step. */
  play = () => {
    if (!this.session.past.saved || this.veiled) return;
    this.#byHand = true;
    this.#playback.play(this.#lastStep());
  };

  pause = () => this.#playback.stop();

  /** Shows all of the recording at once, because the reader inspects it. */
  showAll = () => this.#playback.showAll();

  #lastStep = () => Math.max(0, ...this.session.histories.map(({ steps }) => steps.length));

  /** The reader made the prediction, so the recording can be shown. */
  unveil() {
    if (!this.veiled) return;
    this.veiled = false;
    this.#byHand = true; // after predicting, a reader wants to see the result
    this.#begin();
  }

  /** Shows the recording of these runs, if there is one. */
  async #offer() {
    const id = this.#given.recorded;
    if (!id || !this.runsShown) return;
    const { session } = this;
    const wanted = session.built;
    const saved = await this.#recordingOf(id);
    const subset = saved && subsetOf(saved, wanted);
    if (!subset) return;
    this.#found.add(id);
    if (session.built !== wanted || session.wish) return;
    session.showRecorded(subset);
    this.#begin();
  }

  #begin() {
    if (!this.session.past.saved || this.veiled || this.#playback.ended) return;
    // A recording the reader has watched is not played again just because the text continues.
    const { built } = this.session;
    if (this.#seen && sameRuns(built, this.#seen) && !this.#byHand) {
      this.#playback.ended = this.hidden.has('train'); // without a button to play it, it counts as watched
      return;
    }
    this.#seen = built;
    this.#playback.play(this.#lastStep());
  }

  #recordingOf(id: string): Promise<Saved | undefined> {
    // The recording is optional: without it, the runs can still be trained.
    return (this.#recordings[id] ??= this.options
      .recording(id)
      .then(readFile)
      .catch(() => undefined));
  }

  // --------------------------------------------------------------------------------------- for goals and exercises

  /** Number of steps shown of a run: those recorded, or those trained here. */
  stepsOf = (run: number): number =>
    this.shownStep ?? this.session.histories[run]?.steps.length ?? 0;

  get world(): World {
    return { specs: this.specs, results: this.results };
  }

  get happened(): Happened {
    const { saved } = this.session.past;
    // A playback that started by itself counts once it has been watched to its end. With reduced motion the recording is
    // shown all at once, so it counts only after the reader has pressed Play; but if a teacher removed training, there
    // is no such button, and it counts as soon as it is shown.
    const watched = !this.options.still || this.hidden.has('train');
    const seen = this.#byHand || (this.#playback.ended && watched);
    const played = !seen ? 0 : this.#playback.ended ? this.#lastStep() : (this.shownStep ?? 0);
    return {
      steps: saved ? played : Math.max(0, ...this.histories.map(({ steps }) => steps.length)),
      changed: this.#changes.set,
      ofRuns: this.#changes.runs,
      selected:
        this.#looked ||
        (this.selection.cell !== undefined && this.selection.cell !== this.#pointed),
      results: this.shownStep === undefined ? this.results : this.specs.map(() => undefined),
      wrote: this.wrote,
    };
  }

  suspend = () => this.session.suspend();
  resume = () => this.session.resume();

  dispose() {
    this.#playback.stop();
    this.session.dispose();
  }
}
