/**
 * @file Many runs on one device: opened, asked, closed, and given their turns (turns.ts). Every error ends in one
 * `failed` message that names the run or job; a lost device is replaced by a new one, on which the runs continue from
 * their last snapshots.
 */
import { unreachable, type Command, type EngineEvent, type RunId } from '../workers/train/protocol';
import type { Moved, Preparation } from '../workers/train/runState';
import { stage } from '../machines/stages';
import { readCheckpoint } from '../model/files/checkpoint';
import { checkMemory } from '../model/memory';
import { checkRun } from '../spec/check';
import { sourceOf, type RunSpec } from '../spec/run';
import { snapshotFrom } from '../train/keep';
import { Trainer } from '../train/trainer';
import { Backends } from './backends';
import { Failed, failureOf } from './failures';
import { feedOf } from './feeds';
import { Group } from './group';
import { Jobs } from './jobs';
import { loudly } from './loudly';
import { Recovery } from './recovery';
import { EngineRun, type Open } from './run';
import { Turns } from './turns';

type Send = (event: EngineEvent, transfer?: Transferable[]) => void;
type Asking = Extract<Command, { type: 'ask' | 'close' }>;

/** In milliseconds. */
export interface Limits {
  /** How long a turn may continue after its device was found faulty. */
  readonly patience: number;
  /** The most training that a lost device costs. */
  readonly snapshotEvery: number;
}

const LIMITS: Limits = { patience: 10_000, snapshotEvery: 5000 };

export class Engine {
  readonly #limits: Limits;
  readonly #runs = new Map<RunId, EngineRun>();
  /** Runs that are still being opened. */
  readonly #opening = new Set<RunId>();
  /** Commands they received meanwhile, in order. */
  #held: Asking[] = [];
  /** Runs that receive commands together; a single run is a group of one. */
  readonly #groups = new Set<Group>();
  #queue: Promise<void> = Promise.resolve();

