import type { History } from '../compare/history';
import { unreachable, type EngineEvent, type RunId } from '../workers/train/protocol';
import type { BackendInfo, RunState } from '../workers/train/runState';
import type {
  AttentionFrame,
  Evaluation,
  MemoryUse,
  Sample,
  StepMetrics,
  Validation,
} from '../workers/train/results';
import type { RunSpec } from '../spec/run';

/** Everything the page knows of one run, as the engine reported it. Commands are sent by ./fleet.svelte.ts. */
export class Run {
  state = $state.raw<RunState>({ phase: 'preparing', doing: 'starting' });
  backend = $state.raw<BackendInfo | undefined>();
  history = $state.raw<readonly StepMetrics[]>([]);
  validations = $state.raw<readonly Validation[]>([]);
  /** The last full evaluation. */
  evaluation = $state.raw<Evaluation | undefined>();
  sample = $state.raw<Sample | undefined>();
  memory = $state.raw<MemoryUse | undefined>();
  frame = $state.raw<AttentionFrame | undefined>();

  latest = $derived(this.history.at(-1));
  step = $derived(Math.max(this.latest?.step ?? 0, 'step' in this.state ? this.state.step : 0));

  constructor(
    readonly id: RunId,
    readonly spec: RunSpec,
    readonly text?: string,
    /** A checkpoint of the same settings to continue from. */
    readonly from?: Uint8Array<ArrayBuffer>,
    /** Its results up to the step of that checkpoint. */
    past?: History,
  ) {
    if (!past) return;
    this.history = past.steps;
    this.validations = past.validations.map((one) => ({ ...one, slices: one.slices ?? [] }));
    if (past.evaluation)
      this.evaluation = { ...past.evaluation, slices: past.evaluation.slices ?? [] };
  }

  receive(event: EngineEvent) {
    switch (event.type) {
      case 'backend':
        this.backend = event.backend;
        return;
      case 'state':
        this.state = event.state;
        if ('step' in event.state) this.#forget(event.state.step);
        return;
      case 'metrics':
        this.history = [...this.history, ...event.steps];
        return;
      case 'validation':
        // A run that continues from a checkpoint starts with the validation of its step, which may be known.
        this.validations = [
          ...this.validations.filter(({ step }) => step !== event.validation.step),
          event.validation,
        ];
        return;
      case 'evaluation':
        this.evaluation = event.evaluation;
        return;
      case 'sample':
        this.sample = event.sample;
        return;
      case 'memory':
        this.memory = event.memory;
        return;
      case 'frame':
        this.frame = event.frame;
        return;
      case 'checkpoint': // large, and only for the one that requested it
      case 'job': // jobs have listeners of their own
        return;
      default:
        unreachable(event);
    }
  }

  /** Steps lost with a device are repeated. */
  #forget(beyond: number) {
    if ((this.latest?.step ?? 0) <= beyond) return;
    this.history = this.history.filter(({ step }) => step <= beyond);
    this.validations = this.validations.filter(({ step }) => step <= beyond);
    if ((this.evaluation?.step ?? 0) > beyond) this.evaluation = undefined;
  }
}
