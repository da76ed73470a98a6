import type { Comparison } from '../compare/comparison';
import type { Fleet } from './fleet.svelte';
import type { Moments } from './moments';
import type { Run } from './run.svelte';

/** Runs that others took the place of, paused where they stood. */
interface Held {
  readonly built: Comparison;
  readonly runs: readonly Run[];
  readonly moments: Moments;
  readonly step: number;
}

/** What was trained and replaced, held so that it can be taken back. */
export class Replaced {
  held = $state.raw<Held | undefined>();

  constructor(
    private readonly fleet: Fleet,
    /** What may be held, in bytes; nothing where it is left out. */
    private readonly room = 0,
  ) {}

  /** Holds the runs there are, where something was learnt, there is room for it and the same machine goes on; else closes them. */
  replace(held: Held, next: Comparison) {
    const { runs, built } = held;
    const bytes = runs.reduce((sum, { memory }) => sum + (memory?.peak ?? 0), 0);
    const learnt = runs.every(({ step, state }) => step > 0 && state.phase !== 'failed');
    const fits = this.room > 0 && bytes <= this.room;
    const stays = built.shared.backend === next.shared.backend;
    if (!this.fleet.opened || !learnt || !fits || !stays) {
      this.fleet.close(runs);
      return;
    }
    this.fleet.ask('pause');
    this.letGo();
    this.held = held;
  }

  /** They are what runs again. */
  take(): Held | undefined {
    const { held } = this;
    this.held = undefined;
    return held;
  }

  /** Nobody wants them back. */
  letGo() {
    this.fleet.close(this.held?.runs ?? []);
    this.held = undefined;
  }
}
