/** @file The pictures of attention as launches: what every layer and head read in one sequence. */
import { isTiled } from '../attention/layout';
import { attentionProbe } from '../ops/attention/probe';
import { tiledProbe } from '../ops/attention/tiled/probe';
import type { BundleWriter } from './bundleWriter';
import { forward } from './forward';
import type { Picture } from './picture';

/** The result of program `maps` that holds a layer's picture. */
export const pictureOf = (layer: number): string => `picture ${layer}`;

export function maps(w: BundleWriter, { size, factor, every }: Picture): void {
  const { m } = w;
  forward(w).layers.forEach(({ qkv, means, stats }, l) => {
    const cells = w.temporary('cells', size * size, m.heads);
    w.result(pictureOf(l), cells);
    const { layout, reads } = w.layers[l]!;
    const picture = { headDim: m.headDim, size, factor, every };
    if (isTiled(layout))
      w.launch(
        tiledProbe,
        cells.length,
        { qkv, reads, stats, cells },
        { ...w.tiledUniforms(layout, 0), ...picture },
      );
    else
      w.launch(
        attentionProbe,
        cells.length,
        { qkv, means, first: reads, stats, cells },
        { ...w.attentionUniforms(layout, 0), ...picture },
      );
  });
}
