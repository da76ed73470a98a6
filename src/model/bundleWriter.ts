/**
 * @file A bundle while it is written: the buffers that stay, and the launches that recur in its programs (products,
 * norms, positions), with their shapes.
 */
import { SLOT } from '../ops/adamw/kernel';
import { rmsNorm, rmsNormGradGain, rmsNormGradX, ROWS_PER_BLOCK } from '../ops/rmsNorm/kernel';
import { threadShare, type KernelId, type ThreadShare } from '../ops/attention/costs';
import { partsOf } from '../ops/attention/shared';
import type { Layout } from '../attention/layout';
import type { Packing } from '../attention/documents';
import { place, placeThreads } from '../ops/place/kernel';
import { productAdd, productNN, productNT, productTN } from '../ops/product/kernel';
import { shareOfProduct } from '../ops/product/share';
import type { Constants } from '../program/kernel';
import { ALIGN, ProgramWriter, type KeptBuffer, type Part, type Program } from '../program/program';
import { MEDIUM_TILES, SMALL_TILES, type Tiles } from '../program/tiles';
import { NORM_EPS, type ModelSpec } from '../spec/model';
import { RING, type AdamWOptions } from './adamw';
import { arenaOf, paddedVocabulary, type Arena } from './arena';
import { POSITIONS } from './documents';
import type { Pooling } from './pooling';
import { tablesOf, type LayerTables } from './tables';

export interface BundleOptions {
  readonly batch: number;
  readonly adamw?: AdamWOptions;
  /** The machine's kernels: they decide how much a GPU thread takes on. */
  readonly kernel?: KernelId;
  /** Tiles of the products, if the best ones were measured. */
  readonly tiles?: Tiles;
  readonly pooling?: Pooling;
  /**
   * If documents are kept apart, every sequence has its own tables, to be written with its batch: see ./documents.ts.
   */
  readonly documents?: Packing;
}

export class BundleWriter {
  readonly arena: Arena;
  readonly tiles: Tiles;
  readonly share: ThreadShare;
  readonly V: number; // padded
  readonly W: number; // a row of qkv
  readonly kept: Record<string, KeptBuffer> = {};
  readonly layers: readonly LayerTables[];
  #writer = new ProgramWriter();
  #batch = 1;

  constructor(
    readonly m: ModelSpec,
    readonly options: BundleOptions,
  ) {
    this.arena = arenaOf(m);
    const onCard = options.kernel === 'gpu';
    this.tiles = options.tiles ?? (onCard ? SMALL_TILES : MEDIUM_TILES);
    this.share = threadShare(onCard ? 'gpu' : 'softwareGpu', m.headDim);
    this.V = paddedVocabulary(m);
    this.W = (m.heads + 2 * m.kvHeads) * m.headDim;
    this.layers = tablesOf(m, options, (name, buffer) => {
      this.kept[name] = buffer;
      return this.part(name);
    });
    const rows = options.batch * m.context;
    for (const name of ['weights', 'gradients', 'm', 'v']) this.#keep(name, this.arena.length);
    this.#keep('ring', RING * SLOT);
    this.#keep('tokens', rows, 'i32');
    this.#keep('targets', rows, 'i32');
    this.#keep('scored', rows);
    this.#keep(POSITIONS, this.#restarts ? rows : ALIGN, 'i32');
    // WebGPU allows neither empty buffers nor one that is both read and written.
    this.#keep('nothing', ALIGN);
    this.#keep('nothing more', ALIGN);
    this.#keep('gains', (2 * m.layers.length + 1) * this.blocks * m.width);
  }

  /** One program over `batch` sequences; `write` adds its launches. */
  program(batch: number, write: () => void): Program {
    this.#writer = new ProgramWriter();
    this.#batch = batch;
    write();
    return this.#writer.program();
  }

  get batch(): number {
    return this.#batch;
  }

  /** Tokens of the program being written. */
  get rows(): number {
    return this.#batch * this.m.context;
  }

