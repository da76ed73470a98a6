import type { EngineEvent, TrainedRun } from '../link/protocol';
import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** Compared runs trained again from other seeds. */
export class Repetition extends Job<TrainedRun> {
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
    this.begin(specs.length * steps, (runId) => ({
      type: 'repeat',
      runId,
      specs,
      steps,
      validateAt,
      ...(text !== undefined && { text }),
    }));
  }

  protected progressOf(event: EngineEvent) {
    return event.type === 'repeat' ? event.progress : undefined;
  }
}
