import type { RunSpec } from '../spec/run';
import { Job } from './job.svelte';

/** One token of an untrained model changed, and which outputs move. */
export class Probe extends Job<'probe'> {
  protected readonly kind = 'probe';

  start(spec: RunSpec, changed: number): void {
    this.begin(1, { kind: 'probe', spec, changed });
  }
}
