/** @file The arithmetic of a decoder in plain loops over host weights. */
import type { ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import { add, norm, times, turned } from './arithmetic';
import type { LayerCache } from './cache';
import { ratesOf, type Arithmetic, type Without } from './computing';
import { plainStore } from './room';

const NONE: Float32Array = new Float32Array(0);

export class Loops implements Arithmetic {
  readonly room = plainStore.room;
  readonly release = plainStore.release;
  keys = NONE;
  values = NONE;
  #x = NONE; // the residual stream [n, D]
  #q = NONE; // [n, H d]
  #attended = NONE; // [n, H d]
  #position = 0; // of the first token
  /** For one head; as long as the longest cache so far. */
  #scores = new Float32Array(64);
  #starts = new Int32Array(64); // offset of each entry's numbers in its array
  readonly #rates: Float64Array;

  constructor(
    readonly spec: ModelSpec,
    readonly weights: HostWeights,
  ) {
    this.#rates = ratesOf(spec);
  }

  begin(tokens: ArrayLike<number>, position: number, entries: number): void {
    const { width: D } = this.spec;
    const embedding = this.#weight('model.embed_tokens');
    this.#position = position;
    this.#x = new Float32Array(tokens.length * D);
    for (let i = 0; i < tokens.length; i++)
      this.#x.set(embedding.subarray(tokens[i]! * D, (tokens[i]! + 1) * D), i * D);
    if (this.#scores.length < entries) {
      this.#scores = new Float32Array(2 * entries);
      this.#starts = new Int32Array(2 * entries);
    }
  }

  project(l: number): void {
    const at = `model.layers.${l}.`;
    const { heads, headDim: d } = this.spec;
    const n = this.#rows;
    const normed = norm(this.#x, this.#weight(`${at}input_layernorm`));
    this.#q = times(normed, n, this.#weight(`${at}self_attn.q_proj`));
    this.keys = times(normed, n, this.#weight(`${at}self_attn.k_proj`));
    this.values = times(normed, n, this.#weight(`${at}self_attn.v_proj`));
    this.#attended = new Float32Array(this.#q.length);
    for (let i = 0; i < n; i++)
      turned(this.#q, i * heads * d, heads * d, this.#position + i, d, this.#rates);
  }

  attend(
    i: number,
    cache: LayerCache,
    { cut, silent }: Without,
    look: boolean,
  ): Float32Array | undefined {
    const { heads, kvHeads, headDim: d } = this.spec;
    const { summaries, keys, values, summaryKeys, summaryValues } = cache;
    const { count, slots } = cache.reading();
    const row = kvHeads * d;
    const entries = summaries + count;
    const [q, out, scores, starts] = [this.#q, this.#attended, this.#scores, this.#starts];
    for (let n = 0; n < entries; n++) starts[n] = row * (n < summaries ? n : slots[n - summaries]!);
    const bias = Math.log(Math.max(1, cache.chunk));
    const scale = 1 / Math.sqrt(d);
    const seen = look ? new Float32Array(heads * entries) : undefined;
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor((h * kvHeads) / heads) * d;
      const mine = (i * heads + h) * d;
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
      if (silent.has(h)) continue;
      for (let n = 0; n < entries; n++) {
        const from = starts[n]! + kv;
        const source = n >= summaries ? values : summaryValues;
        const p = scores[n]! / total;
        for (let c = 0; c < d; c++) out[mine + c]! += p * source[from + c]!;
      }
    }
    return seen;
  }

  finish(l: number): void {
    const at = `model.layers.${l}.`;
    const n = this.#rows;
    add(this.#x, times(this.#attended, n, this.#weight(`${at}self_attn.o_proj`)));
    const again = norm(this.#x, this.#weight(`${at}post_attention_layernorm`));
    const gate = times(again, n, this.#weight(`${at}mlp.gate_proj`));
    const up = times(again, n, this.#weight(`${at}mlp.up_proj`));
    for (let i = 0; i < gate.length; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
    add(this.#x, times(gate, n, this.#weight(`${at}mlp.down_proj`)));
  }

  logits(first: number): Float32Array {
    const { width: D, vocabulary: V } = this.spec;
    const n = this.#rows - first;
    const normed = norm(this.#x.subarray(first * D), this.#weight('model.norm'));
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

  /** Tokens of the pass. */
  get #rows(): number {
    return this.#x.length / this.spec.width;
  }

  #weight(name: string): Float32Array {
    return this.weights.get(`${name}.weight`)!;
  }
}
