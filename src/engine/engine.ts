/**
 * @file Many runs on one device, turn by turn: each running run takes one step, then the next one does,
 * so compared runs stay on the same step. Every error ends in one `failed` message that says where.
 */
import { check, InputError } from '../core/check';
import { makeFeed } from '../data/batches';
import { checkContext } from '../data/corpus';
import { sources } from '../data/registry';
import { chooseBackend, type Backend } from '../gpu/backend';
import { unreachable, type Command, type EngineEvent, type RunId } from '../link/protocol';
import { selfTest } from '../model/selfTest';
import { checkMemory, checkRun } from '../spec/check';
import type { RunSpec } from '../spec/run';
import simdKernels from '../ops/simd.wasm?url';
import { Diverged, Trainer } from '../train/trainer';
import { corpusOf } from './corpora';
import { EngineRun } from './run';

type Send = (event: EngineEvent, transfer?: Transferable[]) => void;
type Open = Extract<Command, { type: 'open' }>;

export class Engine {
  readonly #runs = new Map<RunId, EngineRun>();
  /** Commands for a run that is still being opened. */
  readonly #early = new Map<RunId, Command[]>();
  #backend: Backend | undefined;
  #wanted: RunSpec['backend'] | undefined;
  #fault: string | undefined;
  #looping = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(readonly send: Send) {}

  receive(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#early.set(command.runId, []);
        this.#queue = this.#queue.then(() => this.#open(command));
        return;
      case 'control':
      case 'nextFrame': {
        const early = this.#early.get(command.runId);
        if (early) early.push(command);
        else this.#command(command);
        return;
      }
      default:
        unreachable(command);
    }
  }

  #command(command: Exclude<Command, Open>): void {
    const run = this.#runs.get(command.runId);
    if (!run) return; // closed or failed meanwhile: nobody listens any more
    if (command.type === 'nextFrame') run.wantFrame();
    else if (command.action === 'close') this.#close(run);
    else run.control(command.action);
    void this.#loop();
  }

  async #open(command: Open): Promise<void> {
    const { runId, spec } = command;
    try {
      checkRun(spec);
      this.#preparing(runId, 'Looking for the fastest way to compute', 0.1);
      const backend = await this.#ensureBackend(spec.backend);
      this.send({ type: 'backend', runId, backend });
      checkMemory(spec, backend.limits);
      this.#preparing(runId, 'Loading the text', 0.5);
      const feed = await this.#feed(command);
      this.#preparing(runId, 'Building the model', 0.8);
      const run = new EngineRun(runId, new Trainer(spec, sources.get(spec.task), feed), this.send);
      this.#runs.set(runId, run);
      run.state({ phase: 'paused', step: 0 });
    } catch (cause) {
      this.#failed(runId, cause);
    }
    const early = this.#early.get(runId) ?? [];
    this.#early.delete(runId);
    for (const waiting of early) this.receive(waiting);
  }

  async #feed({ spec, text, base }: Open) {
    const source = sources.get(spec.task);
    const options = {
      T: spec.context,
      batch: spec.batch,
      distance: spec.distance,
      seed: spec.seed,
    };
    if (source.kind === 'task') return makeFeed(source, options);
    const corpus = await corpusOf(source, text, base ?? globalThis.location.href);
    checkContext(corpus, spec.context);
    return makeFeed(source, { ...options, corpus });
  }

  /** The backend asked for; the one in use where nothing else was asked and nothing is broken. */
  async #ensureBackend(wanted: RunSpec['backend']): Promise<Backend> {
    if (this.#backend && this.#wanted === wanted && !this.#fault) return this.#backend;
    check(
      [...this.#runs.values()].every((run) => !run.playing),
      'another run is training on the present backend; pause it before changing the backend',
    );
    for (const run of this.#runs.values()) this.#close(run);
    this.#fault = undefined;
    this.#backend = await chooseBackend({
      wanted,
      selfTest: async () => {
        await selfTest();
        if (this.#fault) throw new Error(this.#fault);
      },
      onFault: (message) => this.#faulty(message),
      simdKernels,
    });
    this.#fault = undefined; // of a backend that was passed over
    this.#wanted = wanted;
    return this.#backend;
  }

  #faulty(message: string): void {
    this.#fault = message;
    for (const run of [...this.#runs.values()]) {
      this.#failed(run.id, new Error(`${message} Press Reset to start again.`));
    }
  }

  /** Waits a moment for the device to say what is wrong with it. */
  async #faultKnown(): Promise<void> {
    for (let waits = 0; waits < 20 && !this.#fault; waits++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #close(run: EngineRun): void {
    run.playing = false;
    this.#runs.delete(run.id);
    if (!this.#inTurn.has(run)) this.#release(run);
  }

  /** Runs whose turn is being taken: they are disposed of when it ends. */
  readonly #inTurn = new Set<EngineRun>();

  #release(run: EngineRun): void {
    try {
      run.dispose();
    } catch {
      // A lost device cannot be tidied; its tensors went with it.
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
        const busy = [...this.#runs.values()].filter((run) => run.busy);
        if (busy.length === 0) return;
        for (const run of busy) await this.#turn(run);
        await nextTask();
      }
    } finally {
      this.#looping = false;
    }
  }

  async #turn(run: EngineRun): Promise<void> {
    this.#inTurn.add(run);
    try {
      await run.turn();
      if (this.#fault) throw new Error(this.#fault);
    } catch (cause) {
      // A lost device first breaks a read; what happened to it is known a moment later.
      if (this.#backend?.name === 'webgpu' && !(cause instanceof Diverged))
        await this.#faultKnown();
      if (this.#runs.has(run.id)) this.#failed(run.id, cause);
    } finally {
      this.#inTurn.delete(run);
      if (!this.#runs.has(run.id)) this.#release(run);
    }
  }
}

/** Lets messages in: on wasm and cpu nothing else gives the worker's queue a turn. */
const channel = new MessageChannel();
let resume: (() => void) | undefined;
channel.port1.onmessage = () => resume?.();
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    resume = resolve;
    channel.port2.postMessage(undefined);
  });
}

function wordsOf(cause: unknown): string {
  if (cause instanceof InputError) return `These settings cannot run: ${cause.message}.`;
  if (cause instanceof Diverged) return cause.message;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.includes('Reset')) return message;
  return `${message.replace(/\.$/, '')}. Press Reset to start again.`;
}
