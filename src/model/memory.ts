/** @file Bytes a model holds while it trains, from the same list of buffers that the machines allocate. */
import type { Packing } from '../attention/documents';
import type { KernelId } from '../ops/attention/costs';
import { layoutOf } from '../attention/layout';
import { check } from '../core/check';
import type { DeviceLimits } from '../core/limits';
import { remembering } from '../core/remember';
import { formatBytes } from '../core/units';
import { bytesOf, scratchBytes } from '../program/arrange';
import { aligned, BYTES } from '../program/program';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import { packingOf, type RunSpec } from '../spec/run';
import { bundleOf } from './bundle';
import { poolingFor } from './pooling';

export interface TrainingMemory {
  readonly weights: number; // bytes
  readonly gradients: number; // bytes
  readonly adamMoments: number; // bytes, AdamW's two
  readonly activations: number; // bytes, shared by buffers that are never alive at once
  readonly tables: number; // bytes: intervals, angles, the batch
  readonly working: number; // bytes: data that WebAssembly's kernels rearrange before they compute
  readonly peak: number; // bytes in total: they are allocated once and stay
  readonly largestTensor: number; // bytes
}

/** What computes, if known: the attention kernel, and the number of WebAssembly threads. */
export interface Computes {
  readonly kernel?: KernelId | undefined;
  readonly threads?: number | undefined;
}

/**
 * For the kernels of `kernel`, or if they are not known yet, those that need most; `threads`: WebAssembly's, each with
 * its own working space.
 */
export function trainingMemory(
  m: ModelSpec,
  batch: number,
  kernel: KernelId = 'simd',
  threads = 1,
  documents: Packing = 'off',
): TrainingMemory {
  const { temporary, kept, total, largest, weights, scratch } = buffers(
    JSON.stringify({ m, batch, documents } satisfies Trained),
  );
  const working = kernel === 'simd' ? threads * scratch : 0;
  return {
    weights,
    gradients: weights,
    adamMoments: 2 * weights,
    activations: temporary,
    tables: kept - 4 * weights,
    working,
    peak: total + working,
    largestTensor: largest,
  };
}

interface Trained {
  readonly m: ModelSpec;
  readonly batch: number;
  readonly documents: Packing;
}

/** Cached: it has to write a program, and a page asks again for each run whenever a setting or the machine changes. */
const buffers = remembering(64, (written) => {
  const { m, batch, documents } = JSON.parse(written) as Trained;
  const bundle = bundleOf(m, { batch, pooling: poolingFor(m.context), documents });
  return {
    ...bytesOf(bundle),
    weights: BYTES * aligned(bundle.kept['weights']!.length),
    scratch: scratchBytes(bundle),
  };
});

/**
 * T × (T + summaries) matrices per head and sequence that are alive for each layer when the tape ends: from the forward
 * pass the scores, scaled and masked, and their softmax; from the backward pass their gradients. Counted, not derived:
 * tfjs decides what it keeps (test/reference/taped.test.ts).
 */
const COMPOSED_MATRICES = 9;

/** Bytes of the composed model's attention alone: the model needs more, but this is what grows with T². */
export function composedMemory(
  m: ModelSpec,
  batch: number,
): Pick<TrainingMemory, 'peak' | 'largestTensor'> {
  const matrices = m.layers.map(
    (layer) =>
      BYTES * batch * m.heads * m.context * (m.context + layoutOf(layer, m.context).summaries),
  );
  return {
    peak: COMPOSED_MATRICES * matrices.reduce((a, b) => a + b, 0),
    largestTensor: Math.max(...matrices),
  };
}

/** Refuses a model whose memory, or largest buffer, exceeds what the device allows (bytes). */
export function checkMemory(
  spec: RunSpec,
  { limits, kernel, threads }: Computes & { readonly limits: DeviceLimits },
): void {
  const composed = kernel === 'composed';
  const model = modelSpecOf(spec);
  const memory = composed
    ? composedMemory(model, spec.batch)
    : trainingMemory(model, spec.batch, kernel, threads, packingOf(spec));
  const { peak, largestTensor } = memory;
  const lower = `lower the batch, the context or the width${composed ? ', or compute with something else than TensorFlow.js' : ''}`;
  check(
    peak <= limits.total,
    `training this model needs ${composed ? 'more than' : 'about'} ${formatBytes(peak)}, this device allows ${formatBytes(limits.total)}; ${lower}`,
  );
  check(
    largestTensor <= limits.largestTensor,
    `the largest tensor of this model is ${formatBytes(largestTensor)}, this device allows ${formatBytes(limits.largestTensor)}; ${lower}`,
  );
}
