/**
 * @file Runs that are compared. What is asked of them is asked between two rounds and of all at once, and a run that
 * is ahead waits for the others (a lost device takes each back to its own snapshot), so that every pause
 * finds all of them on the same step.
 */
import type { RunId } from '../link/protocol';

/** Looks wait for nobody and change nothing. */
type Look = 'frame' | 'evaluate' | 'save';
export type Together = 'run' | 'pause' | 'step' | Look;

export interface Member {
  readonly id: RunId;
  readonly step: number; // handed over
  playing: boolean;
  control(action: 'run' | 'pause' | 'step'): void;
  wantFrame(): void;
  wantEvaluation(): void;
  wantCheckpoint(whose: 'autosave'): void;
}

export class Group {
  readonly #ids: Set<RunId>;
  readonly #asked: Exclude<Together, Look>[] = [];
  readonly #looks = new Set<Look>();

  constructor(runIds: Iterable<RunId>) {
    this.#ids = new Set(runIds);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** These very runs, or those of them that are left. */
  covers(runIds: readonly RunId[]): boolean {
    return runIds.length === this.#ids.size && runIds.every((id) => this.#ids.has(id));
  }

  leave(id: RunId): void {
    this.#ids.delete(id);
  }

  ask(action: Together): void {
    if (action === 'frame' || action === 'evaluate' || action === 'save') this.#looks.add(action);
    else this.#asked.push(action);
  }

  /** Between two rounds: acts on what was asked, one thing a round. */
  obey(runs: ReadonlyMap<RunId, Member>): void {
    const members = this.#of(runs);
    for (const look of this.#looks) for (const member of members) wants(member, look);
    this.#looks.clear();
    const action = this.#asked[0];
    if (!action) return;
    const most = Math.max(...members.map(({ step }) => step));
    const behind = members.filter(({ step }) => step < most);
    if (action === 'run' || behind.length === 0) {
      this.#asked.shift();
      for (const member of members) member.control(action);
    } else {
      for (const member of behind) member.playing = true; // first they come level
    }
  }

  /** Does this run leave its turn to one of the group that is behind it? To be asked before a round begins. */
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

function wants(member: Member, look: Look): void {
  if (look === 'frame') member.wantFrame();
  else if (look === 'evaluate') member.wantEvaluation();
  else member.wantCheckpoint('autosave');
}
