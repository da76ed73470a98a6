/** @file The results of a run, as the chart, the table and the files need them. */
import type { SliceScore } from '../data/slice';

export interface StepRecord {
  readonly step: number; // from 1, without gaps
  readonly loss: number; // nats per scored token
  readonly accuracy: number; // 0..1
  readonly gradNorm: number;
  readonly rate: number;
  readonly ms: number; // of this run's own turns
  readonly batch: string; // fingerprint
}

export interface ValidationRecord {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly tokens: number;
  /** Separate from the rest; missing for a task, and in files from before slices were scored. */
  readonly slices?: readonly SliceScore[];
}

/** A full evaluation on the held-out data; see the link's protocol. */
export interface EvaluationRecord {
  readonly step: number;
  readonly positions: { readonly losses: readonly number[]; readonly counts: readonly number[] }; // [T]
  readonly distances: readonly {
    readonly distance: number;
    readonly right: number;
    readonly questions: number;
  }[];
  readonly slices?: readonly SliceScore[]; // as in a validation, on as many tokens as `positions`
}

/** One of the runs, trained again from another seed, to its own number of steps. */
export interface RepeatRecord {
  readonly run: number; // its index among the runs, from 0
  readonly seed: number;
  readonly validations: readonly ValidationRecord[];
  readonly evaluation: EvaluationRecord;
}

export interface History {
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly peak?: number; // bytes held, measured
  readonly evaluation?: EvaluationRecord; // the last one
}
