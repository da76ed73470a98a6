import type { History } from '../compare/history';
import type { Engine } from '../workers/train/client';
import type { Action, EngineEvent, KeptFor, RunId } from '../workers/train/protocol';
import type { AttentionFrame } from '../workers/train/results';
import type { RunSpec } from '../spec/run';
import { FramePull, type Later } from './frames';
import { Run } from './run.svelte';

type Bytes = Uint8Array<ArrayBuffer>;

/** What runs continue from: a checkpoint of each, and their results until then, if known. */
export interface Kept {
  readonly checkpoints: readonly Bytes[];
  readonly histories?: readonly History[];
}

/** A checkpoint of every run at one step, to continue from. */
export interface Checkpoints {
  readonly whose: KeptFor;
  readonly step: number;
  readonly files: readonly Bytes[]; // one per run
}

/** Callbacks for messages from the runs. */
interface Hears {
  /** Steps were taken, or a run paused: curves and maps would show it. */
  moved(): void;
  /** A run changed its state, reported its machine, or was fully evaluated. */
  heard(): void;
  /** The picture of one run has arrived. */
  framed(frame: AttentionFrame): void;
  /** Every requested picture has arrived. */
  pictured(): void;
}

let made = 0;

/**
 * The runs of a session as the engine knows them: opens them, sends commands to all of them together, closes them, and
 * waits for their maps. Commands given before all of them are open, or while they are out of view, are sent
 * afterwards.
 */
export class Fleet {
  runs = $state.raw<readonly Run[]>([]);
  /** All runs are open or being opened. Only then are they known to fit, and can receive commands together. */
  opened = $state(false);
  /** Training was requested; it starts as soon as possible. */
  wish = $state(false);
  /** They are out of view, so requested training waits. */
  suspended = $state(false);
  /** One step is to be taken as soon as all runs are open. */
  #stepRequested = false;
  /** The checkpoints that were requested last. */
  checkpoints = $state.raw<Checkpoints | undefined>();

  alive = $derived(this.runs.filter(({ state }) => state.phase !== 'failed'));
  backend = $derived(this.runs.find(({ backend }) => backend)?.backend);

