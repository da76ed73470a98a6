/**
 * @file Many runs on one device, turn by turn: each running run takes one step, then the next one does,
 * so compared runs stay on the same step. Every error ends in one `failed` message that says where; a lost
 * device ends in a new one, on which the runs go on from their last snapshots.
 */
import { inTiles } from '../attention/layout';
import { check } from '../core/check';
import { START_PATIENCE, within } from '../core/patience';
import { gpuMachine } from '../gpu/gpuMachine';
import type { Machine } from '../gpu/machine';
import { findAdapter, openDevice, type Fault } from '../gpu/webgpu';
import { unreachable, type Command, type EngineEvent, type RunId } from '../link/protocol';
import { readCheckpoint } from '../model/checkpoint';
import { checkMemory } from '../model/memory';
import simdKernels from '../ops/simd.wasm?url';
import { checkRun } from '../spec/check';
import { modelSpecOf } from '../spec/model';
import { layersOf, sourceOf, type RunSpec } from '../spec/run';
import { snapshotFrom } from '../train/keep';
import { IN_RUNS, IN_TILES, selfTest, TINY } from '../train/selfTest';
import { bestTiles, predictStep, timeBoth, type Speed } from '../train/speed';
import { threadsHere } from './threads';
import { Diverged, Trainer } from '../train/trainer';
import { chooseComputing, type Computing } from './computing';
import { feedOf } from './feeds';
import { Group } from './group';
import { Jobs } from './jobs';
import { nextTask } from './nextTask';
import { EngineRun, type Open } from './run';
import { wordsOf } from './words';

type Send = (event: EngineEvent, transfer?: Transferable[]) => void;
type Wanted = RunSpec['backend'];
type Together = Extract<Command, { type: 'together' }>;

/** Milliseconds nothing must happen before both ways to use a processor are timed. */
const QUIET = 2000;
/** Devices that may be lost one after the other before it is said to be hopeless. */
const MOST_LOSSES = 3;

