/**
 * @file Runs that receive commands together: the compared runs, or a single run. A command is carried out between two
 * rounds, by all of them at once. A run that is ahead waits for the others (after a device is lost, each continues from
 * its own snapshot), so that all of them are on the same step at every pause.
 */
import type { Action, KeptFor, RunId } from '../workers/train/protocol';

/** Requests that only look at a run wait for no other run and change nothing. */
type Look = 'frame' | 'evaluate';

export interface Member {
  readonly id: RunId;
  readonly step: number; // handed over
  playing: boolean;
  control(action: 'run' | 'pause' | 'step'): void;
  wantFrame(): void;
  wantEvaluation(): void;
  wantCheckpoint(whose: KeptFor): void;
}

export class Group {
  readonly #ids: Set<RunId>;
  readonly #asked: ('run' | 'pause' | 'step')[] = [];
  readonly #looks = new Set<Look>();
  readonly #saves = new Set<KeptFor>();

  constructor(runIds: Iterable<RunId>) {
    this.#ids = new Set(runIds);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Whether the group consists of exactly these runs; runs that left it no longer count. */
  covers(runIds: readonly RunId[]): boolean {
    return runIds.length === this.#ids.size && runIds.every((id) => this.#ids.has(id));
  }

  leave(id: RunId): void {
    this.#ids.delete(id);
  }

  /** Only 'save' uses `whose`. */
  ask(action: Action, whose: KeptFor = 'autosave'): void {
    if (action === 'save') this.#saves.add(whose);
    else if (action === 'frame' || action === 'evaluate') this.#looks.add(action);
    else this.#asked.push(action);
  }

  /** Whether this run has commands that no round has carried out yet. */
  owes(id: RunId): boolean {
    return this.#ids.has(id) && this.#asked.length + this.#looks.size + this.#saves.size > 0;
  }

  /** Between two rounds: carries out the pending commands, one per round. */
  obey(runs: ReadonlyMap<RunId, Member>): void {
    const members = this.#of(runs);
    for (const member of members) {
      if (this.#looks.has('frame')) member.wantFrame();
      if (this.#looks.has('evaluate')) member.wantEvaluation();
      for (const whose of this.#saves) member.wantCheckpoint(whose);
    }
    this.#looks.clear();
    this.#saves.clear();
    const action = this.#asked[0];
    if (!action) return;
    const most = Math.max(...members.map(({ step }) => step));
    const behind = members.filter(({ step }) => step < most);
    if (action === 'run' || behind.length === 0) {
      this.#asked.shift();
      for (const member of members) member.control(action);
    } else {
      for (const member of behind) member.playing = true; // first the runs must reach the same step
    }
  }

  /** Whether this run gives up its turn because another run of the group is behind it. Call before a round begins. */
  waits(run: Member, runs: ReadonlyMap<RunId, Member>): boolean {
    return (
      run.playing &&
      this.#ids.has(run.id) &&
      this.#of(runs).some((other) => other.playing && other.step < run.step)
    );
  }

  #of(runs: ReadonlyMap<RunId, Member>): Member[] {
    return [...this.#ids].flatMap((id) => runs.get(id) ?? []);
  }
}
