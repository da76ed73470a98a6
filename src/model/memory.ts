/** @file Bytes a model holds while it trains, from the very list of buffers the machines allocate. */
import type { KernelId } from '../attention/kernels';
import { check } from '../core/check';
import type { DeviceLimits } from '../core/limits';
import { formatBytes } from '../core/units';
import { bytesOf, scratchBytes } from '../program/arrange';
import { aligned, BYTES } from '../program/program';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { bundleOf } from './bundle';
import { pictureFor } from './picture';

export interface TrainingMemory {
  readonly weights: number; // bytes
  readonly gradients: number; // bytes
  readonly moments: number; // bytes, AdamW's two
  readonly activations: number; // bytes, shared by what is never alive at once
  readonly tables: number; // bytes: intervals, angles, the batch
  readonly working: number; // bytes: what WebAssembly's kernels rearrange before they compute
  readonly peak: number; // bytes, all of them: they are allocated once and stay
  readonly largestTensor: number; // bytes
}

/** For the kernels of `kernel`; where they are not known yet, for those that need most. */
export function trainingMemory(
  m: ModelSpec,
  batch: number,
  kernel: KernelId = 'simd',
): TrainingMemory {
  const bundle = bundleOf(m, { batch, picture: pictureFor(m.context) });
  const { temporary, kept, total, largest } = bytesOf(bundle);
  const working = kernel === 'simd' ? scratchBytes(bundle) : 0;
  const weights = BYTES * aligned(bundle.kept['weights']!.length);
  return {
    weights,
    gradients: weights,
    moments: 2 * weights,
    activations: temporary,
    tables: kept - 4 * weights,
    working,
    peak: total + working,
    largestTensor: largest,
  };
}

/** Refuses a model whose memory, or largest buffer, is beyond what the device allows (bytes). */
export function checkMemory(spec: RunSpec, limits: DeviceLimits): void {
  const { peak, largestTensor } = trainingMemory(modelSpecOf(spec), spec.batch);
  check(
    peak <= limits.total,
    `training this model needs about ${formatBytes(peak)}, this device allows ${formatBytes(limits.total)}; lower the batch, the context or the width`,
  );
  check(
    largestTensor <= limits.largestTensor,
    `the largest tensor of this model is ${formatBytes(largestTensor)}, this device allows ${formatBytes(limits.largestTensor)}; lower the batch, the context or the width`,
  );
}
