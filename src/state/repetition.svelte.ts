import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** Compared runs trained again from other seeds. */
export class Repetition extends Job<'repeat'> {
  protected readonly kind = 'repeat';
  specs = $state.raw<readonly RunSpec[]>([]);
  steps = $state(0);

  start(
    specs: readonly RunSpec[],
    steps: number,
    validateAt: readonly number[],
    text?: string,
  ): void {
    this.specs = specs;
    this.steps = steps;
    const given = text !== undefined && { text };
    this.begin(specs.length * steps, { kind: 'repeat', specs, steps, validateAt, ...given });
  }
}
