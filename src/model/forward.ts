/** @file The forward pass as launches, and the loss. */
import { isTiled } from '../attention/layout';
import { attentionForward } from '../ops/attention/forward';
import { queryThreads } from '../ops/attention/shared';
import { tiledForward } from '../ops/attention/tiled/forward';
import { crossEntropy } from '../ops/crossEntropy/kernel';
import { embed } from '../ops/embed/kernel';
import { shareOfProduct } from '../ops/product/share';
import { productSwiglu } from '../ops/product/swiglu';
import type { Part } from '../program/program';
import type { BundleWriter } from './bundleWriter';

/** What the backward pass needs of a layer. */
export interface LayerKept {
  readonly x: Part;
  readonly normed: Part;
  readonly scale: Part;
  readonly qkv: Part;
  readonly means: Part;
  readonly attended: Part;
  readonly stats: Part;
  readonly middle: Part;
  readonly middleNormed: Part;
  readonly middleScale: Part;
  readonly both: Part; // gate, up
  readonly gated: Part;
}

/** What the backward pass needs of all layers. */
export interface Forward {
  readonly layers: readonly LayerKept[];
  readonly last: Part; // the output of the last layer
  readonly normed: Part;
  readonly scale: Part;
  readonly logits: Part;
}

/** Logits of the batch, and what the backward pass needs. */
export function forward(w: BundleWriter, result?: 'logits'): Forward {
  const { m, arena, V } = w;
  const rows = w.rows;
  const D = m.width;
  let x = w.temporary('x', D);
  w.launch(
    embed,
    rows * D,
    { ids: w.part('tokens', rows), table: arena.embedding, x },
    { rows, width: D },
  );
  const layers = m.layers.map((_, l) => {
    const { y, kept } = layer(w, l, x);
    x = y;
    return kept;
  });
  const { y: normed, scale } = w.norm(x, arena.finalNorm);
  const logits = w.temporary('logits', V);
  if (arena.head) w.NN(normed, arena.head, logits, D, V);
  else w.NT(normed, arena.embedding, logits, D, V);
  if (result) w.result(result, logits);
  return { layers, last: x, normed, scale, logits };
}

function layer(
  w: BundleWriter,
  l: number,
  x: Part,
): { readonly y: Part; readonly kept: LayerKept } {
  const { m, W } = w;
  const { width: D, hidden: F } = m;
  const weights = w.arena.layers[l]!;
  const { y: normed, scale } = w.norm(x, weights.attentionNorm);
  const qkv = w.temporary('qkv', W);
  w.NN(normed, weights.qkv, qkv, D, W);
  const means = w.place(l, qkv);
  const attended = w.temporary('attended', m.heads * m.headDim);
  const stats = w.temporary('stats', 2 * m.heads);
  const { layout, reads, apart } = w.layers[l]!;
  const u = w.attentionUniforms(layout, apart.reads);
  const { queries } = w.share;
  const threads = queryThreads(u, queries);
  const constants = { D4: m.headDim / 4, queries };
  if (isTiled(layout))
    w.launch(
      tiledForward,
      threads,
      { qkv, reads, out: attended, stats },
      w.tiledUniforms(layout, apart.reads),
      constants,
    );
  else
    w.launch(attentionForward, threads, { qkv, means, first: reads, out: attended, stats }, u, {
      ...constants,
      ...w.partsOf(layout),
    });
  const middle = w.temporary('middle', D);
  w.add(attended, weights.out, x, middle, m.heads * m.headDim, D);

  const { y: middleNormed, scale: middleScale } = w.norm(middle, weights.mlpNorm);
  const both = w.temporary('gate and up', 2 * F);
  const gated = w.temporary('gated', F);
  const product = shareOfProduct('swiglu', w.rows, 2 * F, w.tiles);
  w.launch(
    productSwiglu,
    product.threads,
    { a: middleNormed, b: weights.gateUp, both, gated },
    { rows: w.rows, inner: D, columns: 2 * F },
    product.constants,
  );
  const y = w.temporary('x', D);
  w.add(gated, weights.down, middle, y, F, D);
  return {
    y,
    kept: {
      x,
      normed,
      scale,
      qkv,
      means,
      attended,
      stats,
      middle,
      middleNormed,
      middleScale,
      both,
      gated,
    },
  };
}

/** Leaves the gradient of the mean loss in place of the logits. */
export function loss(w: BundleWriter, logits: Part, result?: 'report'): { readonly report: Part } {
  const rows = w.rows;
  const report = w.temporary('report', 2);
  w.launch(
    crossEntropy,
    rows,
    { logits, targets: w.part('targets', rows), weights: w.part('scored', rows), report },
    { rows, V: w.m.vocabulary, stride: w.V, share: { value: 'share' } },
  );
  if (result) w.result(result, report);
  return { report };
}
