/**
 * @file Reads and writes tokens with a real key-value cache per layer, in plain loops over host weights.
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
import { LayerCache, type Turn } from './cache';
import { turned, norm, times, add } from './arithmetic';

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
  /** For one head; as long as the longest cache so far. */
  #scores = new Float32Array(64);
  #starts = new Int32Array(64); // offset of each entry's numbers in its array
  readonly #rates: Float64Array; // RoPE's angle per position, [d / 2]
  readonly #turn: Turn;
  readonly #silent: ReadonlySet<string>;
  readonly #cut: readonly { readonly token: number; readonly layer?: number }[];

  constructor(
    readonly spec: ModelSpec,
    readonly weights: HostWeights,
    { silent = [], cut = [] }: Interventions = {},
  ) {
    this.caches = spec.layers.map((layer) => new LayerCache(spec, layer));
    const { headDim: d, ropeBase, ropeScale } = spec;
    this.#rates = Float64Array.from(
      { length: d / 2 },
      (_, c) => Math.pow(ropeBase, (-2 * c) / d) / ropeScale,
    );
    this.#turn = (x, at, position) => turned(x, at, spec.kvHeads * d, position, d, this.#rates);
    this.#silent = new Set(silent.map(({ layer, head }) => `${layer} ${head}`));
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
    return this.#logits(this.#forward([token], look));
  }

  /** Reads several tokens at once; the logits after the last of them, [V]. */
  prefill(tokens: ArrayLike<number>): Float32Array {
    const { width: D } = this.spec;
    const x = this.#forward(tokens);
    return this.#logits(x.subarray((tokens.length - 1) * D));
  }

  /** Reads several tokens at once; the logits after each of them, [n, V]. */
  read(tokens: ArrayLike<number>): Float32Array {
    return this.#logits(this.#forward(tokens));
  }

  /** The residual stream after the last layer, [n, D]. */
  #forward(tokens: ArrayLike<number>, look?: LayerLook[]): Float32Array {
    const { width: D, vocabulary } = this.spec;
    const n = tokens.length;
    check(n > 0, 'there are no tokens to read; give at least one');
    const embedding = this.#weight('model.embed_tokens');
    const x = new Float32Array(n * D);
    for (let i = 0; i < n; i++) {
      const token = tokens[i]!;
      check(
        Number.isInteger(token) && token >= 0 && token < vocabulary,
        `token ${token} is not in the vocabulary; its ids go from 0 to ${vocabulary - 1}`,
      );
      x.set(embedding.subarray(token * D, (token + 1) * D), i * D);
    }
    this.caches.forEach((_, l) => this.#layer(x, n, l, look));
    this.#position += n;
    return x;
  }

  #logits(x: Float32Array): Float32Array {
    const { width: D, vocabulary: V } = this.spec;
    const n = x.length / D;
    const normed = norm(x, this.#weight('model.norm'));
    const head = this.weights.get('lm_head.weight');
    if (head) return times(normed, n, head);
    const embedding = this.#weight('model.embed_tokens');
    const logits = new Float32Array(n * V);
    for (let i = 0; i < n; i++) {
      for (let v = 0; v < V; v++) {
        let dot = 0;
        for (let c = 0; c < D; c++) dot += normed[i * D + c]! * embedding[v * D + c]!;
        logits[i * V + v] = dot;
      }
    }
    return logits;
  }

  /** x [n, D], changed in place. */
  #layer(x: Float32Array, n: number, l: number, look?: LayerLook[]): void {
    const at = `model.layers.${l}.`;
    const { heads, kvHeads, headDim: d } = this.spec;
    const cache = this.caches[l]!;
    const normed = norm(x, this.#weight(`${at}input_layernorm`));
    const q = times(normed, n, this.#weight(`${at}self_attn.q_proj`));
    const k = times(normed, n, this.#weight(`${at}self_attn.k_proj`));
    const v = times(normed, n, this.#weight(`${at}self_attn.v_proj`));
    const attended = new Float32Array(n * heads * d);
    for (let i = 0; i < n; i++) {
      cache.push(k, v, i * kvHeads * d, this.#turn);
      turned(q, i * heads * d, heads * d, this.#position + i, d, this.#rates);
      const seen = this.#attend(q, attended, i * heads * d, cache, l, look !== undefined);
      if (seen && i === n - 1) look?.push(seen);
    }
    add(x, times(attended, n, this.#weight(`${at}self_attn.o_proj`)));

    const again = norm(x, this.#weight(`${at}post_attention_layernorm`));
    const gate = times(again, n, this.#weight(`${at}mlp.gate_proj`));
    const up = times(again, n, this.#weight(`${at}mlp.up_proj`));
    for (let i = 0; i < gate.length; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
    add(x, times(gate, n, this.#weight(`${at}mlp.down_proj`)));
  }

  /** One query, all heads: rows `at` of q → rows `at` of `out`. */
  #attend(
    q: Float32Array,
    out: Float32Array,
    at: number,
    cache: LayerCache,
    layer: number,
    look: boolean,
  ): LayerLook | undefined {
    const { heads, kvHeads, headDim: d } = this.spec;
    const { summaries, keys, values, summaryKeys, summaryValues } = cache;
    const { count, tokens, slots } = cache.reading();
    const row = kvHeads * d;
    const entries = summaries + count;
    if (this.#scores.length < entries) {
      this.#scores = new Float32Array(2 * entries);
      this.#starts = new Int32Array(2 * entries);
    }
    const scores = this.#scores;
    const starts = this.#starts;
    for (let n = 0; n < entries; n++) starts[n] = row * (n < summaries ? n : slots[n - summaries]!);
    const bias = Math.log(Math.max(1, cache.chunk));
    const scale = 1 / Math.sqrt(d);
    const read = tokens.subarray(0, count);
    const cut = this.#cut
      .filter((one) => (one.layer ?? layer) === layer && read.includes(one.token))
      .map(({ token }) => summaries + read.indexOf(token));
    const seen = look ? new Float32Array(heads * entries) : undefined;
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor((h * kvHeads) / heads) * d;
      const mine = at + h * d;
      let most = -Infinity;
      for (let n = 0; n < entries; n++) {
        const exact = n >= summaries;
        const from = starts[n]! + kv;
        const source = exact ? keys : summaryKeys;
        let dot = 0;
        for (let c = 0; c < d; c++) dot += q[mine + c]! * source[from + c]!;
        scores[n] = dot * scale + (exact ? 0 : bias);
      }
      for (const n of cut) scores[n] = -Infinity;
      for (let n = 0; n < entries; n++) if (scores[n]! > most) most = scores[n]!;
      if (most === -Infinity) continue; // nothing left to read: the head adds nothing
      let total = 0;
      for (let n = 0; n < entries; n++) total += scores[n] = Math.exp(scores[n]! - most);
      if (seen) for (let n = 0; n < entries; n++) seen[h * entries + n] = scores[n]! / total;
      if (this.#silent.has(`${layer} ${h}`)) continue;
      for (let n = 0; n < entries; n++) {
        const from = starts[n]! + kv;
        const source = n >= summaries ? values : summaryValues;
        const p = scores[n]! / total;
        for (let c = 0; c < d; c++) out[mine + c]! += p * source[from + c]!;
      }
    }
    if (!seen) return undefined;
    const start = (n: number) => (n < summaries ? n * cache.chunk : read[n - summaries]!);
    return {
      from: Int32Array.from({ length: entries }, (_, n) => start(n)),
      to: Int32Array.from(
        { length: entries },
        (_, n) => start(n) + (n < summaries ? cache.chunk - 1 : 0),
      ),
      weights: seen,
    };
  }

  #weight(name: string): Float32Array {
    return this.weights.get(`${name}.weight`)!;
  }
}
