import { MIN_RUNS, MAX_RUNS, sameRuns, specsOf, type Comparison } from '../compare/comparison';
import type { Saved } from '../compare/file';
import { inWords } from '../core/check';
import type { Engine } from '../workers/train/client';
import { isOwnText, watchSameTokens, type RunSpec } from '../spec/run';
import { checkRuns } from './checks';
import { Draft } from './draft.svelte';
import type { Kept } from './fleet.svelte';
import type { Moments } from './moments';
import { openedFrom } from './past.svelte';
import { Replaced } from './replaced.svelte';
import type { Run } from './run.svelte';
import { Settling } from './settling';
import type { Watches } from './standing.svelte';
import { stateOfAll, type DriveState } from './together';

/** Time for the hand to come to rest before the models are built again. */
const SETTLE_MS = 250;
const SETTLE_TEXT_MS = 900;

export interface SessionOptions extends Watches {
  /** The person's own text, and what keeps it over a reload. */
  readonly text?: string;
  readonly keep?: (text: string) => void;
  /** Nothing is opened before somebody trains. */
  readonly lazy?: boolean;
  /** Where what is asked for cannot be, the runs stay as they are; and this is built where there are none. Otherwise nothing is opened. */
  readonly fallback?: Comparison;
  /** Bytes that runs may take which trained and were replaced: they are held, to be taken back. */
  readonly holds?: number;
  /** Other runs are in place. */
  built?(built: Comparison): void;
  /** Somebody trains. */
  trains?(): void;
}

/**
 * One run or several, from what is asked for to what came of it: the Lab is a session of one run, Compare of several, a
 * lesson's stage of whatever its scene says. What is asked for follows the hand; what is built follows when it rests.
 */
export class Session extends Draft {
  /** How often settings were brought to the runs, so that the address is written again even where nothing changed. */
  applied = $state(0);
  /** The engine may be used. */
  #awake = $state(true);
  readonly #replaced: Replaced;
  readonly settling = new Settling(
    () => this.#checked(),
    () => this.#follow(),
  );
  /** What was checked last and can train, to be built next. */
  #next: Comparison | undefined;

  /** All runs as one. */
  state: DriveState = $derived.by(() => {
    if (this.blocked === undefined && this.asleep) return { phase: 'paused', step: this.step };
    if (this.blocked !== undefined && !this.opened)
      return { phase: 'failed', failure: { kind: 'settings', message: this.blocked } };
    return stateOfAll(this.runs, this.wish, this.step);
  });

  constructor(
    engine: Engine,
    private readonly options: SessionOptions = {},
  ) {
    super(engine, options);
    this.letters.text = options.text ?? '';
    if (options.fallback) this.built = options.fallback;
    this.#replaced = new Replaced(this.fleet, options.holds);
  }

  /** The runs that these replaced. */
  get before() {
    return this.#replaced.held;
  }

  /** Training was never requested, so nothing is open. */
  get asleep(): boolean {
    return !this.#awake;
  }

  // ------------------------------------------------------------------------------------------------- asking for runs

  /** Asks for other runs; the models follow when the hand has come to rest, `ms` after the last change. */
  ask = (comparison: Comparison, ms = SETTLE_MS) => {
    this.asked = comparison;
    this.settling.after(ms);
  };

  /** Builds these runs at once, paused. */
  begin = (comparison: Comparison) => {
    this.#fresh(comparison);
    this.#awake = this.options.lazy !== true;
    this.#start(this.#falls);
  };

  /** Runs that were kept: on from their step, paused, and on the machine of today. */
  goOn = ({ shared, runs }: Comparison, kept: Kept, text?: string) => {
    const { backend } = this.asked.shared;
    this.#fresh({ shared: { ...shared, backend }, runs });
    this.#take(text, shared);
    this.#awake = true;
    this.#start(this.#falls, kept);
  };

  /** The runs of a file, and its numbers until somebody trains. */
  open = (saved: Saved, from: string) => {
    const opened = openedFrom(saved, from); // throws before anything is changed
    if (saved.text !== undefined) this.letters.take(saved.text, saved.comparison.shared);
    this.begin(saved.comparison);
    this.past.saved = opened;
  };

  /** Shows what was recorded of these runs, until somebody trains; a recording of others is passed over. */
  showRecorded = (saved: Saved): void => {
    const began = this.wish || this.runs.some(({ step }) => step > 0);
    if (began || this.past.saved || !sameRuns(saved.comparison, this.built, ['backend'])) return;
    this.past.saved = openedFrom(saved, 'recorded', true);
  };

  /** The same runs from their first step, paused. */
  reset = () => {
    this.fleet.wish = false;
    this.past.saved = undefined;
    this.#start(true);
  };

  write = (text: string) => {
    if (text === this.text) return;
    this.letters.text = text;
    // The alphabet was chosen for the previous text.
    const { shared } = this.asked;
    if (isOwnText(shared)) this.asked = { ...this.asked, shared: { ...shared, alphabet: '' } };
    this.options.keep?.(text);
    this.settling.after(SETTLE_TEXT_MS);
  };

