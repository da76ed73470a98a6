/** @file What a run needs of a model, whoever computes it: our programs, or the composed specification. */
import type { Packing } from '../attention/documents';
import type { KernelId } from '../attention/kernels';
import type { Batch } from '../data/source';
import type { HostWeights } from '../model/arena';
import type { AdamWOptions } from '../model/bundle';
import type { Picture } from '../model/picture';
import type { ModelSpec } from '../spec/model';

export interface ModelOptions {
  readonly batch: number; // sequences per training step
  readonly adamw?: AdamWOptions;
  /** What becomes of the documents in a row; off where it is not said. */
  readonly documents?: Packing;
}

/** What one training step reported. */
export interface StepReport {
  readonly step: number;
  readonly loss: number; // nats per scored token, before the update
  readonly accuracy: number; // of the scored tokens
  readonly gradNorm: number; // before clipping
}

/** Everything a run needs to go on elsewhere; copies. */
export interface Snapshot {
  readonly step: number;
  readonly weights: Float32Array; // packed, see src/model/arena.ts
  readonly m: Float32Array;
  readonly v: Float32Array;
}

export interface Model {
  readonly spec: ModelSpec;
  readonly picture: Picture;
  /** Bytes it holds, or has held at once. */
  readonly bytes: number;
  /** Optimizer steps handed over. */
  readonly step: number;
  /** Steps that may be handed over before reports() must be asked. */
  readonly room: number;
  /** Hands over one step of AdamW at learning rate `rate`; its report waits. */
  train(batch: Batch, rate: number): void;
  /** Reports of the steps since the last call, in order. Waits until they are done. */
  reports(): Promise<StepReport[]>;
  /** Resolves when everything handed over so far is done. */
  settled(): Promise<void>;
  /** (loss × weight, hit × weight) of each row, [rows, 2]. */
  evaluate(batch: Batch): Promise<Float32Array>;
  /** [T, V] for one sequence; `starts` [T] are its documents, one where they are not given. */
  logits(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array>;
  /** What every layer and head reads of one sequence, in the code of probe.ts: [H, size, size] for each layer. */
  maps(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array[]>;
  /** Copies, by Hugging Face's names. */
  weights(): Promise<Map<string, Float32Array>>;
  snapshot(): Promise<Snapshot>;
  restore(snapshot: Snapshot): void;
  dispose(): void;
}

/** One way to compute: it opens models. */
export interface Models {
  readonly kernel: KernelId;
  /** Where the numbers lie: on a GPU a read waits for everything before it. */
  readonly where: 'gpu' | 'host';
  /** Steps that may be under way before the next is handed over: enough to keep a graphics card busy, few enough to pause at once. */
  readonly ahead: number;
  /** Rejects where the weights are not this model's, or it cannot be held. */
  open(spec: ModelSpec, weights: HostWeights, options: ModelOptions): Promise<Model>;
}

/** Steps under way on a graphics card; what computes on the processor has nothing to wait for. */
export const AHEAD_ON_CARD = 2;
