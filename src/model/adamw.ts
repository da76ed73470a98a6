/** @file The settings of AdamW, and for how many steps the losses may stay on the device before they are read. */

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly decay: number; // decoupled, applied to every weight
  readonly clip: number; // maximum global norm of the gradient
}

export const ADAMW: AdamWOptions = { beta1: 0.9, beta2: 0.95, eps: 1e-8, decay: 0.01, clip: 1 };

/** Steps whose losses may wait on the device. */
export const RING = 256;
