/** @file What a run came to, as the chart, the table and the files need it. */
import type { SliceScore } from '../data/slice';

export interface StepRecord {
  readonly step: number; // from 1, none left out
  readonly loss: number; // nats per scored token
  readonly accuracy: number; // 0..1
  readonly gradNorm: number;
  readonly rate: number;
  readonly ms: number; // of this run's own turn
  readonly batch: string; // fingerprint
}

export interface ValidationRecord {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly tokens: number;
  /** Apart from the rest; none for a task, and none in files from before they were scored. */
  readonly slices?: readonly SliceScore[];
}

/** A closer look at the held-out data; see the link's protocol. */
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

/** One of the runs, trained again from another seed to a step of its own. */
export interface RepeatRecord {
  readonly run: number; // its place among the runs, from 0
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
