import type { Comparison } from '../compare/comparison';
import type { Fleet } from './fleet.svelte';
import type { Moments } from './moments';
import type { Run } from './run.svelte';

/** Replaced runs, paused. */
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

  /** Holds the runs there are, where something was learned, there is room for it and the same machine goes on; else closes them. */
  replace(held: Held, next: Comparison) {
    const { runs, built } = held;
    const bytes = runs.reduce((sum, { memory }) => sum + (memory?.peak ?? 0), 0);
    const learned = runs.every(({ step, state }) => step > 0 && state.phase !== 'failed');
    const fits = this.room > 0 && bytes <= this.room;
    const stays = built.shared.backend === next.shared.backend;
    if (!this.fleet.opened || !learned || !fits || !stays) {
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

  /** Discards the replaced runs. */
  letGo() {
    this.fleet.close(this.held?.runs ?? []);
    this.held = undefined;
  }
}
