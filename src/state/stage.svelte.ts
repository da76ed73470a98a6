import { namesOf, type Own } from '../compare/comparison';
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
import type { Session } from '../session/session.svelte';
import { checkRun } from '../spec/check';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { withStripe } from '../spec/stripes';
import { NONE, type Asks } from './asks';
import { MapView } from './mapView.svelte';
import type { Cell, Selection } from './selection.svelte';
import type { StageOptions, StageRuns } from './stageRuns.svelte';

export interface Prediction {
  readonly metric: 'accuracy' | 'loss';
  readonly run: number; // from 0
  readonly value: number;
}

/**
 * The stage next to a lesson's text: the lesson's scenes, the reader's changes, and the results. The text works with
 * this alone; what trains and plays is attached when its code has been loaded.
 */
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

  readonly view = new MapView();
  /** What trains and plays; undefined until `attach`. */
  #runs = $state.raw<StageRuns | undefined>();
  /** Started by the reader, not automatically. */
  byHand = $state(false);
  #suspended = false;

  /** Curves, up to the step shown. */
  histories = $derived.by(() => {
    if (!this.#runs) return [];
    const { histories, past } = this.#runs.session;
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
    if (this.veiled || !this.#runs) return this.specs.map(() => undefined);
    return this.histories.map(({ validations }) => {
      const last = validations.findLast(({ step }) => step > 0);
      return last && { accuracy: last.accuracy, loss: last.loss };
    });
  });
  runsShown = $derived(this.now.show.some((id) => stageViewOf(id).runs));

  constructor(
    private readonly engine: Engine,
    private readonly options: StageOptions,
  ) {}

  // --------------------------------------------------------------------------------------- what trains and plays

  /** Attaches what trains and plays. It continues from what the reader did in the meantime. */
  attach(Runs: typeof StageRuns): this {
    if (this.#runs) return this;
    const runs = new Runs(this, this.engine, this.options, comparisonOf(this.#given));
    this.#runs = runs;
    if (this.altered && this.problem === undefined) runs.ask(comparisonOf(this.now));
    if (this.#suspended) runs.session.suspend();
    return this;
  }

  /** For the views, which are drawn only when it is attached. */
  get session(): Session {
    if (!this.#runs) throw new Error('the runs of the stage are not attached yet');
    return this.#runs.session;
  }

  /** The names of the runs. */
  get names(): readonly string[] {
    return this.#runs?.session.names ?? namesOf(comparisonOf(this.now));
  }

  /** A file of public/recorded/races that the step names. */
  get recording(): string | undefined {
    return this.#given.recorded;
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
    this.byHand = false;
    this.#looked = false;
    this.selection.free();
    const { layer, head, query, key } = stage.focus;
    this.#pointed =
      query === undefined
        ? undefined
        : { layer: layer ?? 0, head: head ?? 0, query, key: key ?? query };
    this.selection.restore(this.#pointed);
    this.view.head = head ?? 0;
    this.#runs?.enter(comparisonOf(this.now));
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
    this.#runs?.ask(comparisonOf(next));
  }

  /** The runs on the stage are the lesson's with these settings; the reader changed nothing else. */
  runsWith = (set: Partial<RunSpec>): boolean =>
    this.#runs?.are(comparisonOf(changed(this.#given, { set, runs: {} }))) ?? false;

  look = () => {
    this.#looked = true;
  };

  // --------------------------------------------------------------------------------------- training, playing

  train = () => {
    this.veiled = false;
    this.#runs?.train();
  };

  once = () => {
    this.veiled = false;
    this.#runs?.once();
  };

  reset = () => this.#runs?.begin(comparisonOf(this.now));

  /** There is a recording of this step's own settings, though perhaps not of what is on the stage now. */
  get recorded(): boolean {
    return this.runsShown && (this.#runs?.hasRecording(this.recording) ?? false);
  }

  /** The recording is shown up to this step; undefined: all of it. */
  get shownStep(): number | undefined {
    return this.#runs?.playback.shownStep;
  }

  get playing(): boolean {
    return this.#runs?.playback.playing ?? false;
  }

  /** Plays the recording again from its first step. */
  play = () => {
    if (!this.#runs?.session.past.saved || this.veiled) return;
    this.byHand = true;
    this.#runs.play();
  };

  pause = () => this.#runs?.playback.stop();

  /** Shows all of the recording at once, because the reader inspects it. */
  showAll = () => this.#runs?.playback.showAll();

  /** The reader made the prediction, so the recording can be shown. */
  unveil() {
    if (!this.veiled) return;
    this.veiled = false;
    this.byHand = true; // after predicting, a reader wants to see the result
    this.#runs?.playFound();
  }

  // --------------------------------------------------------------------------------------- for goals and exercises

  /** Number of steps shown of a run: those recorded, or those trained here. */
  stepsOf = (run: number): number =>
    this.shownStep ?? this.#runs?.session.histories[run]?.steps.length ?? 0;

  get world(): World {
    return { specs: this.specs, results: this.results };
  }

  get happened(): Happened {
    return {
      steps: this.#runs?.steps ?? 0,
      changed: this.#changes.set,
      ofRuns: this.#changes.runs,
      selected:
        this.#looked ||
        (this.selection.cell !== undefined && this.selection.cell !== this.#pointed),
      results: this.shownStep === undefined ? this.results : this.specs.map(() => undefined),
      wrote: this.wrote,
    };
  }

  suspend = () => {
    this.#suspended = true;
    this.#runs?.session.suspend();
  };

  resume = () => {
    this.#suspended = false;
    this.#runs?.session.resume();
  };

  dispose() {
    this.#runs?.dispose();
  }
}
