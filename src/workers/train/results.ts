/** @file The results of a run as plain data: losses, evaluations, samples, pictures of attention. */
import type { SliceScore } from '../../data/slice';

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
export interface PositionLosses {
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
 * Maps with more tokens per side than src/model/pooling.ts allows are pooled: `size` cells per side, each `factor`
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
  /**
   * [size, size] 0 blocked, 1 read exactly, 2 read through a summary; from the intervals the kernel used. Pooled: 1 if
   * any pair inside is read exactly, else 2 if any is read through a summary.
   */
  readonly mask: Uint8Array<ArrayBuffer>;
}