  /** Asks for more runs, where they can be. */
  add = (asked: Comparison) => {
    if (asked.runs.length > MAX_RUNS) return;
    const problem = this.problemOf(asked);
    if (problem !== undefined && !this.instead(asked)) {
      this.problem = problem;
      return;
    }
    this.past.saved = undefined;
    this.ask(asked, 0);
  };

  /** Changes what runs are called; they stay. */
  rename = (renamed: (comparison: Comparison) => Comparison) => {
    this.asked = renamed(this.asked);
    this.built = renamed(this.built);
    if (this.waiting) this.waiting = renamed(this.waiting);
    this.applied++;
  };

  /** The others continue. */
  remove = (index: number) => {
    if (this.built.runs.length <= MIN_RUNS || this.asked.runs.length !== this.built.runs.length)
      return;
    const rest = ({ shared, runs }: Comparison) => ({ shared, runs: runs.toSpliced(index, 1) });
    this.asked = rest(this.asked);
    this.built = rest(this.built);
    this.fleet.remove(index);
    this.past.remove(index, this.built);
    this.options.built?.(this.built);
    this.look();
    this.problem = this.problemOf(this.asked);
    if (this.waiting) this.waiting = this.asked;
    this.applied++;
    this.#openOthers();
  };

  /** Restores the replaced runs, paused at their step. */
  takeBack = () => {
    const before = this.#replaced.take();
    if (!before) return;
    this.#fresh(before.built);
    this.fleet.close(this.runs);
    this.clear();
    this.#take(before.runs[0]!.text, before.built.shared);
    this.#show(before.built, before.runs, before.moments, true);
  };

  /** Discards the replaced runs. */
  letGo = () => this.#replaced.letGo();

  override dispose() {
    this.settling.stop();
    this.letGo();
    super.dispose();
  }

  // ------------------------------------------------------------------------------------------------- training

  toggle = () => (this.wish ? this.pause() : this.train());

  train = () => this.#live(() => this.fleet.train());

  /** One step, and no more. */
  once = () => this.#live(() => this.fleet.once());

  #live(train: () => void) {
    if (this.state.phase === 'failed') return; // a key works even though the button is disabled
    this.options.trains?.();
    this.past.live();
    train();
    if (this.#awake) return;
    this.#awake = true;
    this.#openFirst();
  }

  // ------------------------------------------------------------------------------------------------- building

  /** Whether what is asked for can be. */
  #checked(): boolean {
    this.applied++;
    this.#next = this.possible();
    return this.#next !== undefined;
  }

  #follow() {
    const next = this.#next;
    if (!next) return;
    const text = this.letters.of(next.shared);
    if (sameRuns(next, this.built) && this.opened && this.runs[0]?.text === text) return;
    this.past.saved = undefined;
    this.blocked = undefined;
    this.#build(next);
  }

  /** What is asked for from here on; nothing of what was before is wished for. */
  #fresh(asked: Comparison) {
    this.settling.stop();
    this.fleet.wish = false;
    this.past.saved = undefined;
    this.asked = asked;
    this.applied++;
  }

  /** Runs that cannot be stay as they are. */
  get #falls(): boolean {
    return this.options.fallback !== undefined;
  }

  /** Builds what is asked for. Where that cannot be: what there is, if it `stays`; otherwise runs that are not opened. */
  #start(stays: boolean, kept?: Kept) {
    const possible = this.possible();
    // What was kept was possible once; whether one run is here the engine says.
    if (kept && this.#falls) this.clear();
    const other = possible ?? (stays && this.blocked === undefined ? this.built : this.asked);
    const next = kept ? this.asked : other;
    this.blocked = next === this.asked ? this.problem : undefined;
    this.#build(next, kept);
  }

  #build(next: Comparison, kept?: Kept) {
    const { built, runs, step } = this;
    const text = this.letters.of(next.shared);
    const watched = runs[0]?.text === text && watchSameTokens(built.shared, next.shared);
    const known = this.frames.find((frame) => frame)?.tokens ?? this.tokens;
    this.tokens = watched ? known : undefined;
    if (runs.length > 0)
      this.#replaced.replace({ built, runs, step, moments: this.past.kept }, next);
    this.#show(next, this.fleet.make(specsOf(next), text, kept));
    if (this.#awake) this.#openFirst();
  }

  #show(built: Comparison, runs: readonly Run[], moments: Moments = [], opened = false) {
    this.built = built;
    this.fleet.show(runs, opened);
    this.past.put(moments);
    this.options.built?.(built);
    this.look();
  }

  #openFirst() {
    if (this.blocked === undefined) this.fleet.openFirst();
  }

  /** The first run reports what the device can hold; the others are opened once all are known to fit. */
  #openOthers() {
    if (this.opened || !this.fleet.firstAnswered) return;
    this.blocked = inWords(() => checkRuns(this.built, this.backend));
    if (this.blocked === undefined) this.fleet.openOthers();
    else this.problem = this.blocked;
  }

  protected override heard() {
    super.heard();
    this.#openOthers();
  }

  #take(text: string | undefined, shared: RunSpec) {
    if (text === undefined) return;
    this.letters.take(text, shared);
    this.options.keep?.(text);
  }
}