  get #restarts(): boolean {
    return this.options.documents === 'restart';
  }

  /**
   * Blocks of rows whose gain gradients are summed separately; enough of them that each norm's begin at a multiple of
   * ALIGN. The rest stay zero.
   */
  get blocks(): number {
    let blocks = Math.ceil((this.options.batch * this.m.context) / ROWS_PER_BLOCK);
    while ((blocks * this.m.width) % ALIGN !== 0) blocks++;
    return blocks;
  }

  #keep(name: string, length: number, element: KeptBuffer['element'] = 'f32'): void {
    this.kept[name] = { element, length };
  }

  part(buffer: string, length = this.kept[buffer]!.length, at = 0): Part {
    return { buffer, at, length };
  }

  temporary(name: string, width: number, rows = this.rows): Part {
    return this.#writer.temporary(name, rows * width);
  }

  /** Adds a launch to the program being written. */
  get launch(): ProgramWriter['launch'] {
    return this.#writer.launch.bind(this.#writer);
  }

  result(name: string, part: Part): void {
    this.#writer.result(name, part);
  }

  attentionUniforms({ T, summaries, chunk }: Layout, apart: number) {
    const { heads, kvHeads, headDim } = this.m;
    return {
      B: this.batch,
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

  /** Which parts the shaders of a layer's attention have, as constants. */
  partsOf({ chunk }: Layout): Constants {
    return partsOf(this.options.kernel, chunk);
  }

  tiledUniforms({ T }: Layout, apart: number) {
    const { heads, kvHeads, headDim } = this.m;
    return { B: this.batch, T, heads, kvHeads, scale: 1 / Math.sqrt(headDim), apart };
  }

  placeUniforms({ T, summaries, chunk }: Layout) {
    const { heads, kvHeads, headDim, pool } = this.m;
    const pre = pool === 'pre' ? 1 : 0;
    const own = this.#restarts ? 1 : 0;
    return { T, summaries, heads, kvHeads, headDim, chunk: summaries > 0 ? chunk : 1, pre, own };
  }

  /** Rotates queries and keys in place; the averages of keys and values. */
  place(l: number, qkv: Part): Part {
    const { layout, table } = this.layers[l]!;
    const { kvHeads, headDim } = this.m;
    const means =
      layout.summaries > 0
        ? this.temporary('means', 2 * kvHeads * headDim, this.batch * layout.summaries)
        : this.part('nothing');
    const u = this.placeUniforms(layout);
    const positions = this.part(POSITIONS);
    this.launch(place, placeThreads(this.batch, u), { qkv, table, positions, means }, u);
    return means;
  }

  norm(x: Part, gain: Part): { readonly y: Part; readonly scale: Part } {
    const rows = this.rows;
    const y = this.temporary('normed', this.m.width);
    const scale = this.temporary('scale', 1);
    const u = { rows, width: this.m.width, eps: NORM_EPS };
    this.launch(rmsNorm, rows, { x, gain, y, scale }, u);
    return { y, scale };
  }

  /** Norm number n: its share of dx, added if `keep` is 1, and the terms of its gain's gradient. */
  normGrad(n: number, x: Part, gain: Part, scale: Part, dy: Part, dx: Part, keep: 0 | 1): void {
    const rows = this.rows;
    const { width } = this.m;
    this.launch(rmsNormGradX, rows, { x, gain, scale, dy, dx }, { rows, width, keep });
    const blocks = Math.ceil(rows / ROWS_PER_BLOCK);
    const partial = this.part('gains', blocks * width, n * this.blocks * width);
    this.launch(rmsNormGradGain, blocks * width, { x, scale, dy, partial }, { rows, width });
  }

  #tile(columns: number) {
    return shareOfProduct('plain', this.rows, columns, this.tiles);
  }

  NN(a: Part, b: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.rows, inner, columns };
    this.launch(productNN, threads, { a, b, y }, u, constants);
  }

  add(a: Part, b: Part, base: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.rows, inner, columns };
    this.launch(productAdd, threads, { a, b, base, y }, u, constants);
  }

  NT(a: Part, b: Part, y: Part, inner: number, columns: number): void {
    const { threads, constants } = this.#tile(columns);
    const u = { rows: this.rows, inner, columns };
    this.launch(productNT, threads, { a, b, y }, u, constants);
  }

  /** y [rows, columns] = aᵀ b, over all tokens. */
  TN(a: Part, b: Part, y: Part, rows: number, columns: number): void {
    const { threads, constants } = shareOfProduct('TN', rows, columns, this.tiles);
    const u = { rows, inner: this.rows, columns };
    this.launch(productTN, threads, { a, b, y }, u, constants);
  }
}
