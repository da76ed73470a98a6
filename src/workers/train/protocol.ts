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

/** Who requested the checkpoint: the user, or the page, which stores one by itself. */
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

/** Commands to runs: train, or report on the current state. */
export type Action = 'run' | 'pause' | 'step' | 'frame' | 'evaluate' | 'save';

/** The user's own text is sent with the spec, never in the URL. */
export type Command =
  | {
      readonly type: 'open';
      readonly runId: RunId;
      readonly spec: RunSpec;
      readonly text?: string;
      /** A checkpoint of the same settings (src/model/files/checkpoint.ts); the run continues from its step. */
      readonly from?: Uint8Array<ArrayBuffer>;
      /** False if the page shows no samples: then none are written, which takes as long as several steps. */
      readonly samples?: boolean;
      /** The page's URL, for fetching the texts; the client adds it. */
      readonly base?: string;
    }
  /**
   * To one run, or to several compared ones: carried out between two rounds, for all of them at once, when all are
   * open, so that they are on the same step at every pause. A checkpoint arrives as 'checkpoint', with the requester's
   * name.
   */
  | {
      readonly type: 'ask';
      readonly runIds: readonly RunId[];
      readonly action: Action;
      /** For 'save': who requested it; by default the page itself. */
      readonly whose?: KeptFor;
    }
  | { readonly type: 'close'; readonly runIds: readonly RunId[] }
  /** A job, which has the machine to itself. Its progress arrives as 'job'. */
  | {
      readonly type: 'job';
      readonly jobId: JobId;
      readonly job: JobOf;
      readonly base?: string; // as for 'open'
    }
  | { readonly type: 'cancel'; readonly jobId: JobId }
  /** The tab was hidden or shown; the client sends it. Jobs wait while it is hidden; runs are paused by their pages. */
  | { readonly type: 'hidden'; readonly hidden: boolean };

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

/** The run or job that an event is about. */
export const addresseeOf = (event: EngineEvent): RunId | JobId =>
  event.type === 'job' ? event.jobId : event.runId;

/** Ends an exhaustive switch: after a message type is added, every switch that lacks it fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unhandled message: ${JSON.stringify(value)}`);
}
