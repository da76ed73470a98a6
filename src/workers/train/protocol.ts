/** @file Everything that crosses the worker boundary: plain data, no tensors, no functions. */
import type { KernelId } from '../../spec/cost';
import type { BackendFact, Fault } from '../../core/backendFacts';
import type { DeviceLimits } from '../../core/limits';
import type { SliceScore } from '../../data/slice';
import type { RunSpec } from '../../spec/run';

export type RunId = string;

/** 'tfjs': the reference composition on TensorFlow.js; the others run our kernels. */
type BackendName = 'webgpu' | 'wasm' | 'cpu' | 'tfjs';

/** Which machine the engine computes on, and why. */
export interface BackendInfo {
  readonly name: BackendName;
  /** The attention kernel in use: what "FLOPs done" counts. */
  readonly kernel: KernelId;
  /** Threads of WebAssembly that share its kernels; one if missing. */
  readonly threads?: number;
  /** 'swiftshader', 'nvidia lovelace', 'WebAssembly SIMD', … */
  readonly device: string;
  /** Why this one, and not one that is normally preferred. */
  readonly why: readonly BackendFact[];
  /** How much memory it allows, so that the page refuses a model before it releases the current one. */
  readonly limits: DeviceLimits;
}

export interface StepMetrics {
  readonly step: number; // optimizer steps done, from 1
  readonly loss: number; // nats per scored token, of this step's batch before its update
  readonly accuracy: number; // of the scored tokens of this step's batch, 0..1
  readonly gradNorm: number; // global norm before clipping
  readonly rate: number; // learning rate used
  readonly ms: number; // wall time of the step, without the turns of other runs
  readonly batch: string; // fingerprint of its tokens and targets: equal for equal batches
}

export interface Validation {
  readonly step: number;
  readonly loss: number; // nats per scored token
  readonly accuracy: number;
  readonly tokens: number; // scored tokens behind the numbers
  readonly slices: readonly SliceScore[]; // those that fit the text; missing for a task
  /**
   * If documents are kept apart: the share of the layers' pairs that lie within them, counted in these batches, 0..1.
   */
  readonly kept?: number;
}

/** Losses by position: entry t is the loss of the token predicted after reading t + 1 tokens. */
interface PositionLosses {
  readonly losses: readonly number[]; // [T] nats, summed over the scored tokens
  readonly counts: readonly number[]; // [T] scored tokens
}

/** How many questions were answered right whose answer lies `distance` tokens back. */
export interface DistancePoint {
  readonly distance: number; // tokens
  readonly right: number;
  readonly questions: number;
}

/** A full evaluation on the held-out data, taken on request. */
export interface Evaluation {
  readonly step: number;
  readonly positions: PositionLosses;
  readonly distances: readonly DistancePoint[]; // by distance; empty for a text
  readonly slices: readonly SliceScore[]; // as in a validation, on as many tokens as `positions`
}

export interface Sample {
  readonly step: number;
  readonly prompt: string;
  readonly text: string; // what the model wrote after the prompt; for a task, its answers
  readonly right?: string; // for a task, the right answers
}

/** Bytes the engine holds, counted at its own allocations; for TensorFlow.js, as it counts them. */
export interface MemoryUse {
  readonly peak: number; // bytes: ours are allocated up front and stay; for TensorFlow.js, the peak during a step
}

/**
 * What every layer and head reads at one moment, on the watched sequence. Buffers are transferred, not copied.
 * Maps with more tokens per side than src/model/picture.ts allows are pooled: `size` cells per side, each `factor`
 * tokens wide.
 */
export interface AttentionFrame {
  readonly step: number;
  readonly tokens: readonly string[]; // [T] labels
  readonly T: number;
  readonly heads: number;
  readonly size: number; // cells per side, ceil(T / factor)
  readonly factor: number; // tokens per cell side; 1 if not pooled
  readonly layers: readonly LayerFrame[];
  /** Where documents begin in the sequence, except at 0, in order; missing if documents are not kept apart. */
  readonly begins?: readonly number[];
}

