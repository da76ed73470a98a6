import { MIN_RUNS, MAX_RUNS, sameRuns, specsOf, type Comparison } from '../compare/comparison';
import type { Saved } from '../compare/file';
import { inWords } from '../core/check';
import type { Engine } from '../workers/train/client';
import { isOwnText, type RunSpec } from '../spec/run';
import { watchSameTokens } from '../spec/between';
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

/** How long input must pause before the models are rebuilt. */
const SETTLE_MS = 250;
const SETTLE_TEXT_MS = 900;

export interface SessionOptions extends Watches {
  /** The user's own text, and a callback that keeps it across reloads. */
  readonly text?: string;
  readonly keep?: (text: string) => void;
  /** Nothing is opened until the user trains. */
  readonly lazy?: boolean;
  /** With a fallback, an impossible request leaves the current runs as they are, and if there are none yet, the fallback is built. Without one, nothing is opened. */
  readonly fallback?: Comparison;
  /** Replaced runs that had trained are held, so that the user can take them back. This many bytes at most. */
  readonly holds?: number;
  /** Called when other runs have been put in place. */
  built?(built: Comparison): void;
  /** Called when the user trains. */
  trains?(): void;
}

/**
 * One run or several, from the request to the results: the Lab is a session of one run, Compare of several, and a
 * lesson's stage of the runs in its scene. `asked` is the request and follows every input; `built` follows when the
 * input pauses.
 *
 * It is one object in three classes that build on each other: Standing shows the runs, Draft checks a request against
 * them, and Session builds what was requested. Unlike its fleet, past and letters, these three are not separate parts.
 * Pages use some sixty members of a session, from all three classes, in hundreds of places. With parts, each member
 * would have to be forwarded, or every page would have to know which part has it.
 */
export class Session extends Draft {
  /** How often settings were applied to the runs. The URL is rewritten each time, even if nothing changed. */
  applied = $state(0);
  /** Whether the engine may be used yet. */
  #awake = $state(true);
  readonly #replaced: Replaced;
  readonly settling = new Settling(
    () => this.#checked(),
    () => this.#follow(),
  );
  /** The last request that passed its checks, to be built next. */
  #next: Comparison | undefined;

  /** The state of all runs, as one. */
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

  // ------------------------------------------------------------------------------------------------- requesting runs

  /** Requests other runs; the models are rebuilt `ms` after the last change. */
  ask = (comparison: Comparison, ms = SETTLE_MS) => {
    this.asked = comparison;
    this.settling.after(ms);
  };

  /** Builds these runs immediately, paused. */
  begin = (comparison: Comparison) => {
    this.#fresh(comparison);
    this.#awake = this.options.lazy !== true;
    this.#start(this.#falls);
  };

  /** Reopens saved runs, paused at their step, on the machine chosen now. */
  goOn = ({ shared, runs }: Comparison, kept: Kept, text?: string) => {
    const { backend } = this.asked.shared;
    this.#fresh({ shared: { ...shared, backend }, runs });
    this.#take(text, shared);
    this.#awake = true;
    this.#start(this.#falls, kept);
  };

  /** Opens the runs of a file, and shows the file's numbers until the user trains. */
  open = (saved: Saved, from: string) => {
    const opened = openedFrom(saved, from); // throws before anything is changed
    if (saved.text !== undefined) this.letters.take(saved.text, saved.comparison.shared);
    this.begin(saved.comparison);
    this.past.saved = opened;
  };

  /** Shows the recording of these runs until the user trains; a recording of other runs is ignored. */
  showRecorded = (saved: Saved): void => {
    const began = this.wish || this.runs.some(({ step }) => step > 0);
    if (began || this.past.saved || !sameRuns(saved.comparison, this.built, ['backend'])) return;
    this.past.saved = openedFrom(saved, 'recorded', true);
  };

  /** Restarts the same runs from their first step, paused. */
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

  /** Requests more runs, if they are possible. */
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

  /** Renames runs without rebuilding them. */
  rename = (renamed: (comparison: Comparison) => Comparison) => {
    this.asked = renamed(this.asked);
    this.built = renamed(this.built);
    if (this.waiting) this.waiting = renamed(this.waiting);
    this.applied++;
  };

  /** Removes one run; the others continue. */
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

  /** Whether the request is possible. */
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

  /** Starts over with a new request and drops whatever was still pending from the old one. */
  #fresh(asked: Comparison) {
    this.settling.stop();
    this.fleet.wish = false;
    this.past.saved = undefined;
    this.asked = asked;
    this.applied++;
  }

  /** Whether an impossible request leaves the current runs as they are. */
  get #falls(): boolean {
    return this.options.fallback !== undefined;
  }

  /**
   * Builds the requested runs. If that is impossible, rebuilds the current runs if `stays`; otherwise shows the
   * requested runs without opening them.
   */
  #start(stays: boolean, kept?: Kept) {
    const possible = this.possible();
    // Saved runs passed these checks before; if one of them is impossible on this device, the engine reports it.
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

  /** The first run reports how much memory the device allows; the others are opened once all are known to fit. */
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
