/**
 * @file The model as programs: a training step, an evaluation, logits, and the pictures of its attention.
 * Forward and backward are written out, without a tape; the composed version it is tested against is src/reference.
 *
 * x' = x + attend(place(norm(x) [Wq | Wk | Wv])) Wo
 * y  = x' + (silu(norm(x') Wgate) ∘ norm(x') Wup) Wdown
 *
 * Llama's block (Touvron et al. 2023): pre-norm, no biases. Shapes are known, so this runs once per model; the list it
 * writes is what machines replay and what the memory prediction counts.
 */
import { rowTables, type Packing } from '../attention/documents';
import { threadShare, type KernelId, type ThreadShare } from '../ops/attention/costs';
import { isTiled, layoutOf, type Layout } from '../attention/layout';
import type { PatternSpec } from '../attention/pattern';
import { adamw, settle, SLOT, squares, SQUARES_PER_THREAD } from '../ops/adamw/kernel';
import { attentionGradKeys, attentionGradQuery } from '../ops/attention/backward';
import { attentionForward } from '../ops/attention/forward';
import { attentionProbe } from '../ops/attention/probe';
import { tiledGradKeys, tiledGradQuery } from '../ops/attention/tiled/backward';
import { tiledForward } from '../ops/attention/tiled/forward';
import { tiledProbe } from '../ops/attention/tiled/probe';
import { keyThreads, queryThreads } from '../ops/attention/shared';
import { crossEntropy } from '../ops/crossEntropy/kernel';
import { embed, embedGrad } from '../ops/embed/kernel';
import {
  place,
  placeGrad,
  placeThreads,
  rotationTable,
  virtualPositions,
} from '../ops/place/kernel';
import {
  productAdd,
  productNN,
  productNT,
  productSwiglu,
  productSwigluGrad,
  productTN,
} from '../ops/product/kernel';
import { shareOfProduct } from '../ops/product/share';
import {
  rmsNorm,
  rmsNormGradGain,
  rmsNormGradX,
  ROWS_PER_BLOCK,
  sumBlocks,
} from '../ops/rmsNorm/kernel';
import { ALIGN, ProgramWriter, type Bundle, type KeptBuffer, type Part } from '../program/program';
import { NORM_EPS, type ModelSpec } from '../spec/model';
import { arenaOf, inGradients, paddedVocabulary, type Arena } from './arena';
import { nameOfTable, POSITIONS, readersOf, rowsOf } from './documents';
import type { Picture } from './picture';
import { LARGE_TILES, SMALL_TILES, type Tiles } from '../program/tiles';

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

export interface BundleOptions {
  readonly batch: number;
  readonly adamw?: AdamWOptions;
  /** The machine's kernels: they decide how much a GPU thread takes on. */
  readonly kernel?: KernelId;
  /** Tiles of the products, if the best ones were measured. */
  readonly tiles?: Tiles;
  readonly picture?: Picture;
  /**
   * If documents are kept apart, every sequence has its own tables, to be written with its batch: see ./documents.ts.
   */
  readonly documents?: Packing;
}

/** The result of program `maps` that holds a layer's picture. */
export const pictureOf = (layer: number): string => `picture ${layer}`;

/** The programs `train`, `evaluate` (a batch), `logits` and `maps` (one sequence), and what they share. */
export function bundleOf(m: ModelSpec, options: BundleOptions): Bundle {
  return new BundleWriter(m, options).bundle();
}

interface LayerKept {
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

interface LayerLayout {
  readonly layout: Layout;
  readonly reads: Part; // what queries read: the first key of each, or tiles
  readonly readers: Part; // the same by key: first and last reader of each, or tiles
  /**
   * Distance from the tables of one sequence to those of the next, as the kernels count it; 0 if all sequences share
   * one.
   */
  readonly apart: { readonly reads: number; readonly readers: number };
  readonly table: Part;
}

class BundleWriter {
  readonly arena: Arena;
  readonly tiles: Tiles;
  readonly share: ThreadShare;
  readonly V: number; // padded
  readonly W: number; // a row of qkv
  readonly kept: Record<string, KeptBuffer> = {};
  readonly layouts: readonly LayerLayout[];
  #writer = new ProgramWriter();
  #batch = 1;

