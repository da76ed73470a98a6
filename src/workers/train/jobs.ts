/** @file Jobs, which have the machine to themselves: the request and the results of each kind. */
import type { KernelId } from '../../spec/cost';
import type { RunSpec } from '../../spec/run';
import type { Validation, PositionLosses, Evaluation } from './results';
import type { Failure } from './runState';

/** One plan at one context, measured with a batch of one sequence. */
export interface SweepRow {
  readonly plan: string;
  readonly context: number; // tokens
  readonly stepMs?: number; // a training step, median
  readonly steps?: number; // behind the median
  readonly bytes?: number; // allocated for training
  readonly tokenMs?: number; // one generated token with a full context, in plain JavaScript
  readonly cacheBytes?: number; // keys and values held at that point
  /** Why it was not measured. */
  readonly why?: string;
}

/** A run trained to a given step for its own sake, and its results. */
export interface TrainedRun {
  readonly index: number; // in the job's specs
  readonly validations: readonly Validation[];
  readonly evaluation: Evaluation; // at the last step
}

/** A model being adapted, evaluated after `step` steps. */
export interface AdaptLook {
  readonly index: number; // in the job's variants
  readonly step: number;
  readonly loss: number; // held out, nats per scored token
  readonly accuracy: number; // held out, 0..1
  readonly positions?: PositionLosses; // if requested
  /** The adapted model, after its last step. */
  readonly file?: Uint8Array<ArrayBuffer>;
}

/** Which outputs moved after one token was changed. */
interface Probed {
  readonly changed: number; // token
  readonly moved: readonly number[]; // positions, rising
  readonly T: number;
}

/** The request for each kind of job. */
interface JobAsks {
  /** Time and memory against the context. */
  readonly sweep: {
    readonly spec: RunSpec;
    readonly plans: readonly string[];
    readonly contexts: readonly number[];
  };
  /** Runs trained one after the other to `steps`, and evaluated. */
  readonly repeat: {
    readonly specs: readonly RunSpec[];
    readonly steps: number;
    readonly validateAt: readonly number[]; // steps
    readonly text?: string;
  };
  /** Changes token `changed` of the watched sequence of an untrained model, to see which outputs move. */
  readonly probe: {
    readonly spec: RunSpec;
    readonly changed: number; // token, from 0
  };
  /** Continues to train a model at other lengths or with other patterns, and evaluates it closely. */
  readonly adapt: {
    readonly model: Uint8Array<ArrayBuffer>; // a checkpoint
    readonly variants: readonly {
      readonly spec: RunSpec;
      /** 'before': from the final weights of the previous variant. */
      readonly from: 'model' | 'scratch' | 'before';
      readonly steps: number;
    }[];
    readonly lookAt: readonly number[]; // steps
    /** Also measure losses by position at every evaluation; they cost more than the rest of it. */
    readonly byPosition: boolean;
  };
}

/** The results of each kind of job, row by row. */
export interface JobRows {
  readonly sweep: SweepRow;
  readonly repeat: TrainedRun;
  readonly probe: Probed;
  readonly adapt: AdaptLook;
}
export type JobKind = keyof JobAsks;
export type JobOf<K extends JobKind = JobKind> = {
  [P in K]: { readonly kind: P } & JobAsks[P];
}[K];

/** The progress of a job: `done` of `total`, in units of its own. */
export type JobProgress<Row> =
  | {
      readonly phase: 'row';
      readonly row: Row;
      readonly kernel: KernelId; // that computed it
      readonly done: number;
      readonly total: number;
    }
  | { readonly phase: 'doing'; readonly done: number; readonly total: number }
  | { readonly phase: 'ended'; readonly why: 'complete' | 'cancelled' }
  | { readonly phase: 'failed'; readonly failure: Failure };
