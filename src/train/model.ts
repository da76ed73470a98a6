/** @file What a run needs of a model, however it is computed: by our programs, or by the composed specification. */
import type { Packing } from '../attention/documents';
import type { KernelId } from '../ops/attention/costs';
import type { Batch } from '../data/source';
import type { HostWeights } from '../model/arena';
import type { AdamWOptions } from '../model/adamw';
import type { Pooling } from '../model/pooling';
import type { ModelSpec } from '../spec/model';

export interface ModelOptions {
  readonly batch: number; // sequences per training step
  readonly adamw?: AdamWOptions;
  /** How to treat consecutive documents in one sequence; off by default. */
  readonly documents?: Packing;
}

/** The report of one training step. */
export interface StepReport {
  readonly step: number;
  readonly loss: number; // nats per scored token, before the update
  readonly accuracy: number; // of the scored tokens
  readonly gradNorm: number; // before clipping
}

/** Everything a run needs to continue elsewhere; copies. */
export interface Snapshot {
  readonly step: number;
  readonly weights: Float32Array; // packed, see src/model/arena.ts
  readonly m: Float32Array;
  readonly v: Float32Array;
}

export interface Model {
  readonly spec: ModelSpec;
  readonly pooling: Pooling;
  /** Bytes it holds, or has held at its peak. */
  readonly bytes: number;
  /** Optimizer steps handed over. */
  readonly step: number;
  /** Steps that may be handed over before reports() must be called. */
  readonly room: number;
  /** Hands over one step of AdamW at learning rate `rate`; its report is kept until reports(). */
  train(batch: Batch, rate: number): void;
  /** Reports of the steps since the last call, in order. Waits until they are done. */
  reports(): Promise<StepReport[]>;
  /** Resolves when everything handed over so far is done. */
  settled(): Promise<void>;
  /** (loss × weight, hit × weight) of each row, [rows, 2]. */
  evaluate(batch: Batch): Promise<Float32Array>;
  /** Logits [T, V] of one sequence; `starts` [T] gives its documents; by default it is one document. */
  logits(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array>;
  /** What every layer and head reads of one sequence, in the code of probe.ts: [H, size, size] per layer. */
  maps(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array[]>;
  /** Copies, by Hugging Face's names. */
  weights(): Promise<Map<string, Float32Array>>;
  snapshot(): Promise<Snapshot>;
  restore(snapshot: Snapshot): void;
  dispose(): void;
}

/** A way to compute, which opens models. */
export interface Models {
  readonly kernel: KernelId;
  /** Where its arrays are: on a GPU a read waits for everything before it. */
  readonly where: 'gpu' | 'host';
  /**
   * Steps that may be in flight when the next is handed over: enough to keep a graphics card busy, few enough to pause
   * at once.
   */
  readonly ahead: number;
  /** Rejects if the weights do not fit this model, or it cannot be allocated. */
  open(spec: ModelSpec, weights: HostWeights, options: ModelOptions): Promise<Model>;
}

/** Steps in flight on a graphics card; on the CPU there is nothing to wait for. */
export const AHEAD_ON_CARD = 2;
