/**
 * @file Writes one token at a time with a real key-value cache per layer, in plain loops over host weights.
 *
 * The cache holds what the pattern's `cachedKeys` counts and no more: a local layer forgets what fell out
 * of its window, an approximate one turns each chunk that falls out into its summary.
 */
import type { PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { NORM_EPS, type ModelSpec } from '../spec/model';
import type { HostWeights } from './arena';

interface Entry {
  readonly raw: Float32Array; // key before it is turned, [kvHeads d]
  readonly key: Float32Array; // turned
  readonly value: Float32Array;
}

interface LayerCache {
  readonly spec: PatternSpec;
  start: number; // position of tokens[0]
  tokens: Entry[];
  readonly summaries: Entry[];
}

export class Decoder {
  readonly #caches: readonly LayerCache[];
  #position = 0;

  constructor(
    readonly spec: ModelSpec,
    readonly weights: HostWeights,
  ) {
    this.#caches = spec.layers.map((layer) => ({
      spec: layer,
      start: 0,
      tokens: [],
      summaries: [],
    }));
  }

  /** Keys (tokens and summaries) each layer holds now. */
  cachedKeys(): readonly number[] {
    return this.#caches.map(({ tokens, summaries }) => tokens.length + summaries.length);
  }

  /** Takes in one token; the logits of the next one, [V]. */
  next(token: number): Float32Array {
    const { width: D } = this.spec;
    const embedding = this.#weight('model.embed_tokens');
    let x: Float32Array = embedding.slice(token * D, (token + 1) * D);
    this.#caches.forEach((cache, l) => (x = this.#layer(x, cache, `model.layers.${l}.`)));
    this.#position++;
    const normed = norm(x, this.#weight('model.norm'));
    const head = this.weights.get('lm_head.weight');
    if (head) return times(normed, head);
    const logits = new Float32Array(this.spec.vocabulary);
    for (let v = 0; v < logits.length; v++) {
      let dot = 0;
      for (let c = 0; c < D; c++) dot += normed[c]! * embedding[v * D + c]!;
      logits[v] = dot;
    }
    return logits;
  }

  #layer(x: Float32Array, cache: LayerCache, at: string): Float32Array {
    const normed = norm(x, this.#weight(`${at}input_layernorm`));
    const q = this.#turn(times(normed, this.#weight(`${at}self_attn.q_proj`)), this.#position);
    const raw = times(normed, this.#weight(`${at}self_attn.k_proj`));
    const value = times(normed, this.#weight(`${at}self_attn.v_proj`));
    cache.tokens.push({ raw, key: this.#turn(raw, this.#position), value });
    this.#evict(cache);
    const attended = this.#attend(q, cache);
    const middle = plus(x, times(attended, this.#weight(`${at}self_attn.o_proj`)));

    const again = norm(middle, this.#weight(`${at}post_attention_layernorm`));
    const gate = times(again, this.#weight(`${at}mlp.gate_proj`));
    const up = times(again, this.#weight(`${at}mlp.up_proj`));
    for (let i = 0; i < gate.length; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
    return plus(middle, times(gate, this.#weight(`${at}mlp.down_proj`)));
  }

  /** Lets go of the tokens before firstKey, chunk by chunk into summaries where the pattern has them. */
  #evict(cache: LayerCache): void {
    const rule = patterns.get(cache.spec.pattern);
    const { params } = cache.spec;
    const first = rule.firstKey(this.#position, params);
    const chunk = rule.chunk(params);
    if (chunk > 0) {
      for (; cache.start < first; cache.start += chunk) {
        cache.summaries.push(this.#summary(cache.tokens.slice(0, chunk), cache.start));
        cache.tokens = cache.tokens.slice(chunk);
      }
    } else if (first > cache.start) {
      cache.tokens = cache.tokens.slice(first - cache.start);
      cache.start = first;
    }
  }

  #summary(tokens: readonly Entry[], start: number): Entry {
    const mean = (of: (entry: Entry) => Float32Array) => {
      const sum = new Float32Array(of(tokens[0]!).length);
      for (const entry of tokens)
        for (let i = 0; i < sum.length; i++) sum[i]! += of(entry)[i]! / tokens.length;
      return sum;
    };
    const raw = mean((entry) => entry.raw);
    const centre = start + (tokens.length - 1) / 2;
    const key = this.spec.pool === 'pre' ? this.#turn(raw, centre) : mean((entry) => entry.key);
    return { raw, key, value: mean((entry) => entry.value) };
  }

  #attend(q: Float32Array, { spec, tokens, summaries }: LayerCache): Float32Array {
    const { heads, kvHeads, headDim: d } = this.spec;
    const bias = Math.log(Math.max(1, patterns.get(spec.pattern).chunk(spec.params)));
    const entries = [...summaries, ...tokens];
    const out = new Float32Array(q.length);
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor((h * kvHeads) / heads) * d;
      const scores = entries.map(({ key }, n) => {
        let dot = 0;
        for (let c = 0; c < d; c++) dot += q[h * d + c]! * key[kv + c]!;
        return dot / Math.sqrt(d) + (n < summaries.length ? bias : 0);
      });
      const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const weights = scores.map((s) => Math.exp(s - most));
      const total = weights.reduce((a, b) => a + b, 0);
      entries.forEach(({ value }, n) => {
        const p = weights[n]! / total;
        for (let c = 0; c < d; c++) out[h * d + c]! += p * value[kv + c]!;
      });
    }
    return out;
  }

  #turn(x: Float32Array, position: number): Float32Array {
    const { headDim: d, ropeBase, ropeScale } = this.spec;
    const half = d / 2;
    const y = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += d) {
      for (let c = 0; c < half; c++) {
        const angle = (position / ropeScale) * Math.pow(ropeBase, (-2 * c) / d);
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        y[at + c] = x[at + c]! * cosine - x[at + half + c]! * sine;
        y[at + half + c] = x[at + half + c]! * cosine + x[at + c]! * sine;
      }
    }
    return y;
  }

  #weight(name: string): Float32Array {
    return this.weights.get(`${name}.weight`)!;
  }
}

function norm(x: Float32Array, gain: Float32Array): Float32Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  const scale = 1 / Math.sqrt(squares / x.length + NORM_EPS);
  return x.map((value, c) => value * scale * gain[c]!);
}

/** x [in] times w [in, out] */
function times(x: Float32Array, w: Float32Array): Float32Array {
  const y = new Float32Array(w.length / x.length);
  for (let r = 0, at = 0; r < x.length; r++) {
    const value = x[r]!;
    for (let c = 0; c < y.length; c++, at++) y[c]! += value * w[at]!;
  }
  return y;
}

const plus = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value + b[i]!);

/** Draws from softmax(logits / temperature); `uniform` is in [0, 1). Temperature 0: the largest. */
export function pick(logits: Float32Array, temperature: number, uniform: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  if (temperature === 0) return logits.indexOf(most);
  const weights = logits.map((logit) => Math.exp((logit - most) / temperature));
  let rest = uniform * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return logits.indexOf(most);
}