interface LayerFrame {
  /** [heads, size, size] weights the kernel used; pooled cells hold the largest weight inside. A summary's weight is spread evenly over its tokens. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** [size, size] 0 blocked, 1 read exactly, 2 read through a summary; from the intervals the kernel used. Pooled: 1 where any pair inside is read exactly, else 2 where any is read through a summary. */
  readonly mask: Uint8Array<ArrayBuffer>;
}

export type RunState =
  /** Nothing can be trained yet; `progress` in 0..1 if known. */
  | { readonly phase: 'preparing'; readonly doing: Preparation; readonly progress?: number }
  /**
   * `moved`: it was moved to another device or backend and continued by itself. Steps reported beyond `step` are void.
   */
  | { readonly phase: 'running'; readonly step: number; readonly moved?: Moved }
  | { readonly phase: 'paused'; readonly step: number; readonly moved?: Moved }
  /** The run is over. */
  | { readonly phase: 'failed'; readonly failure: Failure };

export type Preparation =
  | 'starting' // the engine itself
  | 'choosing' // a way to compute
  | 'loadingText'
  | 'building'
  | 'recovering'; // after a fault of the graphics device

/** A run was built again on another device, or in another way, from its last snapshot. */
export interface Moved {
  readonly because: Fault | { readonly kind: 'faster' }; // WebGPU was measured to be faster
  readonly step: number;
  readonly trains: boolean; // it continued; otherwise it waits
}

/** Why a run or a job ended. `message` is the text of an error, without a full stop if it is not a sentence. */
export type Failure =
  /** The settings do not work. */
  | { readonly kind: 'settings'; readonly message: string }
  | {
      readonly kind: 'diverged';
      readonly loss: number; // NaN or infinite
      readonly step: number;
      readonly rate: number; // the learning rate that was set
    }
  | { readonly kind: 'noText'; readonly message: string }
  | {
      readonly kind: 'noBackend';
      readonly of: 'ours' | 'tfjs';
      readonly facts: readonly BackendFact[];
    }
  /** The device failed so often that the engine stops trying. */
  | { readonly kind: 'failsAgain'; readonly fault: Fault; readonly times: number }
  /** Runs train on what this would replace, or would slow down. */
  | { readonly kind: 'busy'; readonly by: 'otherBackend' | 'training' }
  | { readonly kind: 'engineStopped'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };

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

/** Who requested the checkpoint: the user, or the page, which stores one by itself. */
export type KeptFor = 'person' | 'autosave';

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
  /** Changes token `changed` of the watched sequence of a fresh model, to see which outputs move. */
  readonly probe: {
    readonly spec: RunSpec;
    readonly changed: number; // token, from 0
  };
  /** Continues to train a model at other lengths or with other patterns, and evaluates it closely. */
  readonly adapt: {
    readonly model: Uint8Array<ArrayBuffer>; // a checkpoint
    readonly variants: readonly {
      readonly spec: RunSpec;
      /** 'before': from where the previous variant ended. */
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

export type JobId = string;
export type JobKind = keyof JobAsks;
export type JobOf<K extends JobKind = JobKind> = {
  [P in K]: { readonly kind: P } & JobAsks[P];
}[K];
export type JobEvent<K extends JobKind = JobKind> = {
  [P in K]: {
    readonly type: 'job';
    readonly jobId: JobId;
    readonly kind: P;
    readonly progress: JobProgress<JobRows[P]>;
  };
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

/** The run or job that an event is about. */
export const addresseeOf = (event: EngineEvent): RunId | JobId =>
  event.type === 'job' ? event.jobId : event.runId;

/** Ends an exhaustive switch: after a message type is added, every switch that lacks it fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unhandled message: ${JSON.stringify(value)}`);
}