export class Engine {
  readonly #runs = new Map<RunId, EngineRun>();
  /** Commands for a run that is still being opened. */
  readonly #early = new Map<RunId, Command[]>();
  #computing: Computing | undefined;
  /** Runs that are compared, and what was asked of them while one was still being opened. */
  readonly #groups = new Set<Group>();
  #held: Together[] = [];
  #wanted: Wanted | undefined;
  #fault: Fault | undefined;
  #losses = 0;
  #looping = false;
  /** Runs are being moved to another device: nobody takes a turn. */
  #recovering = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    readonly send: Send,
    /** Milliseconds a turn may go on after its device was found faulty. */
    private readonly patience = 10_000,
  ) {}

  /** After all that waits. What throws ends the worker, which the page hears; a line that is broken would stand still in silence. */
  #inLine(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch(loudly);
  }

  receive(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#early.set(command.runId, []);
        this.#inLine(() => this.#open(command));
        return;
      case 'job':
        this.#inLine(() => this.#jobs.work(command));
        return;
      case 'cancel':
        this.#jobs.cancel(command.jobId);
        return;
      case 'control':
      case 'nextFrame':
      case 'save':
      case 'evaluate': {
        const early = this.#early.get(command.runId);
        if (early) early.push(command);
        else this.#command(command);
        return;
      }
      case 'together':
        if (command.runIds.some((id) => this.#early.has(id))) this.#held.push(command);
        else this.#together(command);
        return;
      default:
        unreachable(command);
    }
  }

  #together({ runIds, action }: Together): void {
    const alive = runIds.filter((id) => this.#runs.has(id));
    if (alive.length === 0) return;
    let group = [...this.#groups].find((known) => known.covers(alive));
    if (!group) {
      for (const id of alive) this.#leave(id);
      group = new Group(alive);
      this.#groups.add(group);
    }
    group.ask(action);
    void this.#loop().catch(loudly);
  }

  #leave(id: RunId): void {
    for (const group of this.#groups) {
      group.leave(id);
      if (group.size === 0) this.#groups.delete(group);
    }
  }

  #command(
    command: Extract<Command, { type: 'control' | 'nextFrame' | 'evaluate' | 'save' }>,
  ): void {
    const run = this.#runs.get(command.runId);
    if (!run) return; // closed or failed meanwhile: nobody listens any more
    if (command.type === 'nextFrame') run.wantFrame();
    else if (command.type === 'evaluate') run.wantEvaluation();
    else if (command.type === 'save') run.wantCheckpoint(command.whose);
    else if (command.action === 'close') this.#close(run);
    else run.control(command.action);
    void this.#loop().catch(loudly);
  }

  async #open(command: Open): Promise<void> {
    const { runId, spec } = command;
    try {
      checkRun(spec);
      this.#preparing(runId, 'Looking for the fastest way to compute', 0.1);
      await this.#ensureBackend([spec]);
      const from = command.from && snapshotFrom(readCheckpoint(command.from), spec);
      const run = await this.#build(command);
      if (from) {
        run.trainer.restore(from);
        run.snapshot = from;
        await run.greet();
      }
      run.state({ phase: 'paused', step: run.step });
      void this.#timeInQuiet();
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
      return this.#computing!;
    },
  });

  /** Hands over what was said while the run was being opened. */
  #late(runId: RunId): void {
    const early = this.#early.get(runId) ?? [];
    this.#early.delete(runId);
    for (const waiting of early) this.receive(waiting);
    for (const waiting of this.#held.splice(0)) this.receive(waiting);
  }

  /** The run on the backend in use. */
  async #build(command: Open): Promise<EngineRun> {
    const { runId, spec } = command;
    const { models, info } = this.#computing!;
    this.send({ type: 'backend', runId, backend: info });
    checkMemory(spec, info);
    this.#preparing(runId, 'Loading the text', 0.5);
    const feed = await feedOf(command);
    this.#preparing(runId, 'Building the model', 0.8);
    const trainer = await Trainer.open(models, spec, sourceOf(spec), feed);
    const run = new EngineRun(command, trainer, this.send);
    this.#runs.set(runId, run);
    return run;
  }

  /** The backend asked for; the one in use where nothing else was asked, nothing is broken, and no other is faster for this model. */
  async #ensureBackend(specs: readonly RunSpec[]): Promise<void> {
    const [spec] = specs as [RunSpec];
    const wanted = spec.backend;
    const untried = !this.#tiles && specs.some(hasTiles);
    // Else the runs on it would be let go, and their pages would not know.
    while (this.#fault && this.#runs.size > 0) await this.#recover(this.#fault);
    const others = [...this.#runs.values()];
    if (this.#computing && this.#wanted === wanted && !this.#fault) {
      // Runs that are compared stay on one machine.
      const better = wanted === 'auto' ? this.#measured(spec)?.faster : undefined;
      const stays = others.length > 0 || !better || better === this.#computing.info.name;
      if (stays && (!untried || (await this.#passesInTiles(this.#computing)))) {
        this.#tiles ||= untried;
        return;
      }
    }
    check(
      others.every((run) => !run.playing),
      'another run is training on the present backend; pause it before changing the backend',
    );
    for (const run of others) this.#close(run);
    this.#tiles ||= untried;
    await this.#choose(wanted, spec);
  }

  /**
   * Whether some layer so far was behind a mask in tiles. The kernels of those are compiled and tested when the first one
   * comes, where that takes long: on a GPU, and above all where the processor stands in for one.
   */
  #tiles = false;

  async #passesInTiles({ own }: Computing): Promise<boolean> {
    if (!own || !compiles(own.machine)) return true; // tested at the start
    try {
      await within(START_PATIENCE, selfTest(own.machine, IN_TILES), 'it timed out');
      return !this.#fault;
    } catch {
      return false; // it is chosen anew, which says why
    }
  }

  async #choose(wanted: Wanted, spec: RunSpec, withoutGpu = false): Promise<void> {
    this.#fault = undefined;
    const measured = this.#measured(spec);
    this.#computing = await chooseComputing({
      wanted,
      withoutGpu,
      selfTest: async (machine) => {
        await selfTest(machine, this.#tiles || !compiles(machine) ? TINY.layers : IN_RUNS);
        if (this.#fault) throw new Error(this.#fault.message);
      },
      ...(measured && { measured }),
      tune: bestTiles,
      onFault: (fault) => this.#faulty(fault),
      simdKernels,
      threads: threadsHere((sentence) => this.#fewerThreads(sentence)),
    });
    this.#reason = this.#computing.info.reason;
    this.#explain();
    this.#fault = undefined; // of a backend that was passed over
    this.#wanted = wanted;
  }

  /** Why it is computed so, but for what became of WebAssembly's threads: a sentence, where not all of them work. */
  #reason = '';
  #fewer = '';

  #fewerThreads(sentence: string): void {
    this.#fewer = sentence;
    this.#explain();
    const info = this.#computing?.info;
    if (info?.threads)
      for (const runId of this.#runs.keys()) this.send({ type: 'backend', runId, backend: info });
  }

  /** Puts both into what pages are told of the computing. */
  #explain(): void {
    const computing = this.#computing;
    if (!computing) return;
    const fewer = computing.info.threads ? this.#fewer : '';
    const reason = [fewer, this.#reason].filter(Boolean).join(' ');
    this.#computing = { ...computing, info: { ...computing.info, reason } };
  }

  /** What a short test measured of both ways to use this processor; it is the same as long as the page lives. */
  #speeds: { readonly wasm: Speed; readonly gpu: Speed } | undefined;
  #timing = false;

  /** Which of them is faster for a model, in words with figures. Undefined where it was not measured. */
  #measured(spec: RunSpec): { faster: 'webgpu' | 'wasm'; words: string } | undefined {
    if (!this.#speeds) return undefined;
    const model = modelSpecOf(spec);
    const wasm = predictStep(this.#speeds.wasm, model, spec.batch, 'simd');
    const gpu = predictStep(this.#speeds.gpu, model, spec.batch, 'softwareGpu');
    const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
    return {
      faster: gpu < wasm ? 'webgpu' : 'wasm',
      words: `for this model a short test predicts ${ms(wasm)} a step in WebAssembly, ${ms(gpu)} in WebGPU`,
    };
  }

  /** Times both in a quiet moment, tells the page, and moves the runs where the other one is faster. */
  async #timeInQuiet(): Promise<void> {
    const computing = this.#computing;
    if (!computing?.own?.software || this.#speeds || this.#timing || this.#wanted !== 'auto')
      return;
    this.#timing = true;
    try {
      await new Promise((resolve) => setTimeout(resolve, QUIET));
      const runs = [...this.#runs.values()];
      if (runs.length === 0 || runs.some(({ busy }) => busy) || this.#computing !== computing)
        return;
      const adapter = await findAdapter();
      if (typeof adapter === 'string') return;
      // A device of its own: what becomes of it concerns no run.
      const { device } = await openDevice(adapter, () => {});
      const { spec } = runs[0]!.command;
      this.#speeds = await timeBoth(
        computing.own.machine,
        gpuMachine(device, 'gpu'),
        gpuMachine(device, 'softwareGpu'),
        modelSpecOf(spec),
        spec.batch,
      );
      device.destroy();
      this.#inLine(() => this.#settle(computing));
    } catch {
      // What runs, runs on.
    } finally {
      this.#timing = false;
    }
  }

  /** Acts on what was measured. */
  async #settle(computing: Computing): Promise<void> {
    const runs = [...this.#runs.values()];
    if (runs.length === 0 || this.#computing !== computing) return;
    const { spec } = runs[0]!.command;
    const measured = this.#measured(spec)!;
    if (measured.faster === 'webgpu' && runs.every(({ busy }) => !busy)) {
      for (const run of runs) {
        this.#early.set(run.id, []);
        run.snapshot = await run.trainer.snapshot();
        this.#release(run);
      }
      try {
        await this.#choose('auto', spec);
      } catch (cause) {
        for (const run of runs) this.#failed(run.id, cause);
      }
      for (const run of runs) {
        if (this.#runs.has(run.id)) await this.#resume(run, 'WebGPU is faster here.');
      }
      return;
    }
    // The last sentence says what was known before.
    this.#reason = this.#reason.replace(/;[^;.]*\.$/, `; ${measured.words}.`);
    this.#explain();
    const { info } = this.#computing;
    for (const run of runs) this.send({ type: 'backend', runId: run.id, backend: info });
  }

  #faulty(fault: Fault): void {
    if (this.#fault) return;
    this.#fault = fault;
    // Whoever waits in line finds the new device.
    this.#inLine(() => this.#recover(fault));
  }

  /** A new device for all runs, each from its last snapshot; where the old one cannot be trusted or is gone for good, another way to compute. */
  async #recover(fault: Fault): Promise<void> {
    if (this.#fault !== fault) return;
    if (!this.#computing?.fallible) {
      this.#fault = undefined; // of a device that nothing runs on any more
      void this.#loop().catch(loudly);
      return;
    }
    const runs = [...this.#runs.values()];
    for (const run of runs) this.#early.set(run.id, this.#early.get(run.id) ?? []);
    this.#recovering = true;
    await this.#turnsEnd();
    const wanted = this.#wanted!;
    try {
      check(
        ++this.#losses <= MOST_LOSSES,
        `${fault.message} It happened ${this.#losses} times, so this page stops trying`,
      );
      for (const run of runs)
        this.#preparing(run.id, 'The graphics device failed; starting again', 0.1);
      for (const run of runs) this.#release(run);
      if (runs.length > 0) {
        await this.#choose(wanted, runs[0]!.command.spec, fault.kind !== 'lost');
      }
    } catch (cause) {
      for (const run of runs) this.#failed(run.id, cause);
    }
    for (const old of runs) {
      if (!this.#runs.has(old.id)) {
        this.#early.delete(old.id);
        continue; // closed or failed meanwhile
      }
      await this.#resume(old, fault.message);
    }
    this.#recovering = false;
    void this.#loop().catch(loudly);
  }

  async #resume(old: EngineRun, message: string): Promise<void> {
    try {
      const run = await this.#build(old.command);
      run.takeOver(old);
      if (old.snapshot) run.trainer.restore(old.snapshot);
      run.snapshot = old.snapshot;
      const { step } = run.trainer;
      const why = `${message} ${old.playing ? 'Training went' : 'It can go'} on from step ${step}.`;
      run.playing = old.playing;
      run.state({ phase: old.playing ? 'running' : 'paused', step, why });
    } catch (cause) {
      this.#failed(old.id, cause);
    }
    this.#late(old.id);
  }

  /** Waits for the device to say what is wrong with it; a slow one first does what it was given. */
  async #faultKnown(): Promise<void> {
    for (let waits = 0; waits < 100 && !this.#fault; waits++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #close(run: EngineRun): void {
    run.playing = false;
    this.#runs.delete(run.id);
    this.#leave(run.id);
    if (!this.#inTurn.has(run)) this.#release(run);
  }

  /** Runs whose turn is being taken: they are disposed of when it ends. */
  readonly #inTurn = new Set<EngineRun>();

  /** Nobody has anything to do; what was asked for before is done first. Throws where a run trains: it may do so for ever. */
  async #quiet(cancelled: () => boolean): Promise<void> {
    for (;;) {
      // The recovery is queued behind this job, so waiting for it would never end.
      if (this.#fault && this.#runs.size > 0) await this.#recover(this.#fault);
      const runs = [...this.#runs.values()];
      check(
        runs.every(({ playing }) => !playing),
        'a run is training, and both would be slowed; pause it first',
      );
      if (cancelled() || runs.every(({ busy }) => !busy)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** No turn is being taken. One that a faulty device keeps waiting is given up: the run begins again from its snapshot anyway. */
  async #turnsEnd(): Promise<void> {
    const since = performance.now();
    while (this.#inTurn.size > 0) {
      if (performance.now() - since > this.patience)
        this.#giveUp?.(new Error('the device does not answer'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ends the turn that is being taken. */
  #giveUp: ((cause: Error) => void) | undefined;

  #release(run: EngineRun): void {
    try {
      run.dispose();
    } catch {
      // A lost device cannot be tidied; its buffers went with it.
    }
  }

  #failed(runId: RunId, cause: unknown): void {
    const run = this.#runs.get(runId);
    if (run) this.#close(run);
    this.send({ type: 'state', runId, state: { phase: 'failed', message: wordsOf(cause) } });
  }

  #preparing(runId: RunId, note: string, progress: number): void {
    this.send({ type: 'state', runId, state: { phase: 'preparing', note, progress } });
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    try {
      for (;;) {
        if (!this.#fault) for (const group of this.#groups) group.obey(this.#runs);
        const busy = [...this.#runs.values()].filter((run) => run.busy);
        if (busy.length === 0) void this.#timeInQuiet();
        if (busy.length === 0 || this.#fault || this.#recovering) return; // a fault is followed by a recovery, which begins the loop again
        // Asked before the first turn: who is behind changes while turns are taken.
        const waits = busy.map((run) => this.#waits(run));
        for (const [i, run] of busy.entries()) await this.#turn(run, waits[i]!);
        await nextTask();
      }
    } finally {
      this.#looping = false;
    }
  }

  #waits(run: EngineRun): boolean {
    return [...this.#groups].some((group) => group.waits(run, this.#runs));
  }

  async #turn(run: EngineRun, waits: boolean): Promise<void> {
    // Another one may have taken its place meanwhile, on another device.
    const here = () => this.#runs.get(run.id) === run;
    this.#inTurn.add(run);
    try {
      if (here() && !this.#fault) {
        await new Promise<void>((resolve, reject) => {
          this.#giveUp = reject;
          run.turn(waits).then(resolve, reject);
        });
      }
    } catch (cause) {
      // A lost device first breaks a read; what happened to it is known a moment later.
      const gpu = this.#computing?.fallible === true && !(cause instanceof Diverged);
      if (gpu) await this.#faultKnown();
      if (here() && !(gpu && this.#fault)) this.#failed(run.id, cause);
    } finally {
      this.#inTurn.delete(run);
      if (!here()) this.#release(run);
    }
  }
}

/** What cannot be a model has no layers; it is refused where it is opened. */
function hasTiles(spec: RunSpec): boolean {
  try {
    return layersOf(spec).some(inTiles);
  } catch {
    return false;
  }
}

/** Whether the machine compiles each kernel before it can be tested. */
const compiles = ({ kernel }: Machine): boolean => kernel === 'gpu' || kernel === 'softwareGpu';

/** As an error of the worker, which its page hears; of a rejected promise it hears nothing. */
function loudly(cause: unknown): void {
  setTimeout(() => {
    throw cause;
  });
}
