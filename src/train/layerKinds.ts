/** @file Kinds of layers, by the kernels they use: which kinds a machine is tested with before models train on it. */
import { inTiles } from '../attention/layout';
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import type { KernelId } from '../ops/attention/costs';
import { layersOf, type RunSpec } from '../spec/run';

/** Queries that read one run of keys each; the same, then summaries of chunks; masks in tiles. */
export type LayerKind = 'run' | 'summaries' | 'tiles';

const ALL: readonly LayerKind[] = ['run', 'summaries', 'tiles'];

export function kindOf(layer: PatternSpec): LayerKind {
  if (inTiles(layer)) return 'tiles';
  return patterns.get(layer.pattern).chunk(layer.params) > 0 ? 'summaries' : 'run';
}

/** The kinds that these models use. An invalid model has none; it is refused when it is opened. */
export function kindsIn(specs: readonly RunSpec[]): Set<LayerKind> {
  return new Set(specs.flatMap((spec) => layersIfValid(spec).map(kindOf)));
}

function layersIfValid(spec: RunSpec): LayerPlan {
  try {
    return layersOf(spec);
  } catch {
    return [];
  }
}

/**
 * The kinds that a machine is tested with for models that use `used`: all of them, unless their kernels are slow to
 * compile. On a graphics card those are the kernels of tiles. On a software adapter every kernel is, and layers with
 * and without summaries have shaders of their own.
 */
export function kindsToTest(kernel: KernelId, used: ReadonlySet<LayerKind>): Set<LayerKind> {
  if (kernel === 'softwareGpu') return new Set(used.size > 0 ? used : ['run']);
  if (kernel === 'gpu') return new Set(['run', 'summaries', ...used]);
  return new Set(ALL);
}
