import type { History } from '../compare/history';
import type { Engine } from '../link/client';
import {
  unreachable,
  type AttentionFrame,
  type BackendInfo,
  type EngineEvent,
  type Evaluation,
  type KeptFor,
  type MemoryUse,
  type RunId,
  type RunState,
  type Sample,
  type StepMetrics,
  type Validation,
} from '../link/protocol';
import type { RunSpec } from '../spec/run';
import { FramePull, type Later } from './frames';

/** Steps behind the tokens per second. */
const RECENT = 20;

/** What leads several runs: it alone commands them, and asks for their frames together. */
export interface Leader {
  /** Something happened that a new frame would show. */
  touch(): void;
  arrived(id: RunId): void;
  /** The run is in another state, or knows its backend. */
  heard(id: RunId): void;
}

/** A checkpoint's file, and the step it was taken at. */
export interface Kept {
  readonly whose: KeptFor;
  readonly step: number;
  readonly file: Uint8Array<ArrayBuffer>;
}

/** What the page knows of one run, and what it may ask of it. Only `receive` writes what the engine said. */
export class Run {
  state = $state.raw<RunState>({ phase: 'preparing', doing: 'starting' });
  backend = $state.raw<BackendInfo | undefined>();
  history = $state.raw<readonly StepMetrics[]>([]);
  validations = $state.raw<readonly Validation[]>([]);
  /** The last closer look; asked for by evaluate(). */
  evaluation = $state.raw<Evaluation | undefined>();
  sample = $state.raw<Sample | undefined>();
  memory = $state.raw<MemoryUse | undefined>();
  frame = $state.raw<AttentionFrame | undefined>();
  /** The last one that was asked for by save(). */
  checkpoint = $state.raw<Kept | undefined>();

  /** The person wants it to train; it does as soon as it can. */
  wish = $state(false);
  /** It trains, but not while nobody sees it. */
  suspended = $state(false);

  latest = $derived(this.history.at(-1));
  step = $derived(Math.max(this.latest?.step ?? 0, 'step' in this.state ? this.state.step : 0));
  tokensPerSecond = $derived.by(() => {
    const recent = this.history.slice(-RECENT);
    const ms = recent.reduce((sum, step) => sum + step.ms, 0);
    return ms > 0 ? (1000 * recent.length * this.spec.batch * this.spec.context) / ms : undefined;
  });

  #stepWished = false;
  readonly #frames: Pick<FramePull, 'touch' | 'arrived'>;
  readonly #unlisten: () => void;

  constructor(
    readonly id: RunId,
    readonly spec: RunSpec,
    private readonly engine: Engine,
    readonly text?: string,
    later?: Later,
    private readonly leader?: Leader,
    /** A checkpoint of the same settings it goes on from. */
    readonly from?: Uint8Array<ArrayBuffer>,
    /** What it came to before, up to the step of that checkpoint. */
    past?: History,
  ) {
    if (past) {
      this.history = past.steps;
      this.validations = past.validations.map((one) => ({ ...one, slices: one.slices ?? [] }));
      if (past.evaluation)
        this.evaluation = { ...past.evaluation, slices: past.evaluation.slices ?? [] };
    }
    this.#frames = leader
      ? { touch: () => leader.touch(), arrived: () => leader.arrived(id) }
      : new FramePull(() => engine.send({ type: 'nextFrame', runId: id }), later);
    this.#unlisten = engine.listen(id, (event) => this.receive(event));
    if (!leader) this.open();
  }

  /** Of a led run it is the leader who says when. */
  open() {
    const { id: runId, spec, text, from } = this;
    const given = { ...(text === undefined ? {} : { text }), ...(from && { from }) };
    this.engine.send({ type: 'open', runId, spec, ...given });
  }

  toggle = () => (this.wish ? this.pause() : this.train());

  train = () => {
    if (this.state.phase === 'failed') return;
    this.wish = true;
    if (this.state.phase === 'paused' && !this.suspended) this.#control('run');
  };

  pause = () => {
    this.wish = false;
    if (this.state.phase === 'running') this.#control('pause');
  };

  /** One step, and no more: a run that trains is paused first; one that is not ready yet takes it when it is. */
  once = () => {
    this.pause();
    if (this.state.phase === 'preparing') this.#stepWished = true;
    if (this.state.phase === 'running' || this.state.phase === 'paused') this.#control('step');
  };

  /** Asks for a closer look at the held-out data; it comes as `evaluation`. */
  evaluate = () => this.engine.send({ type: 'evaluate', runId: this.id });

  /** Asks for a checkpoint of the run as it stands; it comes as `checkpoint`. */
  save = (whose: KeptFor) => this.engine.send({ type: 'save', runId: this.id, whose });

  /** Nobody looks: training waits. */
  suspend = () => {
    this.suspended = true;
    if (this.state.phase === 'running') this.#control('pause');
  };

  resume = () => {
    if (!this.suspended) return;
    this.suspended = false;
    if (this.wish && this.state.phase === 'paused') this.#control('run');
    this.#frames.touch();
  };

  close() {
    this.#unlisten();
    this.#control('close');
  }

  receive(event: EngineEvent) {
    switch (event.type) {
      case 'backend':
        this.backend = event.backend;
        this.leader?.heard(this.id);
        return;
      case 'state':
        this.#enter(event.state);
        this.leader?.heard(this.id);
        return;
      case 'metrics':
        this.history = [...this.history, ...event.steps];
        this.#frames.touch();
        return;
      case 'validation':
        // A run that goes on from a checkpoint begins with the validation of its step, which may be known.
        this.validations = [
          ...this.validations.filter(({ step }) => step !== event.validation.step),
          event.validation,
        ];
        return;
      case 'evaluation':
        this.evaluation = event.evaluation;
        this.leader?.heard(this.id);
        return;
      case 'sample':
        this.sample = event.sample;
        return;
      case 'memory':
        this.memory = event.memory;
        return;
      case 'checkpoint':
        this.checkpoint = event;
        this.leader?.heard(this.id);
        return;
      case 'frame':
        this.frame = event.frame;
        this.#frames.arrived();
        return;
      case 'job':
        return; // jobs have listeners of their own
      default:
        unreachable(event);
    }
  }

  #enter(state: RunState) {
    const before = this.state.phase;
    this.state = state;
    if ('step' in state) this.#forget(state.step);
    switch (state.phase) {
      case 'preparing':
        return;
      case 'running':
        // It went on by itself after a device was lost; meanwhile the person may have said no.
        if (state.moved && before === 'preparing' && !this.wish) this.#control('pause');
        else this.wish = true;
        return;
      case 'paused':
        // Ready at last: what was wished for starts. Paused by the engine itself: the wish is over.
        if (before === 'preparing' && this.wish && !this.suspended) this.#control('run');
        else if (before !== 'preparing' && !this.suspended) this.wish = false;
        if (this.#stepWished && !this.wish) this.#control('step');
        this.#stepWished = false;
        this.#frames.touch();
        return;
      case 'failed':
        this.wish = false;
        return;
    }
  }

  /** Steps a lost device took with it are taken again. */
  #forget(beyond: number) {
    if ((this.latest?.step ?? 0) <= beyond) return;
    this.history = this.history.filter(({ step }) => step <= beyond);
    this.validations = this.validations.filter(({ step }) => step <= beyond);
    if ((this.evaluation?.step ?? 0) > beyond) this.evaluation = undefined;
  }

  #control(action: 'run' | 'pause' | 'step' | 'close') {
    if (this.leader && action !== 'close') return;
    this.engine.send({ type: 'control', runId: this.id, action });
  }
}
