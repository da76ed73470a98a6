/**
 * @file Reads and writes tokens with a real key-value cache per layer. An arithmetic computes: plain loops, or
 * WebAssembly (computing.ts).
 *
 * A prompt is read in chunks: the products with weights are computed for all its tokens at once, attention one query
 * after the other, so that a ring never holds more than its window. The numbers are those of the whole-sequence forward
 * pass (`uncached.ts`) up to rounding.
 *
 * A query reads only tokens up to itself, since later ones do not exist yet. If a mask includes future tokens, the
 * decoder gets only its past part, and its text shows how well the model does with that. A query that reads nothing
 * gets zeros from attention, and its residual stream continues unchanged.
 */
import { check } from '../../core/check';
import type { ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import { turned } from './arithmetic';
import { LayerCache, type Turn } from './cache';
import { ratesOf, type Arithmetic, type Without } from './computing';
import { Loops } from './loops';
import { allOrNone } from './room';

/** What one query read in one layer: the entries of the cache, summaries first, then tokens in order. */
export interface LayerLook {
  /** Entry n stands for tokens from[n] … to[n], both included: one token, or a summary's chunk. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weights: Float32Array; // [H, entries], rows sum to 1
}

/** Interventions on a model that do not train it. Layers, heads and tokens count from 0. */
export interface Interventions {
  /** Heads that add nothing: their output is zero. */
  readonly silent?: readonly { readonly layer: number; readonly head: number }[];
  /**
   * Tokens whose keys no query reads exactly, not even the token's own; in one layer, or in every layer. A summary that
   * includes such a token is still read.
   */
  readonly cut?: readonly { readonly token: number; readonly layer?: number }[];
}

export class Decoder {
  readonly caches: readonly LayerCache[];
  #position = 0;
  #released = false;
  readonly #turn: Turn;
  readonly #silent: readonly ReadonlySet<number>[]; // heads, per layer
  readonly #cut: readonly { readonly token: number; readonly layer?: number }[];

  /** Throws a RangeError if the arithmetic's memory is refused; so do `next`, `prefill` and `read`. */
  constructor(
    readonly spec: ModelSpec,
    weights: HostWeights,
    { silent = [], cut = [] }: Interventions = {},
    private readonly arithmetic: Arithmetic = new Loops(spec, weights),
  ) {
    this.caches = allOrNone(
      spec.layers.map((layer) => () => new LayerCache(spec, layer, arithmetic)),
      (cache) => cache.release(),
    );
    const { headDim: d, kvHeads } = spec;
    const rates = ratesOf(spec);
    this.#turn = (x, at, position) => turned(x, at, kvHeads * d, position, d, rates);
    this.#silent = spec.layers.map(
      (_, l) => new Set(silent.filter(({ layer }) => layer === l).map(({ head }) => head)),
    );
    this.#cut = cut;
  }

  /** Tokens read so far. */
  get length(): number {
    return this.#position;
  }

  /** Keys (tokens and summaries) each layer holds now. */
  cachedKeys(): readonly number[] {
    return this.caches.map(({ held }) => held);
  }

  /** Bytes each layer holds now. */
  cachedBytes(): readonly number[] {
    return this.caches.map(({ bytes }) => bytes);
  }

  /** Reads one token; the logits of the next one, [V]. `look` gets what each layer read. */
  next(token: number, look?: LayerLook[]): Float32Array {
    this.#forward([token], look);
    return this.arithmetic.logits(0);
  }

  /** Reads several tokens at once; the logits after the last of them, [V]. */
  prefill(tokens: ArrayLike<number>): Float32Array {
    return this.read(tokens, tokens.length - 1);
  }

  /** Reads several tokens at once; the logits after each of them from number `from` on, [n − from, V]. */
  read(tokens: ArrayLike<number>, from = 0): Float32Array {
    this.#forward(tokens);
    return from < tokens.length ? this.arithmetic.logits(from) : new Float32Array(0);
  }

  /** Gives the memory of its caches back; it is not used any more. May be called again. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const cache of this.caches) cache.release();
  }

  #forward(tokens: ArrayLike<number>, look?: LayerLook[]): void {
    const { vocabulary } = this.spec;
    const n = tokens.length;
    check(n > 0, 'there are no tokens to read; give at least one');
    for (let i = 0; i < n; i++) {
      const token = tokens[i]!;
      check(
        Number.isInteger(token) && token >= 0 && token < vocabulary,
        `token ${token} is not in the vocabulary; its ids go from 0 to ${vocabulary - 1}`,
      );
    }
    // All room is made before anything changes: a refusal leaves the caches as they are.
    for (const cache of this.caches) cache.reserve(n);
    const entries = n + Math.max(0, ...this.caches.map(({ held }) => held));
    this.arithmetic.begin(tokens, this.#position, entries);
    this.caches.forEach((cache, l) => this.#layer(cache, n, l, look));
    this.#position += n;
  }

  #layer(cache: LayerCache, n: number, l: number, look?: LayerLook[]): void {
    const { arithmetic } = this;
    const row = this.spec.kvHeads * this.spec.headDim;
    const cuts = this.#cut.filter(({ layer = l }) => layer === l);
    arithmetic.project(l);
    const { keys, values } = arithmetic;
    for (let i = 0; i < n; i++) {
      cache.push(keys, values, i * row, this.#turn);
      const cut = cuts.map(({ token }) => cache.entryOf(token)).filter((entry) => entry >= 0);
      const without: Without = { cut, silent: this.#silent[l]! };
      const last = look !== undefined && i === n - 1;
      const weights = arithmetic.attend(i, cache, without, last);
      if (weights) look?.push(lookOf(cache, weights));
    }
    arithmetic.finish(l);
  }
}

/** What the newest query read in one layer, with these weights. */
function lookOf(cache: LayerCache, weights: Float32Array): LayerLook {
  const { summaries, chunk } = cache;
  const { count, tokens } = cache.reading();
  const from = new Int32Array(summaries + count);
  for (let n = 0; n < summaries; n++) from[n] = n * chunk;
  from.set(tokens.subarray(0, count), summaries);
  const to = from.slice();
  for (let n = 0; n < summaries; n++) to[n]! += chunk - 1;
  return { from, to, weights };
}
