import type { KernelId } from '../spec/cost';
import type { Engine } from '../workers/train/client';
import type { EngineEvent, JobEvent } from '../workers/train/protocol';
import type { JobKind, JobOf, JobRows } from '../workers/train/jobs';
import { sayFailure } from './sayEngine';

export type JobPhase = 'idle' | 'measuring' | 'complete' | 'cancelled' | 'failed';

let jobs = 0;

/** A long job of the engine: its rows so far, and how long it may still take. */
export abstract class Job<K extends JobKind> {
  phase = $state<JobPhase>('idle');
  rows = $state.raw<readonly JobRows[K][]>([]);
  done = $state(0);
  total = $state(0);
  message = $state('');
  kernel = $state<KernelId>('host');
  /** Seconds left, extrapolated from the work done so far; undefined before there is any. */
  secondsLeft = $state<number | undefined>();

  #listening: (() => void) | undefined;
  #id = '';
  #began = 0;

  constructor(
    protected readonly engine: Engine,
    /** Without the time for which the tab was hidden: the job waited. */
    private readonly now: () => number = () => performance.now() - (engine.hiddenMs?.() ?? 0),
  ) {}

  protected abstract readonly kind: K;
  /** Work in `done` units of the job; later ones may take longer. */
  protected workOf(done: number): number {
    return done;
  }

  /** Starts over and drops what was measured before. */
  protected begin(total: number, job: JobOf & { readonly kind: K }): void {
    this.stop();
    this.#id = `job ${++jobs}`;
    this.#listening = this.engine.listen(this.#id, (event) => this.#receive(event));
    this.phase = 'measuring';
    this.rows = [];
    this.done = 0;
    this.total = total;
    this.message = '';
    this.secondsLeft = undefined;
    this.#began = this.now();
    this.engine.send({ type: 'job', jobId: this.#id, job });
  }

  cancel(): void {
    if (this.phase === 'measuring') this.engine.send({ type: 'cancel', jobId: this.#id });
  }

  /** Resets to the state before any measurement. */
  clear(): void {
    this.phase = 'idle';
    this.rows = [];
    this.done = 0;
    this.message = '';
  }

  /** Cancels, and stops listening. */
  stop(): void {
    this.cancel();
    this.#listening?.();
    this.#listening = undefined;
    if (this.phase === 'measuring') this.phase = 'cancelled';
  }

  #receive(event: EngineEvent): void {
    if (event.type === 'state' && event.state.phase === 'failed') {
      this.phase = 'failed'; // the engine itself stopped
      this.message = sayFailure(event.state.failure);
    }
    if (!isOf(event, this.kind)) return;
    const { progress } = event;
    switch (progress.phase) {
      case 'row':
        this.rows = [...this.rows, progress.row];
        this.kernel = progress.kernel;
        this.#at(progress.done);
        return;
      case 'doing':
        this.#at(progress.done);
        return;
      case 'ended':
        this.phase = progress.why;
        return;
      case 'failed':
        this.phase = 'failed';
        this.message = sayFailure(progress.failure);
        return;
    }
  }

  #at(done: number): void {
    this.done = done;
    const [did, all] = [this.workOf(done), this.workOf(this.total)];
    this.secondsLeft =
      did > 0 ? ((this.now() - this.#began) * (all - did)) / did / 1000 : undefined;
  }
}

const isOf = <K extends JobKind>(event: EngineEvent, kind: K): event is EngineEvent & JobEvent<K> =>
  event.type === 'job' && event.kind === kind;
