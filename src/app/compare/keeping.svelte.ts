import {
  headOfKept,
  LONGEST_LINE,
  MAX_KEPT,
  keptBytes,
  readKept,
  writeKept,
} from '../../compare/kept';
import { InputError } from '../../core/check';
import { formatBytes } from '../../core/units';
import type { Compare } from '../../state/compare.svelte';
import { NotKept, storeOf, type Store } from '../checkpointStore';
import { arrive, type Visit } from '../places';

/** Three slots: for this tab, for another tab, and for what an earlier visit left. */
const PLACES = ['compare-1', 'compare-2', 'compare-3'] as const;
const AUTOSAVE_MS = 30_000;

/** The comparison that an earlier visit left, as far as it is known before it is opened. */
export interface Left {
  readonly name: string;
  readonly bytes: number;
  readonly when: number; // ms since 1970
  readonly step: number;
  readonly names: readonly string[];
}

/**
 * Saves the runs of a comparison in this browser at every pause and every half minute, and finds those of an earlier
 * visit.
 */
export class Keeping {
  left = $state.raw<Left | undefined>();
  /** Why the saved runs cannot be opened; they are not deleted. */
  problem = $state.raw<string | undefined>();
  /** Why saving is impossible, once known: it is not retried, and the page promises nothing else. */
  saveError = $state.raw<string | undefined>();
  /** The last saved step. */
  kept = $state.raw<number | undefined>();
  #visit = $state.raw<Visit | undefined>();
  #asked = { run: '', step: 0, when: 0 };
  #gone = false;

  bytes = $derived.by(() => keptBytes(this.compare.session.specs));
  /** Why these runs are not kept. */
  reason = $derived.by(() => {
    if (this.saveError !== undefined) return this.saveError;
    if (this.bytes > MAX_KEPT)
      return `these runs would take ${formatBytes(this.bytes)}, and a comparison can take ${formatBytes(MAX_KEPT)} at most.`;
    if (this.#visit && this.#visit.place === undefined)
      return 'other tabs of this browser already keep three comparisons, which is the maximum.';
    return undefined;
  });

  constructor(
    private readonly compare: Compare,
    private readonly store: Store = storeOf(
      'zebra-lab-comparisons',
      'the numbers can be taken away as a file',
    ),
  ) {
    if (!compare.embedded) void this.#arrive();
  }

  async #arrive() {
    const visit = await arrive(this.store, PLACES);
    if (this.#gone) {
      visit.leave();
      return;
    }
    this.#visit = visit;
    const { left } = visit;
    if (!left) return;
    try {
      this.left = { ...left, ...headOfKept(await this.store.fetchStored(left.name, LONGEST_LINE)) };
    } catch (error) {
      this.problem = wordsOf(error); // an unsupported version, or damaged
    }
  }

  /** Call whenever the runs have advanced: requests checkpoints when they are due. */
  look() {
    const { session } = this.compare;
    const { step, state } = session;
    const whole = session.opened && session.alive.length === session.runs.length;
    if (step === 0 || session.past.saved || !whole || !this.#visit?.place || this.reason) return;
    const run = session.runs[0]!.id;
    const other = this.#asked.run !== run || this.#asked.step !== step;
    const due = performance.now() - this.#asked.when > AUTOSAVE_MS;
    const level = session.runs.every((one) => one.step === step && one.state.phase === 'paused');
    if (!other || !(due || (state.phase === 'paused' && level))) return;
    this.#asked = { run, step, when: performance.now() };
    session.save('autosave');
  }

  /** Checkpoints have arrived. */
  async write() {
    const { session } = this.compare;
    const { checkpoints, names } = session;
    const place = this.#visit?.place;
    const file = this.compare.file(false);
    if (!checkpoints || !place || file === undefined) return;
    const { step, files } = checkpoints;
    session.dropCheckpoints();
    try {
      await this.store.keep(place, new Blob(writeKept({ step, names }, file, files)));
      this.kept = step;
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      this.saveError = error.message;
    }
  }

  /** Resumes the runs; on failure it reports why and changes nothing. */
  resume = async () => {
    const { left } = this;
    if (!left) return;
    try {
      const kept = readKept(await this.store.fetchStored(left.name));
      this.compare.goOn(kept);
      this.#asked = {
        run: this.compare.session.runs[0]!.id,
        step: kept.step,
        when: performance.now(),
      };
      this.left = undefined;
    } catch (error) {
      this.problem = wordsOf(error);
      this.left = undefined;
    }
  };

  /** Deletes saved runs that cannot be opened. */
  forget = async () => {
    const name = this.#visit?.left?.name;
    this.problem = undefined;
    if (name !== undefined) await this.store.forget(name);
  };

  dispose() {
    this.#gone = true;
    this.#visit?.leave();
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof InputError || error instanceof NotKept) return error.message;
  throw error;
}