  constructor(
    readonly m: ModelSpec,
    readonly options: BundleOptions,
  ) {
    this.arena = arenaOf(m);
    const onCard = options.kernel === 'gpu';
    this.tiles = options.tiles ?? (onCard ? SMALL_TILES : LARGE_TILES);
    this.share = threadShare(onCard ? 'gpu' : 'softwareGpu', m.headDim);
    this.V = paddedVocabulary(m);
    this.W = (m.heads + 2 * m.kvHeads) * m.headDim;
    // Layers of a kind share their tables.
    const known = new Map<string, LayerLayout>();
    this.layouts = m.layers.map((pattern) => {
      const id = JSON.stringify(pattern);
      const layout = known.get(id) ?? this.#layout(pattern, id);
      known.set(id, layout);
      return layout;
    });
  }

  bundle(): Bundle {
    const { context: T, layers, width } = this.m;
    const rows = this.options.batch * T;
    for (const name of ['weights', 'gradients', 'm', 'v']) this.#keep(name, this.arena.length);
    this.#keep('ring', RING * SLOT);
    this.#keep('tokens', rows, 'i32');
    this.#keep('targets', rows, 'i32');
    this.#keep('scored', rows);
    this.#keep(POSITIONS, this.#restarts ? rows : ALIGN, 'i32');
    // WebGPU allows neither empty buffers nor one that is both read and written.
    this.#keep('nothing', ALIGN);
    this.#keep('nothing more', ALIGN);
    this.#keep('gains', (2 * layers.length + 1) * this.#blocks * width);
    return {
      kept: this.kept,
      programs: {
        train: this.#program(this.options.batch, () => this.#train()),
        evaluate: this.#program(this.options.batch, () => {
          this.#loss(this.#forward().logits, 'report');
        }),
        logits: this.#program(1, () => this.#forward('logits')),
        ...(this.options.picture && {
          maps: this.#program(1, () => this.#pictures(this.options.picture!)),
        }),
      },
    };
  }

  #program(batch: number, write: () => void) {
    this.#writer = new ProgramWriter();
    this.#batch = batch;
    write();
    return this.#writer.program();
  }

  #keep(name: string, length: number, element: KeptBuffer['element'] = 'f32'): void {
    this.kept[name] = { element, length };
  }

  #part(buffer: string, length = this.kept[buffer]!.length, at = 0): Part {
    return { buffer, at, length };
  }

  #layout(pattern: PatternSpec, id: string): LayerLayout {
    const { context: T, headDim, ropeBase, ropeScale, pool } = this.m;
    const layout = layoutOf(pattern, T);
    const put = (buffer: string, keptBuffer: KeptBuffer): Part => {
      this.kept[buffer] = keptBuffer;
      return this.#part(buffer);
    };
    const ints = (table: 'reads' | 'readers', shared: Int32Array) => {
      const rows = this.#packed ? rowsOf(layout, table, this.options.batch) : undefined;
      const length = rows?.length ?? shared.length;
      return put(nameOfTable(table, id), {
        element: 'i32',
        length,
        content: () => rows?.content() ?? shared,
      });
    };
    const centres = pool === 'pre' ? layout.summaries : 0;
    const sizes = this.#packed ? rowTables(layout) : { reads: 0, readers: 0 };
    return {
      layout,
      reads: ints('reads', isTiled(layout) ? layout.reads : layout.first),
      readers: ints('readers', isTiled(layout) ? layout.readers : readersOf(layout)),
      // Intervals are indexed by token, and each token's readers are two numbers.
      apart: isTiled(layout) ? sizes : { reads: sizes.reads, readers: sizes.readers / 2 },
      table: put(`angles ${id}`, {
        element: 'f32',
        length: (T + centres) * headDim,
        content: () =>
          rotationTable(virtualPositions(T, layout.chunk, centres), headDim, ropeBase, ropeScale),
      }),
    };
  }

  get #packed(): boolean {
    return (this.options.documents ?? 'off') !== 'off';
  }

  get #restarts(): boolean {
    return this.options.documents === 'restart';
  }

  get #rows(): number {
    return this.#batch * this.m.context;
  }

  /**
   * Blocks of rows whose gain gradients are summed separately; enough of them that each norm's begin at a multiple of
   * ALIGN. The rest stay zero.
   */
  get #blocks(): number {
    let blocks = Math.ceil((this.options.batch * this.m.context) / ROWS_PER_BLOCK);
    while ((blocks * this.m.width) % ALIGN !== 0) blocks++;
    return blocks;
  }

  #temporary(name: string, width: number, rows = this.#rows): Part {
    return this.#writer.temporary(name, rows * width);
  }

  #train(): void {
    const { m, arena } = this;
    const { batch, adamw: a = ADAMW } = this.options;
    const rows = batch * m.context;
    const D = m.width;
    const kept = this.#forward();
    const { report } = this.#loss(kept.logits);
    const dlogits = kept.logits; // the loss left its gradient in place of the logits

    // A tied head is the embedding transposed: logits = normed Eᵀ.
    const dnormed = this.#temporary('dnormed', D);
    if (arena.head) {
      this.#NT(dlogits, arena.head, dnormed, this.V, D);
      this.#TN(kept.normed, dlogits, inGradients(arena.head), D, this.V);
    } else {
      this.#NN(dlogits, arena.embedding, dnormed, this.V, D);
      this.#TN(dlogits, kept.normed, inGradients(arena.embedding), this.V, D);
    }
    const dx = this.#temporary('dx', D);
    this.#normGrad(2 * m.layers.length, kept.last, arena.finalNorm, kept.scale, dnormed, dx, 0);
    for (let l = m.layers.length - 1; l >= 0; l--) this.#backward(l, kept.layers[l]!, dx);
    this.#writer.launch(
      embedGrad,
      arena.embedding.length / 4,
      { ids: this.#part('tokens', rows), dx, dtable: inGradients(arena.embedding) },
      { rows, width: D, V: this.V, keep: arena.head ? 0 : 1 },
    );
    const norms = 2 * m.layers.length + 1;
    this.#writer.launch(
      sumBlocks,
      norms * D,
      { partial: this.#part('gains'), sums: inGradients(arena.norms) },
      { norms, blocks: this.#blocks, width: D, stride: arena.normStride },
    );
    const count = arena.length;
    const sums = Math.ceil(count / SQUARES_PER_THREAD);
    const partial = this.#writer.temporary('partial', sums);
    const gradient = this.#part('gradients');
    const ring = this.#part('ring');
    this.#writer.launch(squares, sums, { gradient, partial }, { count });
    this.#writer.launch(
      settle,
      1,
      { partial, report, ring },
      { count: sums, rows, slot: { value: 'slot' }, share: { value: 'share' } },
    );
    this.#writer.launch(
      adamw,
      count / 4,
      { gradient, ring, w: this.#part('weights'), m: this.#part('m'), v: this.#part('v') },
      {
        count,
        slot: { value: 'slot' },
        rate: { value: 'rate' },
        beta1: a.beta1,
        beta2: a.beta2,
        eps: a.eps,
        shrink: { value: 'shrink' },
        correct1: { value: 'correct1' },
        correct2: { value: 'correct2' },
        clip: a.clip,
      },
    );
  }

  /** Logits of the batch, and what the backward pass needs. */
  #forward(result?: 'logits') {
    const { m, arena, V } = this;
    const rows = this.#rows;
    const D = m.width;
    let x = this.#temporary('x', D);
    this.#writer.launch(
      embed,
      rows * D,
      { ids: this.#part('tokens', rows), table: arena.embedding, x },
      { rows, width: D },
    );
    const layers = m.layers.map((_, l) => {
      const { y, kept } = this.#layer(l, x);
      x = y;
      return kept;
    });
    const { y: normed, scale } = this.#norm(x, arena.finalNorm);
    const logits = this.#temporary('logits', V);
    if (arena.head) this.#NN(normed, arena.head, logits, D, V);
    else this.#NT(normed, arena.embedding, logits, D, V);
    if (result) this.#writer.result(result, logits);
    return { layers, last: x, normed, scale, logits };
  }

  #layer(l: number, x: Part): { readonly y: Part; readonly kept: LayerKept } {
    const { m, W } = this;
    const { width: D, hidden: F } = m;
    const w = this.arena.layers[l]!;
    const { y: normed, scale } = this.#norm(x, w.attentionNorm);
    const qkv = this.#temporary('qkv', W);
    this.#NN(normed, w.qkv, qkv, D, W);
    const means = this.#place(l, qkv);
    const attended = this.#temporary('attended', m.heads * m.headDim);
    const stats = this.#temporary('stats', 2 * m.heads);
    const { layout, reads, apart } = this.layouts[l]!;
    const u = this.#attentionUniforms(layout, apart.reads);
    const { queries } = this.share;
    const threads = queryThreads(u, queries);
    const constants = { D4: m.headDim / 4, queries };
    if (isTiled(layout))
      this.#writer.launch(
        tiledForward,
        threads,
        { qkv, reads, out: attended, stats },
        this.#tiledUniforms(layout, apart.reads),
        constants,
      );
    else
      this.#writer.launch(
        attentionForward,
        threads,
        { qkv, means, first: reads, out: attended, stats },
        u,
        constants,
      );
    const middle = this.#temporary('middle', D);
    this.#add(attended, w.out, x, middle, m.heads * m.headDim, D);

    const { y: middleNormed, scale: middleScale } = this.#norm(middle, w.mlpNorm);
    const both = this.#temporary('gate and up', 2 * F);
    const gated = this.#temporary('gated', F);
    const product = shareOfProduct('swiglu', this.#rows, 2 * F, this.tiles);
    this.#writer.launch(
      productSwiglu,
      product.threads,
      { a: middleNormed, b: w.gateUp, both, gated },
      { rows: this.#rows, inner: D, columns: 2 * F },
      product.constants,
    );
    const y = this.#temporary('x', D);
    this.#add(gated, w.down, middle, y, F, D);
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

  /** Gradients of the layer's weights; dx, the gradient of its output, becomes that of its input. */
  #backward(l: number, s: LayerKept, dx: Part): void {
    const { m, W, share } = this;
    const { width: D, hidden: F } = m;
    const rows = this.#rows;
    const w = this.arena.layers[l]!;
    // MLP
    const dboth = this.#temporary('dgate and dup', 2 * F);
    const tile = shareOfProduct('swigluGrad', rows, F, this.tiles);
    this.#writer.launch(
      productSwigluGrad,
      tile.threads,
      { a: dx, b: w.down, both: s.both, dboth },
      { rows, inner: D, columns: F },
      tile.constants,
    );
    this.#TN(s.gated, dx, inGradients(w.down), F, D);
    const dMiddleNormed = this.#temporary('dnormed', D);
    this.#NT(dboth, w.gateUp, dMiddleNormed, 2 * F, D);
    this.#TN(s.middleNormed, dboth, inGradients(w.gateUp), D, 2 * F);
    this.#normGrad(2 * l + 1, s.middle, w.mlpNorm, s.middleScale, dMiddleNormed, dx, 1);

    // Attention
    const H = m.heads * m.headDim;
    const dout = this.#temporary('dout', H);
    this.#NT(dx, w.out, dout, D, H);
    this.#TN(s.attended, dx, inGradients(w.out), H, D);
    const { layout, reads, readers, apart, table } = this.layouts[l]!;
    const dqkv = this.#temporary('dqkv', W);
    const dmeans =
      layout.summaries > 0
        ? this.#temporary('dmeans', 2 * m.kvHeads * m.headDim, this.#batch * layout.summaries)
        : this.#part('nothing more');
    const { qkv, means, stats } = s;
    const u = this.#attentionUniforms(layout, apart.reads);
    const D4 = m.headDim / 4;
    const overQueries = { D4, queries: share.gradQueries };
    const overKeys = { D4, keys: share.keys };
    if (isTiled(layout)) {
      const tiled = this.#tiledUniforms(layout, apart.reads);
      this.#writer.launch(
        tiledGradQuery,
        queryThreads(u, share.gradQueries),
        { qkv, reads, out: s.attended, dout, stats, dqkv },
        tiled,
        overQueries,
      );
      this.#writer.launch(
        tiledGradKeys,
        keyThreads(u, share.keys),
        { qkv, readers, dout, stats, dqkv },
        { ...tiled, apart: apart.readers },
        overKeys,
      );
    } else {
      this.#writer.launch(
        attentionGradQuery,
        queryThreads(u, share.gradQueries),
        { qkv, means, first: reads, out: s.attended, dout, stats, dqkv },
        u,
        overQueries,
      );
      this.#writer.launch(
        attentionGradKeys,
        keyThreads(u, share.keys),
        { qkv, means, readers, dout, stats, dqkv, dmeans },
        { ...u, apart: apart.readers },
        overKeys,
      );
    }
    const places = this.#placeUniforms(layout);
    this.#writer.launch(
      placeGrad,
      placeThreads(this.#batch, places),
      { dqkv, table, positions: this.#part(POSITIONS), dmeans },
      places,
    );
    const dNormed = this.#temporary('dnormed', D);
    this.#NT(dqkv, w.qkv, dNormed, W, D);
    this.#TN(s.normed, dqkv, inGradients(w.qkv), D, W);
    this.#normGrad(2 * l, s.x, w.attentionNorm, s.scale, dNormed, dx, 1);
  }

  /** Leaves the gradient of the mean loss in place of the logits. */
  #loss(logits: Part, result?: 'report'): { readonly report: Part } {
    const rows = this.#rows;
    const report = this.#temporary('report', 2);
    this.#writer.launch(
      crossEntropy,
      rows,
      { logits, targets: this.#part('targets', rows), weights: this.#part('scored', rows), report },
      { rows, V: this.m.vocabulary, stride: this.V, share: { value: 'share' } },
    );
    if (result) this.#writer.result(result, report);
    return { report };
  }

  /** What every layer and head read in one sequence. */
  #pictures({ size, factor, every }: Picture): void {
    const { m } = this;
    this.#forward().layers.forEach(({ qkv, means, stats }, l) => {
      const cells = this.#writer.temporary('cells', m.heads * size * size);
      this.#writer.result(pictureOf(l), cells);
      const { layout, reads } = this.layouts[l]!;
      const picture = { headDim: m.headDim, size, factor, every };
      if (isTiled(layout))
        this.#writer.launch(
          tiledProbe,
          cells.length,
          { qkv, reads, stats, cells },
          { ...this.#tiledUniforms(layout, 0), ...picture },
        );
      else
        this.#writer.launch(
          attentionProbe,
          cells.length,
          { qkv, means, first: reads, stats, cells },
          { ...this.#attentionUniforms(layout, 0), ...picture },
        );
    });
  }

  #attentionUniforms({ T, summaries, chunk }: Layout, apart: number) {
    const { heads, kvHeads, headDim } = this.m;
    return {
      B: this.#batch,
      T,
      summaries,
      heads,
      kvHeads,
      chunk,
      scale: 1 / Math.sqrt(headDim),
      bias: chunk > 0 ? Math.log(chunk) : 0,
      apart,
    };
  }

  #tiledUniforms({ T }: Layout, apart: number) {
    const { heads, kvHeads, headDim } = this.m;
    return { B: this.#batch, T, heads, kvHeads, scale: 1 / Math.sqrt(headDim), apart };
  }

  #placeUniforms({ T, summaries, chunk }: Layout) {
    const { heads, kvHeads, headDim, pool } = this.m;
    const pre = pool === 'pre' ? 1 : 0;
    const own = this.#restarts ? 1 : 0;
    return { T, summaries, heads, kvHeads, headDim, chunk: summaries > 0 ? chunk : 1, pre, own };
  }

  /** Rotates queries and keys in place; the averages of keys and values. */
  #place(l: number, qkv: Part): Part {
    const { layout, table } = this.layouts[l]!;
    const { kvHeads, headDim } = this.m;
    const means =
      layout.summaries > 0
        ? this.#temporary('means', 2 * kvHeads * headDim, this.#batch * layout.summaries)
        : this.#part('nothing');
    const u = this.#placeUniforms(layout);
    const positions = this.#part(POSITIONS);
    this.#writer.launch(place, placeThreads(this.#batch, u), { qkv, table, positions, means }, u);
    return means;
  }

  #norm(x: Part, gain: Part): { readonly y: Part; readonly scale: Part } {
    const rows = this.#rows;
    const y = this.#temporary('normed', this.m.width);
    const scale = this.#temporary('scale', 1);
    const u = { rows, width: this.m.width, eps: NORM_EPS };
    this.#writer.launch(rmsNorm, rows, { x, gain, y, scale }, u);
    return { y, scale };
  }

  /** Norm number n: its share of dx, added if `keep` is 1, and the terms of its gain's gradient. */
  #normGrad(n: number, x: Part, gain: Part, scale: Part, dy: Part, dx: Part, keep: 0 | 1): void {
    const rows = this.#rows;
    const { width } = this.m;
    this.#writer.launch(rmsNormGradX, rows, { x, gain, scale, dy, dx }, { rows, width, keep });
    const blocks = Math.ceil(rows / ROWS_PER_BLOCK);
    const partial = this.#part('gains', blocks * width, n * this.#blocks * width);
    this.#writer.launch(
      rmsNormGradGain,
      blocks * width,
      { x, scale, dy, partial },
      { rows, width },
    );
  }

  #tile(columns: number) {
    return shareOfProduct('plain', this.#rows, columns, this.tiles);
  }

  #NN(a: Part, b: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.#rows, inner, columns };
    this.#writer.launch(productNN, threads, { a, b, y }, u, constants);
  }

  #add(a: Part, b: Part, base: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.#rows, inner, columns };
    this.#writer.launch(productAdd, threads, { a, b, base, y }, u, constants);
  }

  #NT(a: Part, b: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.#rows, inner, columns };
    this.#writer.launch(productNT, threads, { a, b, y }, u, constants);
  }

  /** y [rows, columns] = aᵀ b, over all tokens. */
  #TN(a: Part, b: Part, y: Part, rows: number, columns: number): void {
    const { threads, constants } = shareOfProduct('TN', rows, columns, this.tiles);
    const u = { rows, inner: this.#rows, columns };
    this.#writer.launch(productTN, threads, { a, b, y }, u, constants);
  }
}
