/**
 * @file The turns of the runs: each busy run takes one step, round after round, so compared runs stay on the same step.
 */
import type { RunId } from '../workers/train/protocol';
import { Diverged } from '../train/trainer';
import type { Backends } from './backends';
import type { Group } from './group';
import { loudly } from './loudly';
import { nextTask } from './nextTask';
import type { EngineRun } from './run';

/** What the turns need from the engine. */
interface Around {
  /** The runs are being moved to another device, which ends the rounds. */
  isMoving(): boolean;
  /** No run has anything to do. */
  idle(): void;
  /** The turn of a run that was closed or replaced meanwhile has ended: the run can be disposed of. */
  release(run: EngineRun): void;
  failed(id: RunId, cause: unknown): void;
}

export class Turns {
  #looping = false;
  /** Runs whose turn is under way: one that is closed meanwhile is disposed of only when its turn ends. */
  readonly #inTurn = new Set<EngineRun>();
  /** Abandons the turn under way. */
  #giveUp: ((cause: Error) => void) | undefined;

  constructor(
    private readonly runs: ReadonlyMap<RunId, EngineRun>,
    private readonly groups: ReadonlySet<Group>,
    private readonly backends: Backends,
    private readonly around: Around,
  ) {}

  /** Whether the turn of this run is under way. */
  isInTurn(run: EngineRun): boolean {
    return this.#inTurn.has(run);
  }

  /** Gives turns until no run has anything to do. */
  goOn(): void {
    void this.#loop().catch(loudly);
  }

  /**
   * Waits until no turn is under way. If a faulty device does not let a turn end within `patience` ms from now, that
   * turn is abandoned; its run restarts from its snapshot anyway.
   */
  async end(patience: number): Promise<void> {
    const since = performance.now();
    while (this.#inTurn.size > 0) {
      if (performance.now() - since > patience)
        this.#giveUp?.(new Error('the device does not answer'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    try {
      for (;;) {
        if (!this.backends.fault) for (const group of this.groups) group.obey(this.runs);
        const busy = [...this.runs.values()].filter((run) => run.busy);
        if (busy.length === 0) this.around.idle();
        if (busy.length === 0 || this.backends.fault || this.around.isMoving()) return; // a fault is followed by a recovery, which restarts the loop
        // Determined before the first turn, because every turn changes which runs are behind.
        const waits = busy.map((run) => this.#waits(run));
        for (const [i, run] of busy.entries()) await this.#turn(run, waits[i]!);
        await nextTask();
      }
    } finally {
      this.#looping = false;
    }
  }

  #waits(run: EngineRun): boolean {
    return [...this.groups].some((group) => group.waits(run, this.runs));
  }

  async #turn(run: EngineRun, waits: boolean): Promise<void> {
    // Another run may have replaced it meanwhile, on another device.
    const here = () => this.runs.get(run.id) === run;
    this.#inTurn.add(run);
    try {
      if (here() && !this.backends.fault) {
        await new Promise<void>((resolve, reject) => {
          this.#giveUp = reject;
          run.turn(waits).then(resolve, reject);
        });
      }
    } catch (cause) {
      // If a device is lost, a read fails first, and the device reports the reason a moment later.
      const gpu = this.backends.computing?.fallible === true && !(cause instanceof Diverged);
      if (gpu) await this.#faultKnown();
      const { fault } = this.backends;
      const moves = fault !== undefined && (gpu || fault.kind === 'stuck');
      if (here() && !moves) this.around.failed(run.id, cause);
    } finally {
      this.#inTurn.delete(run);
      if (!here()) this.around.release(run);
    }
  }

  /** Waits for the device to report its fault. A slow device finishes the work it was given before it reports. */
  async #faultKnown(): Promise<void> {
    for (let waits = 0; waits < 100 && !this.backends.fault; waits++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
