/**
 * @file Runs on a device that failed, or on the slower backend, are rebuilt elsewhere and continue from their
 * snapshots.
 */
import type { Fault } from '../core/backendFacts';
import type { RunId } from '../workers/train/protocol';
import type { Moved, Preparation } from '../workers/train/runState';
import type { Backends } from './backends';
import { Failed } from './failures';
import type { EngineRun } from './run';

/** Devices that may be lost one after the other before the engine gives up. */
const MAX_LOSSES = 3;

/** What moving runs needs of the engine. */
interface Host {
  /** All runs; commands to them wait until `resume` or `failed`. */
  hold(): readonly EngineRun[];
  /** Resolves when no turn is under way any more. */
  turnsEnd(): Promise<void>;
  /** The run waits to be built again. */
  announce(id: RunId, doing: Preparation): void;
  /** Frees what the run has on its device. */
  release(run: EngineRun): void;
  /** Builds it again, from its snapshot, unless it was closed or failed meanwhile. */
  resume(run: EngineRun, because: Moved['because']): Promise<void>;
  failed(id: RunId, cause: unknown): void;
  /** Lets the runs take turns again. */
  goOn(): void;
}

export class Recovery {
  #losses = 0;
  #moving = false;

  constructor(
    private readonly backends: Backends,
    private readonly host: Host,
  ) {}

  /** Whether runs are being moved, so that no run takes a turn. */
  get moving(): boolean {
    return this.#moving;
  }

  /** A new device for all runs, or another backend if the old device cannot be trusted or is gone for good. */
  async recover(fault: Fault): Promise<void> {
    const { backends, host } = this;
    if (backends.fault !== fault) return;
    if (fault.kind === 'stuck') return this.#leaveMemory(fault);
    if (!backends.computing?.fallible) {
      backends.forgive();
      host.goOn();
      return;
    }
    await this.#move(fault, async (runs) => {
      if (++this.#losses > MAX_LOSSES)
        throw new Failed({ kind: 'failsAgain', fault, times: this.#losses });
      for (const run of runs) host.announce(run.id, 'recovering');
      for (const run of runs) host.release(run);
      if (runs.length > 0) await this.#choose(runs, fault.kind !== 'lost');
    });
  }

  /**
   * A thread of WebAssembly did not finish its part: what its run has in memory is half computed. All runs get new memory,
   * on the same machine, which from now on has one thread.
   */
  #leaveMemory(fault: Fault): Promise<void> {
    const { backends, host } = this;
    return this.#move(fault, (runs) => {
      backends.forgive();
      for (const run of runs) host.announce(run.id, 'recoveringThread');
      for (const run of runs) host.release(run);
      return Promise.resolve();
    });
  }

  /** Moves all runs to WebGPU, which was measured to be faster. */
  async moveToFaster(): Promise<void> {
    await this.#move({ kind: 'faster' }, async (runs) => {
      for (const run of runs) {
        run.snapshot = await run.trainer.snapshot();
        this.host.release(run);
      }
      await this.#choose(runs);
    });
  }

  #choose(runs: readonly EngineRun[], withoutGpu = false): Promise<void> {
    return this.backends.choose(
      runs.map(({ command }) => command.spec),
      withoutGpu,
    );
  }

  async #move(
    because: Moved['because'],
    elsewhere: (runs: readonly EngineRun[]) => Promise<void>,
  ): Promise<void> {
    const { host } = this;
    const runs = host.hold();
    this.#moving = true;
    await host.turnsEnd();
    try {
      await elsewhere(runs);
    } catch (cause) {
      for (const run of runs) host.failed(run.id, cause);
    }
    for (const run of runs) await host.resume(run, because);
    this.#moving = false;
    host.goOn();
  }
}
