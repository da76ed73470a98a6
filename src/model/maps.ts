/** @file Attention maps as launches: what every layer and head read in one sequence. */
import { isTiled } from '../attention/layout';
import { attentionProbe } from '../ops/attention/probe';
import { tiledProbe } from '../ops/attention/tiled/probe';
import type { BundleWriter } from './bundleWriter';
import { forward } from './forward';
import type { Pooling } from './pooling';

/** The result of program `maps` that holds a layer's map. */
export const mapOf = (layer: number): string => `map ${layer}`;

export function maps(w: BundleWriter, { size, factor, every }: Pooling): void {
  const { m } = w;
  forward(w).layers.forEach(({ qkv, means, stats }, l) => {
    const cells = w.temporary('cells', size * size, m.heads);
    w.result(mapOf(l), cells);
    const { layout, reads } = w.layers[l]!;
    const pooling = { headDim: m.headDim, size, factor, every };
    if (isTiled(layout))
      w.launch(
        tiledProbe,
        cells.length,
        { qkv, reads, stats, cells },
        { ...w.tiledUniforms(layout, 0), ...pooling },
      );
    else
      w.launch(
        attentionProbe,
        cells.length,
        { qkv, means, first: reads, stats, cells },
        { ...w.attentionUniforms(layout, 0), ...pooling },
      );
  });
}
