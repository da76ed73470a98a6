import type { EngineEvent, Probed } from '../link/protocol';
import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** One token of a fresh model changed, and which outputs move. */
export class Probe extends Job<Probed> {
  start(spec: RunSpec, changed: number): void {
    this.begin(1, (runId) => ({ type: 'probe', runId, spec, changed }));
  }

  protected progressOf(event: EngineEvent) {
    return event.type === 'probe' ? event.progress : undefined;
  }
}
