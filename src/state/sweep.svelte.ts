import type { KernelId } from '../attention/kernels';
import type { Engine } from '../link/client';
import type { EngineEvent, SweepRow } from '../link/protocol';
import type { RunSpec } from '../spec/run';

export type SweepPhase = 'idle' | 'measuring' | 'complete' | 'cancelled' | 'failed';

/** A measurement of time and memory against the context: what is known so far, and how long it may still take. */
export class Sweep {
  phase = $state<SweepPhase>('idle');
  rows = $state.raw<readonly SweepRow[]>([]);
  done = $state(0);
  total = $state(0);
  message = $state('');
  kernel = $state<KernelId>('host');
  /** Seconds that are left, from what the rows so far took; undefined before the first. */
  secondsLeft = $state<number | undefined>();

  #listening: (() => void) | undefined;
  #id = '';
  #count = 0;
  #began = 0;

  constructor(
    private readonly engine: Engine,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Begins anew; what was measured before goes. Four times the context takes four to sixteen times as long. */
  start(spec: RunSpec, plans: readonly string[], contexts: readonly number[]): void {
    this.stop();
    this.#id = `sweep ${++this.#count}`;
    this.#listening = this.engine.listen(this.#id, (event) => this.#receive(event, contexts));
    this.phase = 'measuring';
    this.rows = [];
    this.done = 0;
    this.total = plans.length * contexts.length;
    this.message = '';
    this.secondsLeft = undefined;
    this.#began = this.now();
    this.engine.send({ type: 'sweep', runId: this.#id, spec, plans, contexts });
  }

  cancel(): void {
    if (this.phase === 'measuring') this.engine.send({ type: 'cancelSweep', runId: this.#id });
  }

  /** Cancels, and listens no more. */
  stop(): void {
    this.cancel();
    this.#listening?.();
    this.#listening = undefined;
  }

  #receive(event: EngineEvent, contexts: readonly number[]): void {
    if (event.type === 'state' && event.state.phase === 'failed') {
      this.phase = 'failed'; // the engine itself stopped
      this.message = event.state.message;
    }
    if (event.type !== 'sweep') return;
    const { progress } = event;
    switch (progress.phase) {
      case 'row':
        this.rows = [...this.rows, progress.row];
        this.kernel = progress.kernel;
        this.done = progress.done;
        this.secondsLeft = this.#left(contexts);
        return;
      case 'ended':
        this.phase = progress.why;
        return;
      case 'failed':
        this.phase = 'failed';
        this.message = progress.message;
        return;
    }
  }

  /** As if time grew with the tokens: early on too little, and soon right. */
  #left(contexts: readonly number[]): number {
    const plans = this.total / contexts.length;
    const work = (rows: number) =>
      Array.from({ length: rows }, (_, i) => contexts[Math.floor(i / plans)]!).reduce(
        (a, b) => a + b,
        0,
      );
    const pace = (this.now() - this.#began) / work(this.done);
    return (pace * (work(this.total) - work(this.done))) / 1000;
  }
}
