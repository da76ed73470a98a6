/**
 * @file One run inside the engine: its trainer, the page's pending requests, and what it still has to send to the page.
 */
import type { Command, EngineEvent, KeptFor, RunId } from '../workers/train/protocol';
import type { RunState } from '../workers/train/runState';
import type { AttentionFrame } from '../workers/train/results';
import { writeCheckpoint } from '../model/files/checkpoint';
import { checkpointFrom } from '../train/keep';
import type { Snapshot } from '../train/model';
import type { Trainer } from '../train/trainer';

type Send = (event: EngineEvent, transfer?: Transferable[]) => void;
export type Open = Extract<Command, { type: 'open' }>;

/** Metrics are read and go to the page at most this often, ms: a read drains a GPU's queue. */
const REPORT_EVERY = { gpu: 250, host: 100 };
/** Steps between validations once training is under way; sooner at the beginning, when the loss falls fast. */
const VALIDATE_EVERY = 25;
const EARLY = new Set([1, 5, 10]);
const SAMPLE_EVERY = 50;

export class EngineRun {
  playing = false;
  /** The snapshot that a new device would continue from. */
  snapshot: Snapshot | undefined;
  #snapped = performance.now();
  #stepOnce = false;
  #frameWanted = false;
  #evaluationWanted = false;
  readonly #checkpointsFor = new Set<KeptFor>();
  /** A pause is over when every step that was handed over has been reported. */
  #pausing = false;
  #reported = 0;
  /** Another run has replaced it: results of a turn still under way are ignored. */
  #over = false;
  readonly send: Send;

  constructor(
    readonly command: Open,
    readonly trainer: Trainer,
    send: Send,
    /** Milliseconds between snapshots. */
    private readonly snapshotEvery: number,
  ) {
    this.send = (event, transfer) => {
      if (!this.#over) send(event, transfer);
    };
  }

  get id(): RunId {
    return this.command.runId;
  }

  get step(): number {
    return this.trainer.step;
  }

  get busy(): boolean {
    return (
      this.playing ||
      this.#stepOnce ||
      this.#frameWanted ||
      this.#evaluationWanted ||
      this.#checkpointsFor.size > 0 ||
      this.#pausing
    );
  }

  control(action: 'run' | 'pause' | 'step'): void {
    if (action === 'step') this.#stepOnce = true;
    this.playing = action === 'run';
    if (action === 'run') this.state({ phase: 'running', step: this.trainer.step });
    if (action === 'pause') this.#pausing = true;
  }

  wantFrame(): void {
    this.#frameWanted = true;
  }

  wantEvaluation(): void {
    this.#evaluationWanted = true;
  }

  wantCheckpoint(whose: KeptFor): void {
    this.#checkpointsFor.add(whose);
  }

  state(state: RunState): void {
    this.send({ type: 'state', runId: this.id, state });
  }

  /**
   * One turn: the picture and the evaluation if requested, then one step if one is left and no other run has to catch
   * up first.
   */
  async turn(waits = false): Promise<void> {
    if (this.#frameWanted) {
      await this.#report(); // otherwise the picture's time would count as the steps'
      const frame = await this.trainer.frame();
      this.#frameWanted = false; // only now: if the device is lost meanwhile, the request for a frame remains
      this.send({ type: 'frame', runId: this.id, frame }, buffersOf(frame));
    }
    if (this.#evaluationWanted) {
      await this.#report(); // only now, for the same reason
      const evaluation = await this.trainer.evaluation();
      this.#evaluationWanted = false;
      this.send({ type: 'evaluation', runId: this.id, evaluation });
    }
    if (this.#checkpointsFor.size > 0) {
      await this.#report(); // throws if the loss is NaN: such a state is not saved
      const snapshot = await this.trainer.snapshot();
      const bytes = writeCheckpoint(checkpointFrom(this.trainer.spec, snapshot, this.command.text));
      const { step } = snapshot;
      const all = [...this.#checkpointsFor];
      this.#checkpointsFor.clear();
      for (const whose of all) {
        const file = bytes.slice();
        this.send({ type: 'checkpoint', runId: this.id, whose, step, file }, [file.buffer]);
      }
    }
    if (waits) return;
    const once = this.#stepOnce;
    if (this.playing || once) {
      this.#stepOnce = false;
      await this.trainer.advance();
      const { step, room } = this.trainer;
      const due = performance.now() - this.#reported > REPORT_EVERY[this.trainer.where];
      if (once || due || room === 0 || EARLY.has(step)) await this.#report();
      await this.#lookAround(step, once);
    }
    if (once || this.#pausing) {
      this.#pausing = false;
      await this.#report();
      if (!this.playing) {
        this.snapshot = await this.trainer.snapshot(); // may wait for a long time
        this.state({ phase: 'paused', step: this.trainer.step });
      }
    }
  }

  /** Takes over the page's requests that `old` did not answer; the page is still waiting for them. */
  takeOver(old: EngineRun): void {
    this.#frameWanted ||= old.#frameWanted;
    this.#evaluationWanted ||= old.#evaluationWanted;
    for (const whose of old.#checkpointsFor) this.#checkpointsFor.add(whose);
  }

  dispose(): void {
    this.#over = true;
    this.trainer.dispose();
  }

  async #lookAround(step: number, once: boolean): Promise<void> {
    const runId = this.id;
    const validate = once || EARLY.has(step) || step % VALIDATE_EVERY === 0;
    if (validate) {
      await this.#report();
      this.send({ type: 'validation', runId, validation: await this.trainer.validate() });
    }
    // Answers to a task cost one forward pass; a text is written token by token.
    const writes = this.trainer.source.kind === 'corpus';
    const due = writes ? step === 1 || step % SAMPLE_EVERY === 0 : validate;
    if (due && this.command.samples !== false) {
      await this.#report();
      this.send({ type: 'sample', runId, sample: await this.trainer.sample() });
    }
    if (performance.now() - this.#snapped > this.snapshotEvery) {
      await this.#report(); // throws if the loss is NaN: such a state is not saved
      this.snapshot = await this.trainer.snapshot();
      this.#snapped = performance.now();
    }
  }

  /** The current held-out loss, which a run continued from a checkpoint shows first. */
  async sendValidation(): Promise<void> {
    const validation = await this.trainer.validate();
    this.send({ type: 'validation', runId: this.id, validation });
  }

  async #report(): Promise<void> {
    const steps = await this.trainer.reports();
    if (steps.length === 0) return;
    const runId = this.id;
    this.send({ type: 'metrics', runId, steps });
    this.send({ type: 'memory', runId, memory: { peak: this.trainer.bytes } });
    this.#reported = performance.now();
  }
}

const buffersOf = (frame: AttentionFrame): Transferable[] =>
  frame.layers.flatMap(({ weights, mask }) => [weights.buffer, mask.buffer]);
