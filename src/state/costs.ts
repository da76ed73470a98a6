/** @file The numbers of the meters: what a model costs, and what the same model with every layer global costs. */
import type { Packing } from '../attention/documents';
import { visiblePairs } from '../attention/cost';
import { reaches } from '../attention/reach';
import { allGlobal, kvCacheBytes, layerFlops, trainingFlops, type KernelId } from '../spec/cost';
import { trainingMemory, type Computes } from '../model/memory';
import { weightCount, type ModelSpec } from '../spec/model';

/** A quantity of the model, and of its all-global counterpart. */
interface Compared {
  readonly own: number;
  readonly global: number;
}

export interface ModelCosts {
  readonly weights: number;
  readonly flopsNeeded: Compared; // per token, training
  readonly flopsDone?: Compared; // per token, training, by the kernel in use
  readonly memory: Compared; // bytes, predicted
  readonly cache: Compared; // bytes, float32, at a full context
}

export function modelCosts(
  model: ModelSpec,
  batch: number,
  { kernel, threads }: Computes = {},
  documents: Packing = 'off',
): ModelCosts {
  const global = allGlobal(model);
  // The FLOPs needed do not depend on the kernel.
  const flops = trainingFlops(model, kernel ?? 'host');
  const globalFlops = trainingFlops(global, kernel ?? 'host');
  return {
    weights: weightCount(model),
    flopsNeeded: { own: flops.needed, global: globalFlops.needed },
    ...(kernel && { flopsDone: { own: flops.done, global: globalFlops.done } }),
    memory: {
      own: trainingMemory(model, batch, kernel, threads, documents).peak,
      global: trainingMemory(global, batch, kernel, threads, documents).peak,
    },
    cache: { own: kvCacheBytes(model), global: kvCacheBytes(global) },
  };
}

export interface LayerCosts {
  readonly pairs: number; // visible, per head and sequence
  readonly share: number; // of a global layer's pairs, 0..1
  readonly flopsNeeded: number; // attention, per token, training
  readonly flopsDone: number | undefined;
  readonly cache: number; // bytes
  readonly reach: number; // tokens the last token depends on, through this and all earlier layers
}

export function layerCosts(model: ModelSpec, kernel?: KernelId): readonly LayerCosts[] {
  const T = model.context;
  const reached = reaches(model.layers, T);
  return model.layers.map((layer, i) => {
    const flops = layerFlops(model, layer, kernel ?? 'host');
    const pairs = visiblePairs(layer, T);
    return {
      pairs,
      share: pairs / visiblePairs({ pattern: 'global', params: {} }, T),
      flopsNeeded: flops.needed,
      flopsDone: kernel && flops.done,
      cache: kvCacheBytes(model, [layer]),
      reach: reached[i]!,
    };
  });
}