  readonly #unlisten: Record<RunId, () => void> = {};
  readonly #pull: FramePull;
  /** Runs whose requested picture has not arrived. */
  #awaited: readonly RunId[] = [];
  /** Checkpoints that wait for those of the other runs. */
  #gathered: readonly Extract<EngineEvent, { type: 'checkpoint' }>[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly hears: Hears,
    later?: Later,
    /** Whether the page shows samples. */
    private readonly samples = true,
  ) {
    this.#pull = new FramePull(() => this.#askFrames(), later);
  }

  /** Makes runs with these settings, without opening them. */
  make(specs: readonly RunSpec[], text?: string, kept?: Kept): readonly Run[] {
    return specs.map((spec, i) => {
      const { checkpoints, histories } = kept ?? {};
      const run = new Run(`run-${++made}`, spec, text, checkpoints?.[i], histories?.[i]);
      this.#unlisten[run.id] = this.engine.listen(run.id, (event) => this.#receive(run, event));
      return run;
    });
  }

  /** Replaces the runs by these; the previous ones stay as they are. */
  show(runs: readonly Run[], opened: boolean) {
    if (this.#awaited.length > 0) this.#pull.arrived();
    this.#awaited = [];
    this.#gathered = [];
    this.checkpoints = undefined;
    this.runs = runs;
    this.opened = opened;
  }

  /** A single run is opened at once; of several, the first one reports how much memory the device allows. */
  openFirst() {
    this.opened = this.runs.length === 1;
    this.#open(this.runs[0]!);
    if (this.opened) this.#askWished();
  }

  /** The first run has reported its machine, or failed. */
  get firstAnswered(): boolean {
    const [first] = this.runs;
    return first !== undefined && (first.backend !== undefined || first.state.phase === 'failed');
  }

  openOthers() {
    this.opened = true;
    for (const run of this.runs.slice(1)) this.#open(run);
    this.#askWished();
  }

  #askWished() {
    if (this.wish && !this.suspended) this.ask('run');
    else if (this.#stepRequested) this.ask('step');
    this.#stepRequested = false;
  }

  train() {
    this.wish = true;
    if (!this.suspended) this.ask('run');
  }

  pause() {
    this.wish = false;
    this.ask('pause');
  }

  /** Takes a single step with each run; runs that train are paused by it. */
  once() {
    this.wish = false;
    this.#stepRequested = !this.opened;
    this.ask('step');
  }

  suspend() {
    this.suspended = true;
    if (this.wish) this.ask('pause');
  }

  resume() {
    if (!this.suspended) return;
    this.suspended = false;
    if (this.wish) this.ask('run');
    this.#pull.touch();
  }

  /** Sends a command to all runs that have not failed, for the same round. */
  ask(action: Action, whose?: KeptFor) {
    if (!this.opened) return;
    const runIds = this.alive.map(({ id }) => id);
    if (runIds.length > 0)
      this.engine.send({ type: 'ask', runIds, action, ...(whose && { whose }) });
  }

  close(runs: readonly Run[]) {
    const runIds = runs.map(({ id }) => id);
    for (const id of runIds) {
      this.#unlisten[id]?.();
      delete this.#unlisten[id];
    }
    if (runIds.length > 0) this.engine.send({ type: 'close', runIds });
  }

  /** Closes one run; the others continue. */
  remove(index: number) {
    const gone = this.runs[index];
    if (!gone) return;
    this.runs = this.runs.toSpliced(index, 1);
    this.close([gone]);
    this.#silent(gone.id);
  }

  #open({ id: runId, spec, text, from }: Run) {
    const given = { ...(text !== undefined && { text }), ...(from && { from }) };
    const taken = this.samples ? {} : { samples: false };
    this.engine.send({ type: 'open', runId, spec, ...given, ...taken });
  }

  #receive(run: Run, event: EngineEvent) {
    const before = run.state.phase;
    run.receive(event);
    if (!this.runs.includes(run)) return; // other runs have replaced it
    switch (event.type) {
      case 'metrics':
        return this.#moved();
      case 'state':
        if (event.state.phase === 'paused') this.#moved();
        if (event.state.phase === 'failed') this.#silent(run.id);
        if (this.alive.length === 0) this.wish = false;
        // The engine itself paused it and gave a reason: no run continues.
        if (before === 'running' && event.state.phase === 'paused' && event.state.moved)
          this.pause();
        return this.hears.heard();
      case 'backend':
      case 'evaluation':
        return this.hears.heard();
      case 'checkpoint':
        return this.#gather(event);
      case 'frame':
        this.hears.framed(event.frame);
        if (!this.#wasLast(run.id)) return;
        this.hears.pictured();
        this.#pull.arrived();
    }
  }

  #moved() {
    this.#pull.touch();
    this.hears.moved();
  }

  #askFrames() {
    this.#awaited = this.opened ? this.alive.map(({ id }) => id) : [];
    if (this.#awaited.length === 0) this.#pull.arrived();
    else this.ask('frame');
  }

  /** This run will not send any more maps. */
  #silent(id: RunId) {
    if (this.#wasLast(id)) this.#pull.arrived();
  }

  /** Removes a run from those awaited; true if it was the last. */
  #wasLast(id: RunId): boolean {
    const awaited = this.#awaited.includes(id);
    this.#awaited = this.#awaited.filter((one) => one !== id);
    return awaited && this.#awaited.length === 0;
  }

  /**
   * Checkpoints are only useful if all runs have one at the same step; a lost device sets runs back to different steps.
   */
  #gather(event: Extract<EngineEvent, { type: 'checkpoint' }>) {
    this.#gathered = [...this.#gathered.filter(({ runId }) => runId !== event.runId), event];
    const all = this.runs.flatMap(
      ({ id }) => this.#gathered.find(({ runId }) => runId === id) ?? [],
    );
    if (all.length < this.runs.length) return;
    const { whose, step } = event;
    if (all.every((one) => one.step === step && one.whose === whose))
      this.checkpoints = { whose, step, files: all.map(({ file }) => file) };
    this.#gathered = []; // they are large
  }
}
