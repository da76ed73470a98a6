import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** Measures time and memory by context. */
export class Sweep extends Job<'sweep'> {
  protected readonly kind = 'sweep';
  #contexts: readonly number[] = [];

  start(spec: RunSpec, plans: readonly string[], contexts: readonly number[]): void {
    this.#contexts = contexts;
    this.begin(plans.length * contexts.length, { kind: 'sweep', spec, plans, contexts });
  }

  /**
   * As if time were linear in tokens: four times the context takes four to sixteen times as long, so early estimates
   * are too low.
   */
  protected override workOf(rows: number): number {
    const plans = this.total / this.#contexts.length;
    let tokens = 0;
    for (let i = 0; i < rows; i++) tokens += this.#contexts[Math.floor(i / plans)]!;
    return tokens;
  }
}