  constructor(
    readonly send: Send,
    limits: Partial<Limits> = {},
  ) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * Runs `work` after everything already in the queue. An exception ends the worker, which the page notices; a broken queue would hang
   * silently.
   */
  #inLine(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch(loudly);
  }

  receive(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#opening.add(command.runId);
        this.#inLine(() => this.#open(command));
        return;
      case 'job':
        this.#inLine(() => this.#jobs.work(command));
        return;
      case 'cancel':
        this.#jobs.cancel(command.jobId);
        return;
      case 'hidden':
        this.#jobs.hide(command.hidden);
        return;
      case 'ask':
        if (command.runIds.some((id) => this.#opening.has(id))) this.#held.push(command);
        else this.#ask(command);
        return;
      case 'close':
        for (const id of command.runIds) {
          const run = this.#runs.get(id);
          if (this.#opening.has(id)) this.#held.push({ type: 'close', runIds: [id] });
          else if (run) this.#close(run);
        }
        return;
      default:
        unreachable(command);
    }
  }

  #ask({ runIds, action, whose }: Extract<Asking, { type: 'ask' }>): void {
    const alive = runIds.filter((id) => this.#runs.has(id));
    if (alive.length === 0) return; // closed or failed meanwhile: nobody is listening any more
    let group = [...this.#groups].find((known) => known.covers(alive));
    if (!group) {
      for (const id of alive) this.#leave(id);
      group = new Group(alive);
      this.#groups.add(group);
    }
    group.ask(action, whose);
    this.#turns.goOn();
  }

  #leave(id: RunId): void {
    for (const group of this.#groups) {
      group.leave(id);
      if (group.size === 0) this.#groups.delete(group);
    }
  }

  /** Whether the run has something to do, or a command that is waiting for the next round. */
  #busy = (run: EngineRun): boolean =>
    run.busy || [...this.#groups].some((group) => group.owes(run.id));

  async #open(command: Open): Promise<void> {
    const { runId, spec } = command;
    try {
      checkRun(spec);
      this.#preparing(runId, 'choosing', 0.1);
      await this.#ensureBackend([spec]);
      const from = command.from && snapshotFrom(readCheckpoint(command.from), spec);
      const run = await this.#build(command);
      if (from) {
        run.trainer.restore(from);
        run.snapshot = from;
        await run.sendValidation();
      }
      run.state({ phase: 'paused', step: run.step });
      void this.#timeWhenIdle();
    } catch (cause) {
      this.#failed(runId, cause);
    }
    this.#late(runId);
  }

  readonly #jobs = new Jobs({
    send: (event) => this.send(event),
    machine: async (specs, cancelled) => {
      await this.#quiet(cancelled);
      await this.#ensureBackend(specs);
      return this.#backends.computing!;
    },
  });

  /** Delivers the commands received while the run was being opened. */
  #late(runId: RunId): void {
    this.#opening.delete(runId);
    for (const waiting of this.#held.splice(0)) this.receive(waiting);
  }

  /** Builds the run on the backend in use. */
  async #build(command: Open): Promise<EngineRun> {
    const { runId, spec } = command;
    this.#backends.opening();
    const { models, info } = this.#backends.computing!;
    this.send({ type: 'backend', runId, backend: info });
    checkMemory(spec, info);
    this.#preparing(runId, 'loadingText', 0.5);
    const feed = await stage('text', () => feedOf(command));
    this.#preparing(runId, 'building', 0.8);
    const trainer = await stage('model', () => Trainer.open(models, spec, sourceOf(spec), feed));
    const run = new EngineRun(command, trainer, this.send, this.#limits.snapshotEvery);
    this.#runs.set(runId, run);
    return run;
  }

  /** Switches to the backend that these specs request, unless the one in use suits them. */
  async #ensureBackend(specs: readonly RunSpec[]): Promise<void> {
    const backends = this.#backends;
    // Recover first: otherwise the runs on the faulty device would be closed without their pages knowing.
    while (backends.fault && this.#runs.size > 0) await this.#recovery.recover(backends.fault);
    if (await backends.suits(specs, this.#runs.size > 0)) return;
    const others = [...this.#runs.values()];
    if (others.some((run) => run.playing)) throw new Failed({ kind: 'busy', by: 'otherBackend' });
    for (const run of others) this.#close(run);
    await backends.choose(specs);
  }

  readonly #backends = new Backends({
    // Queued, so that the jobs behind it find the new device.
    onFault: (fault) => this.#inLine(() => this.#recovery.recover(fault)),
    onNews: (backend) => {
      for (const runId of new Set([...this.#runs.keys(), ...this.#opening]))
        this.send({ type: 'backend', runId, backend });
    },
  });

  readonly #recovery: Recovery = new Recovery(this.#backends, {
    hold: () => {
      const runs = [...this.#runs.values()];
      for (const { id } of runs) this.#opening.add(id);
      return runs;
    },
    turnsEnd: () => this.#turns.end(this.#limits.patience),
    announce: (id, doing) => this.#preparing(id, doing, 0.1),
    release: (run) => this.#release(run),
    resume: (run, because) => this.#resume(run, because),
    failed: (id, cause) => this.#failed(id, cause),
    goOn: () => this.#turns.goOn(),
  });

  readonly #turns: Turns = new Turns(this.#runs, this.#groups, this.#backends, {
    isMoving: () => this.#recovery.moving,
    idle: () => void this.#timeWhenIdle(),
    release: (run) => this.#release(run),
    failed: (id, cause) => this.#failed(id, cause),
  });

  /** In a quiet moment, times both ways to use the CPU, tells the page, and moves the runs if the other way is faster. */
  #timeWhenIdle(): Promise<void> {
    const quiet = () => {
      const runs = [...this.#runs.values()];
      return runs.some(this.#busy) ? undefined : runs[0]?.command.spec;
    };
    return this.#backends.timeWhenIdle(quiet, () => this.#inLine(() => this.#settle()));
  }

  async #settle(): Promise<void> {
    const runs = [...this.#runs.values()];
    const [first] = runs;
    if (!first) return;
    const { spec } = first.command;
    const moves = this.#backends.slowFor(spec) && !runs.some(this.#busy);
    if (moves) await this.#recovery.moveToFaster();
    else this.#backends.tellTimes(spec);
  }

  async #resume(old: EngineRun, because: Moved['because']): Promise<void> {
    if (!this.#runs.has(old.id)) {
      this.#opening.delete(old.id);
      return; // closed or failed meanwhile
    }
    try {
      const run = await this.#build(old.command);
      run.takeOver(old);
      if (old.snapshot) run.trainer.restore(old.snapshot);
      run.snapshot = old.snapshot;
      const { step } = run.trainer;
      run.playing = old.playing;
      const moved = { because, step, trains: old.playing };
      run.state({ phase: old.playing ? 'running' : 'paused', step, moved });
    } catch (cause) {
      this.#failed(old.id, cause);
    }
    this.#late(old.id);
  }

  #close(run: EngineRun): void {
    run.playing = false;
    this.#runs.delete(run.id);
    this.#leave(run.id);
    if (!this.#turns.isInTurn(run)) this.#release(run);
  }

  /**
   * Waits until no run has work left, so that earlier requests are finished first. Throws if a run is training, which may never
   * end.
   */
  async #quiet(cancelled: () => boolean): Promise<void> {
    for (;;) {
      // The recovery is queued behind this job, so waiting for it would never end.
      const { fault } = this.#backends;
      if (fault && this.#runs.size > 0) await this.#recovery.recover(fault);
      const runs = [...this.#runs.values()];
      if (runs.some(({ playing }) => playing)) throw new Failed({ kind: 'busy', by: 'training' });
      if (cancelled() || !runs.some(this.#busy)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #release(run: EngineRun): void {
    try {
      run.dispose();
    } catch {
      // A lost device cannot be cleaned up; its buffers went with it.
    }
  }

  #failed(runId: RunId, cause: unknown): void {
    const run = this.#runs.get(runId);
    if (run) this.#close(run);
    this.send({ type: 'state', runId, state: { phase: 'failed', failure: failureOf(cause) } });
  }

  #preparing(runId: RunId, doing: Preparation, progress: number): void {
    this.send({ type: 'state', runId, state: { phase: 'preparing', doing, progress } });
  }
}
