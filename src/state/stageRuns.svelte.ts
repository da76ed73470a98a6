import { SvelteSet } from 'svelte/reactivity';
import { readFile, type Saved } from '../compare/file';
import type { History } from '../compare/history';
import { subsetOf } from '../compare/subset';
import { namesOf, sameRuns, type Comparison } from '../compare/comparison';
import type { Later } from '../session/frames';
import { Session } from '../session/session.svelte';
import type { Engine } from '../workers/train/client';
import { Playback } from './playback.svelte';
import type { MapView } from './mapView.svelte';

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

/** What the runs need to know of their stage. */
interface Around {
  readonly view: MapView;
  readonly histories: readonly History[];
  readonly shownStep: number | undefined;
  readonly runsShown: boolean;
  /** A file of public/recorded/races that the step names. */
  readonly recording: string | undefined;
  readonly veiled: boolean;
  readonly byHand: boolean;
  readonly hidden: ReadonlySet<string>;
}

/** What trains and plays on a stage: its session, and the recordings of its runs. */
export class StageRuns {
  readonly session: Session;
  readonly playback: Playback;
  /** The runs whose recording was played last. */
  #seen: Comparison | undefined;
  readonly #recordings: Record<string, Promise<Saved | undefined>> = {};
  /** The recordings found so far. */
  readonly #found = new SvelteSet<string>();

  constructor(
    private readonly stage: Around,
    engine: Engine,
    private readonly options: StageOptions,
    first: Comparison,
  ) {
    this.session = new Session(engine, {
      lazy: true,
      remembers: true,
      samples: false,
      built: ({ shared }) => {
        this.stage.view.fit(shared);
        void this.#offer();
      },
      ...(options.later && { later: options.later }),
    });
    this.playback = new Playback(this.session.past, options.still ?? false);
    this.session.begin(first);
  }

  /** Another step, with these runs. */
  enter(next: Comparison) {
    this.playback.stop();
    this.playback.ended = false;
    const { built, asked, asleep } = this.session;
    // If nothing was trained, no change is pending and the same runs are wanted, they stay. Otherwise the runs begin
    // again, which also drops a pending change.
    const settled = sameRuns(asked, built);
    const same = sameRuns(built, next) && namesOf(built).join() === namesOf(next).join();
    if (asleep && settled && same) void this.#offer();
    else this.session.begin(next);
  }

  /** The reader changed something: other runs, once the input pauses. */
  ask(wanted: Comparison) {
    if (sameRuns(wanted, this.session.asked)) return;
    this.playback.stop();
    this.session.ask(wanted);
  }

  /** Whether these runs are on the stage. */
  are = (runs: Comparison): boolean => sameRuns(this.session.built, runs);

  train() {
    this.playback.stop();
    this.session.toggle();
  }

  once() {
    this.playback.stop();
    this.session.once();
  }

  begin(runs: Comparison) {
    this.playback.stop();
    this.session.begin(runs);
  }

  hasRecording = (id: string | undefined): boolean => this.#found.has(id ?? '');

  play = () => this.playback.play(this.#lastStep());

  #lastStep = () => Math.max(0, ...this.session.histories.map(({ steps }) => steps.length));

  /** The number of steps that the reader has seen: those trained here, or those played. */
  get steps(): number {
    const { still } = this.options;
    const { byHand, hidden, histories, shownStep } = this.stage;
    if (!this.session.past.saved) return Math.max(0, ...histories.map(({ steps }) => steps.length));
    // A playback that started by itself counts once it has been watched to its end. With reduced motion the recording is
    // shown all at once, so it counts only after the reader has pressed Play; but if a teacher removed training, there
    // is no such button, and it counts as soon as it is shown.
    const watched = !still || hidden.has('train');
    const seen = byHand || (this.playback.ended && watched);
    if (!seen) return 0;
    return this.playback.ended ? this.#lastStep() : (shownStep ?? 0);
  }

  /** Shows the recording of these runs, if there is one. */
  async #offer() {
    const { recording: id } = this.stage;
    if (!id || !this.stage.runsShown) return;
    const { session } = this;
    const wanted = session.built;
    const saved = await this.#recordingOf(id);
    const subset = saved && subsetOf(saved, wanted);
    if (!subset) return;
    this.#found.add(id);
    if (session.built !== wanted || session.wish) return;
    session.showRecorded(subset);
    this.playFound();
  }

  /** Plays the recording of the runs, if there is one that can be shown. */
  playFound() {
    if (!this.session.past.saved || this.stage.veiled || this.playback.ended) return;
    // A recording the reader has watched is not played again just because the text continues.
    const { built } = this.session;
    if (this.#seen && sameRuns(built, this.#seen) && !this.stage.byHand) {
      this.playback.ended = this.stage.hidden.has('train'); // without a button to play it, it counts as watched
      return;
    }
    this.#seen = built;
    this.playback.play(this.#lastStep());
  }

  #recordingOf(id: string): Promise<Saved | undefined> {
    // The recording is optional: without it, the runs can still be trained.
    return (this.#recordings[id] ??= this.options
      .recording(id)
      .then(readFile)
      .catch(() => undefined));
  }

  dispose() {
    this.playback.stop();
    this.session.dispose();
  }
}
