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

/** Trained runs that were replaced, held so that the user can restore them. */
export class Replaced {
  held = $state.raw<Held | undefined>();

  constructor(
    private readonly fleet: Fleet,
    /** Maximum bytes held; by default nothing is held. */
    private readonly room = 0,
  ) {}

  /**
   * Holds the current runs if they were trained, there is room for them and the machine stays the same; otherwise
   * closes them.
   */
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

  /** Restores them as the current runs. */
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
