import { FIRST, namesOf, specsOf, type Comparison } from '../compare/comparison';
import type { History } from '../compare/history';
import type { Engine } from '../workers/train/client';
import type { KeptFor } from '../workers/train/protocol';
import { poolingFor } from '../model/pooling';
import { modelSpecOf } from '../spec/model';
import { sourceOf } from '../spec/run';
import { Fleet } from './fleet.svelte';
import type { Later } from './frames';
import { packedWeights, unpack } from './moments';
import { Past } from './past.svelte';
import type { Run } from './run.svelte';
import { tokensPerSecond } from './together';

/** Milliseconds between two updates of the results: four runs report far more often than anyone can read. */
const LOOK_MS = 250;

export interface Watches {
  readonly later?: Later;
  /** Past maps are kept. */
  readonly remembers?: boolean;
  /** Samples of what the runs write are shown; they are by default. */
  readonly samples?: boolean;
  /** The runs were evaluated. */
  looked?(): void;
}

/** The current runs and their results, live or from an opened file: everything that is needed to draw them. */
export class Standing {
  /** The settings of the runs. */
  built = $state.raw<Comparison>(FIRST);
  /** The watched tokens as the previous runs reported them, shown until the first frame of these runs arrives. */
  tokens = $state.raw<readonly string[] | undefined>();
  readonly past = new Past();
  protected readonly fleet: Fleet;
  #looking: ReturnType<typeof setTimeout> | undefined;
  /** The results at the last update. */
  #seen = $state.raw<readonly History[]>([]);

  specs = $derived(specsOf(this.built));
  models = $derived(this.specs.map(modelSpecOf));
  names = $derived(namesOf(this.built));
  source = $derived(sourceOf(this.built.shared));
  /** Tokens per cell side of a map, even before there is one: a canvas for all tokens could be immense. */
  factor = $derived(poolingFor(this.built.shared.context).factor);
  /** Settings of what is actually training: they differ from the requested ones while those are impossible. */
  training = $derived(this.built.shared);
  histories: readonly History[] = $derived(this.past.saved?.histories ?? this.#seen);
  kernel = $derived.by(() => this.past.saved?.machine.kernel ?? this.backend?.kernel);
  threads = $derived.by(() => (this.past.saved ? undefined : this.backend?.threads));
  /** The maps shown: past or current. */
  frames = $derived.by(
    () =>
      this.past.moment?.value.map((packed) => packed && unpack(packed)) ??
      this.runs.map(({ frame }) => frame),
  );
  tokensPerSecond = $derived.by(() => tokensPerSecond(this.runs, this.built.shared));
  /** The step that all of them have reached. */
  step = $derived.by(() => {
    if (this.past.saved) return Math.max(...this.histories.map(({ steps }) => steps.length));
    return Math.min(...(this.alive.length > 0 ? this.alive : this.runs).map(({ step }) => step));
  });

  constructor(
    engine: Engine,
    private readonly watches: Watches,
  ) {
    this.fleet = new Fleet(
      engine,
      {
        moved: () => (this.#looking ??= setTimeout(() => this.look(), LOOK_MS)),
        heard: () => this.heard(),
        framed: (frame) => {
          if (watches.remembers) packedWeights(frame);
        },
        pictured: () => this.#pictured(),
      },
      watches.later,
      watches.samples,
    );
  }

  get runs(): readonly Run[] {
    return this.fleet.runs;
  }

  get alive(): readonly Run[] {
    return this.fleet.alive;
  }

  get opened(): boolean {
    return this.fleet.opened;
  }

  get wish(): boolean {
    return this.fleet.wish;
  }

  get suspended(): boolean {
    return this.fleet.suspended;
  }

  get backend() {
    return this.fleet.backend;
  }

  /** The checkpoints requested last. They are large, so the caller that stores them drops them here. */
  get checkpoints() {
    return this.fleet.checkpoints;
  }

  dropCheckpoints = () => {
    this.fleet.checkpoints = undefined;
  };

  pause = () => this.fleet.pause();

  /** The run is out of view, so training waits. */
  suspend = () => this.fleet.suspend();
  resume = () => this.fleet.resume();

  /** A full evaluation of all runs, taken in the same round. */
  evaluate = () => this.fleet.ask('evaluate');

  /** Requests a checkpoint of each run, all at one step; they arrive as `checkpoints`. */
  save = (whose: KeptFor) => this.fleet.ask('save', whose);

  dispose() {
    clearTimeout(this.#looking);
    this.fleet.close(this.runs);
  }

  /** A run changed its state, reported its machine, or was fully evaluated. */
  protected heard() {
    this.look();
  }

  /** Updates the results immediately. */
  look() {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    this.#seen = this.runs.map(({ history, validations, memory, evaluation }) => ({
      steps: history,
      validations,
      ...(memory && { peak: memory.peak }),
      ...(evaluation && { evaluation }),
    }));
    this.watches.looked?.();
  }

  #pictured() {
    if (!this.watches.remembers) return;
    this.past.keep(
      this.runs.map(({ frame, state }) => (state.phase === 'failed' ? undefined : frame)),
    );
  }
}
