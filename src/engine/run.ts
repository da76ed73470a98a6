/** @file One run inside the engine: its trainer, what the page asked of it, and what it owes the page. */
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionFrame, EngineEvent, RunId, RunState, StepMetrics } from '../link/protocol';
import type { Trainer } from '../train/trainer';

type Send = (event: EngineEvent, transfer?: Transferable[]) => void;

/** Metrics go to the page at most this often, ms. */
const REPORT_EVERY = 100;
/** Steps between validations once training is under way; sooner at the beginning, when the loss falls fast. */
const VALIDATE_EVERY = 25;
const EARLY = new Set([1, 5, 10]);
const SAMPLE_EVERY = 50;

export class EngineRun {
  playing = false;
  #stepOnce = false;
  #frameWanted = false;
  #pending: StepMetrics[] = [];
  #reported = 0;

  constructor(
    readonly id: RunId,
    readonly trainer: Trainer,
    readonly send: Send,
  ) {}

  get busy(): boolean {
    return this.playing || this.#stepOnce || this.#frameWanted;
  }

  control(action: 'run' | 'pause' | 'step'): void {
    if (action === 'step') this.#stepOnce = true;
    this.playing = action === 'run';
    if (action === 'run') this.state({ phase: 'running', step: this.trainer.step });
    if (action === 'pause') this.#paused();
  }

  wantFrame(): void {
    this.#frameWanted = true;
  }

  state(state: RunState): void {
    this.send({ type: 'state', runId: this.id, state });
  }

  /** One turn: the picture if one was asked for, then one step if there is one to take. */
  async turn(): Promise<void> {
    if (this.#frameWanted) {
      this.#frameWanted = false;
      const frame = await this.trainer.frame();
      this.send({ type: 'frame', runId: this.id, frame }, buffersOf(frame));
    }
    const once = this.#stepOnce;
    if (!this.playing && !once) return;
    this.#stepOnce = false;
    const metrics = await this.trainer.next();
    this.#pending.push(metrics);
    if (once || EARLY.has(metrics.step) || performance.now() - this.#reported > REPORT_EVERY)
      this.#report();
    await this.#lookAround(metrics.step, once);
    if (once) this.#paused();
  }

  dispose(): void {
    this.trainer.dispose();
  }

  async #lookAround(step: number, once: boolean): Promise<void> {
    const runId = this.id;
    const validate = once || EARLY.has(step) || step % VALIDATE_EVERY === 0;
    if (validate) {
      this.send({ type: 'validation', runId, validation: await this.trainer.validate() });
    }
    // Answers to a task cost one forward pass; a text is written token by token.
    const writes = this.trainer.source.kind === 'corpus';
    if (writes ? step === 1 || step % SAMPLE_EVERY === 0 : validate) {
      this.send({ type: 'sample', runId, sample: await this.trainer.sample() });
    }
  }

  #paused(): void {
    this.#report();
    this.state({ phase: 'paused', step: this.trainer.step });
  }

  #report(): void {
    if (this.#pending.length === 0) return;
    const runId = this.id;
    this.send({ type: 'metrics', runId, steps: this.#pending });
    this.send({ type: 'memory', runId, memory: { peak: this.trainer.peakBytes, ...gpuMemory() } });
    this.#pending = [];
    this.#reported = performance.now();
  }
}

function gpuMemory(): { gpuAllocated?: number } {
  const bytes = (tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU?: number })
    .numBytesAllocatedInGPU;
  return bytes === undefined ? {} : { gpuAllocated: bytes };
}

const buffersOf = (frame: AttentionFrame): Transferable[] =>
  frame.layers.flatMap(({ weights, mask }) => [weights.buffer, mask.buffer]);
