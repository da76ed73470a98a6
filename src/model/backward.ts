/** @file The backward pass as launches, written out without a tape: from the loss's gradient to that of every weight. */
import { isTiled } from '../attention/layout';
import { attentionGradKeys, attentionGradQuery } from '../ops/attention/backward';
import { keyThreads, queryThreads } from '../ops/attention/shared';
import { tiledGradKeys, tiledGradQuery } from '../ops/attention/tiled/backward';
import { embedGrad } from '../ops/embed/kernel';
import { placeGrad, placeThreads } from '../ops/place/kernel';
import { shareOfProduct } from '../ops/product/share';
import { productSwigluGrad } from '../ops/product/swiglu';
import { sumBlocks } from '../ops/rmsNorm/kernel';
import type { Part } from '../program/program';
import { inGradients } from './arena';
import type { BundleWriter } from './bundleWriter';
import { POSITIONS } from './documents';
import type { Forward, LayerKept } from './forward';

/** Gradients of all weights. The logits' place holds the gradient that the loss left there. */
export function backward(w: BundleWriter, kept: Forward): void {
  const { m, arena, rows } = w;
  const D = m.width;
  const dlogits = kept.logits; // the loss left its gradient in place of the logits

  // A tied head is the embedding transposed: logits = normed Eᵀ.
  const dnormed = w.temporary('dnormed', D);
  if (arena.head) {
    w.NT(dlogits, arena.head, dnormed, w.V, D);
    w.TN(kept.normed, dlogits, inGradients(arena.head), D, w.V);
  } else {
    w.NN(dlogits, arena.embedding, dnormed, w.V, D);
    w.TN(dlogits, kept.normed, inGradients(arena.embedding), w.V, D);
  }
  const dx = w.temporary('dx', D);
  w.normGrad(2 * m.layers.length, kept.last, arena.finalNorm, kept.scale, dnormed, dx, 0);
  for (let l = m.layers.length - 1; l >= 0; l--) layer(w, l, kept.layers[l]!, dx);
  w.launch(
    embedGrad,
    arena.embedding.length / 4,
    { ids: w.part('tokens', rows), dx, dtable: inGradients(arena.embedding) },
    { rows, width: D, V: w.V, keep: arena.head ? 0 : 1 },
  );
  const norms = 2 * m.layers.length + 1;
  w.launch(
    sumBlocks,
    norms * D,
    { partial: w.part('gains'), sums: inGradients(arena.norms) },
    { norms, blocks: w.blocks, width: D, stride: arena.normStride },
  );
}

/** Gradients of the layer's weights; dx, the gradient of its output, becomes that of its input. */
function layer(w: BundleWriter, l: number, s: LayerKept, dx: Part): void {
  const { m, W, share } = w;
  const { width: D, hidden: F } = m;
  const rows = w.rows;
  const weights = w.arena.layers[l]!;
  // MLP
  const dboth = w.temporary('dgate and dup', 2 * F);
  const tile = shareOfProduct('swigluGrad', rows, F, w.tiles);
  w.launch(
    productSwigluGrad,
    tile.threads,
    { a: dx, b: weights.down, both: s.both, dboth },
    { rows, inner: D, columns: F },
    tile.constants,
  );
  const dMiddleNormed = w.temporary('dnormed', D);
  w.NT(dboth, weights.gateUp, dMiddleNormed, 2 * F, D); // while dboth is in the cache
  w.TN(s.gated, dx, inGradients(weights.down), F, D);
  w.TN(s.middleNormed, dboth, inGradients(weights.gateUp), D, 2 * F);
  w.normGrad(2 * l + 1, s.middle, weights.mlpNorm, s.middleScale, dMiddleNormed, dx, 1);

  // Attention
  const H = m.heads * m.headDim;
  const dout = w.temporary('dout', H);
  w.NT(dx, weights.out, dout, D, H);
  w.TN(s.attended, dx, inGradients(weights.out), H, D);
  const { layout, reads, readers, apart, table } = w.layers[l]!;
  const dqkv = w.temporary('dqkv', W);
  const dmeans =
    layout.summaries > 0
      ? w.temporary('dmeans', 2 * m.kvHeads * m.headDim, w.batch * layout.summaries)
      : w.part('nothing more');
  const { qkv, means, stats } = s;
  const u = w.attentionUniforms(layout, apart.reads);
  const D4 = m.headDim / 4;
  const overQueries = { D4, queries: share.gradQueries };
  const overKeys = { D4, keys: share.keys };
  if (isTiled(layout)) {
    const tiled = w.tiledUniforms(layout, apart.reads);
    w.launch(
      tiledGradQuery,
      queryThreads(u, share.gradQueries),
      { qkv, reads, out: s.attended, dout, stats, dqkv },
      tiled,
      overQueries,
    );
    w.launch(
      tiledGradKeys,
      keyThreads(u, share.keys),
      { qkv, readers, dout, stats, dqkv },
      { ...tiled, apart: apart.readers },
      overKeys,
    );
  } else {
    w.launch(
      attentionGradQuery,
      queryThreads(u, share.gradQueries),
      { qkv, means, first: reads, out: s.attended, dout, stats, dqkv },
      u,
      { ...overQueries, ...w.partsOf(layout) },
    );
    w.launch(
      attentionGradKeys,
      keyThreads(u, share.keys),
      { qkv, means, readers, dout, stats, dqkv, dmeans },
      { ...u, apart: apart.readers },
      { ...overKeys, ...w.partsOf(layout) },
    );
  }
  const places = w.placeUniforms(layout);
  w.launch(
    placeGrad,
    placeThreads(w.batch, places),
    { dqkv, table, positions: w.part(POSITIONS), dmeans },
    places,
  );
  const dNormed = w.temporary('dnormed', D);
  w.NT(dqkv, weights.qkv, dNormed, W, D);
  w.TN(s.normed, dqkv, inGradients(weights.qkv), D, W);
  w.normGrad(2 * l, s.x, weights.attentionNorm, s.scale, dNormed, dx, 1);
}
