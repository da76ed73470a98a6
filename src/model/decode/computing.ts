/**
 * @file The arithmetic of a decoder: what is computed for the tokens that it reads. There are two, with the same
 * results up to rounding: plain loops (loops.ts), which are the truth, and WebAssembly (wasm.ts).
 */
import type { LayerCache } from './cache';
import type { Store } from './room';

/** What a query leaves out in one layer. */
export interface Without {
  /** Entries of the cache, summaries first, that get no weight. */
  readonly cut: readonly number[];
  /** Heads that add nothing. */
  readonly silent: ReadonlySet<number>;
}

/** Several decoders may share one: it holds the weights, and the numbers of one pass through the layers at a time. */
export interface Arithmetic extends Store {
  /**
   * Begins a pass: the residual stream of tokens from `position` on, whose queries read at most `entries` entries.
   * Until the pass ends, no more room is made.
   */
  begin(tokens: ArrayLike<number>, position: number, entries: number): void;
  /** Queries, rotated, and keys and values of a layer. */
  project(layer: number): void;
  /** [n, kvHeads d], before rotation. */
  readonly keys: Float32Array;
  readonly values: Float32Array; // [n, kvHeads d]
  /** Attention of query i to what a cache reads for it. If `look` is set, returns its weights [H, entries]. */
  attend(i: number, cache: LayerCache, without: Without, look: boolean): Float32Array | undefined;
  /** The output of attention and the MLP of a layer, added to the residual stream. */
  finish(layer: number): void;
  /** The logits after the tokens from number `from` of the pass on, [n − from, V]. */
  logits(from: number): Float32Array;
}

/** RoPE's angle per position, [d / 2]. */
export const ratesOf = (m: {
  readonly headDim: number;
  readonly ropeBase: number;
  readonly ropeScale: number;
}): Float64Array =>
  Float64Array.from(
    { length: m.headDim / 2 },
    (_, c) => Math.pow(m.ropeBase, (-2 * c) / m.headDim) / m.ropeScale,
  );
