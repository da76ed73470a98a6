/** @file What a run came to, as the chart, the table and the files need it. */

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
}

export interface History {
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly peak?: number; // bytes held, measured
}
