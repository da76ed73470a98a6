/** @file The messages that cross the worker boundary: plain data, no tensors, no functions. */
import type { RunSpec } from '../../spec/run';
import type {
  StepMetrics,
  Validation,
  Evaluation,
  Sample,
  MemoryUse,
  AttentionFrame,
} from './results';
import type { BackendInfo, RunState } from './runState';
import type { JobRows, JobKind, JobOf, JobProgress } from './jobs';

export type RunId = string;

/** Who requested the checkpoint: a person, or the page to store it by itself. */
export type KeptFor = 'person' | 'autosave';

export type JobId = string;
export type JobEvent<K extends JobKind = JobKind> = {
  [P in K]: {
    readonly type: 'job';
    readonly jobId: JobId;
    readonly kind: P;
    readonly progress: JobProgress<JobRows[P]>;
  };
}[K];

/** What runs may be asked: to train, or to be looked at as they stand. */
export type Action = 'run' | 'pause' | 'step' | 'frame' | 'evaluate' | 'save';

/** The person's own text is sent with the spec, never in the URL. */
export type Command =
  | {
      readonly type: 'open';
      readonly runId: RunId;
      readonly spec: RunSpec;
      readonly text?: string;
      /** A checkpoint of the same settings (src/model/files/checkpoint.ts): the run goes on from its step. */
      readonly from?: Uint8Array<ArrayBuffer>;
      /** The page's address, for fetching the texts; the client adds it. */
      readonly base?: string;
    }
  /**
   * One run or several that are compared: done between two rounds and for all at once, when all of them are open; every
   * pause finds them on the same step. A checkpoint comes as 'checkpoint', for whom it was asked.
   */
  | {
      readonly type: 'ask';
      readonly runIds: readonly RunId[];
      readonly action: Action;
      /** Of 'save'; the page itself where it is not given. */
      readonly whose?: KeptFor;
    }
  | { readonly type: 'close'; readonly runIds: readonly RunId[] }
  /** Work that has the machine for itself. Its progress comes as 'job'. */
  | {
      readonly type: 'job';
      readonly jobId: JobId;
      readonly job: JobOf;
      readonly base?: string; // as for 'open'
    }
  | { readonly type: 'cancel'; readonly jobId: JobId };

export type EngineEvent =
  | { readonly type: 'backend'; readonly runId: RunId; readonly backend: BackendInfo }
  | { readonly type: 'state'; readonly runId: RunId; readonly state: RunState }
  | { readonly type: 'metrics'; readonly runId: RunId; readonly steps: readonly StepMetrics[] }
  | { readonly type: 'validation'; readonly runId: RunId; readonly validation: Validation }
  | { readonly type: 'sample'; readonly runId: RunId; readonly sample: Sample }
  | { readonly type: 'memory'; readonly runId: RunId; readonly memory: MemoryUse }
  | { readonly type: 'evaluation'; readonly runId: RunId; readonly evaluation: Evaluation }
  | { readonly type: 'frame'; readonly runId: RunId; readonly frame: AttentionFrame }
  | JobEvent
  | {
      readonly type: 'checkpoint';
      readonly runId: RunId;
      readonly whose: KeptFor; // as requested
      readonly step: number;
      readonly file: Uint8Array<ArrayBuffer>;
    };

/** Whom an event is for: the run or the job it is about. */
export const addresseeOf = (event: EngineEvent): RunId | JobId =>
  event.type === 'job' ? event.jobId : event.runId;

/** Ends an exhaustive switch: after a message type is added, every switch that lacks it fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unhandled message: ${JSON.stringify(value)}`);
}
