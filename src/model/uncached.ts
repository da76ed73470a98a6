/**
 * @file The same forward pass without a cache: every layer over the whole sequence at once, each query reading what
 * its pattern's rule lets it read, straight from the definition. What "replay without cache" compares with.
 */
import { patterns } from '../attention/registry';
import type { ModelSpec } from '../spec/model';
import type { HostWeights } from './arena';
import { norm, times, turned } from './decode';

/** Logits after every token, [T, V]. Time and memory grow with T²; nothing is kept. */
export function logitsWithoutCache(
  m: ModelSpec,
  weights: HostWeights,
  tokens: ArrayLike<number>,
): Float32Array {
  const { width: D, heads, kvHeads, headDim: d, vocabulary: V } = m;
  const T = tokens.length;
  const weight = (name: string) => weights.get(`${name}.weight`)!;
  const rates = Float64Array.from(
    { length: d / 2 },
    (_, c) => Math.pow(m.ropeBase, (-2 * c) / d) / m.ropeScale,
  );
  const x = new Float32Array(T * D);
  const embedding = weight('model.embed_tokens');
  for (let t = 0; t < T; t++)
    x.set(embedding.subarray(tokens[t]! * D, (tokens[t]! + 1) * D), t * D);

  m.layers.forEach(({ pattern, params }, l) => {
    const rule = patterns.get(pattern);
    const chunk = rule.chunk(params);
    const at = `model.layers.${l}.`;
    const normed = norm(x, weight(`${at}input_layernorm`));
    const q = times(normed, T, weight(`${at}self_attn.q_proj`));
    const raw = times(normed, T, weight(`${at}self_attn.k_proj`));
    const v = times(normed, T, weight(`${at}self_attn.v_proj`));
    const k = raw.slice();
    for (let t = 0; t < T; t++) {
      turned(q, t * heads * d, heads * d, t, d, rates);
      turned(k, t * kvHeads * d, kvHeads * d, t, d, rates);
    }
    /** Mean of chunk `c` of x, for one key-value head. */
    const mean = (numbers: Float32Array, c: number, kv: number) => {
      const sum = new Float32Array(d);
      for (let t = c * chunk; t < (c + 1) * chunk; t++)
        for (let i = 0; i < d; i++) sum[i]! += numbers[(t * kvHeads + kv) * d + i]! / chunk;
      return sum;
    };
    const out = new Float32Array(T * heads * d);
    for (let h = 0; h < heads; h++) {
      const kv = Math.floor((h * kvHeads) / heads);
      const chunks = chunk > 0 ? Math.floor(T / chunk) : 0;
      const summaries = Array.from({ length: chunks }, (_, c) => {
        const key = mean(m.pool === 'pre' ? raw : k, c, kv);
        if (m.pool === 'pre') turned(key, 0, d, c * chunk + (chunk - 1) / 2, d, rates);
        return { key, value: mean(v, c, kv) };
      });
      const one = (numbers: Float32Array, t: number) =>
        numbers.subarray((t * kvHeads + kv) * d, (t * kvHeads + kv + 1) * d);
      for (let t = 0; t < T; t++) {
        const query = q.subarray((t * heads + h) * d, (t * heads + h + 1) * d);
        const first = rule.firstKey(t, params);
        const read = [
          ...summaries
            .slice(0, chunk > 0 ? first / chunk : 0)
            .map((summary) => ({ ...summary, bias: Math.log(chunk) })),
          ...Array.from({ length: t - first + 1 }, (_, i) => ({
            key: one(k, first + i),
            value: one(v, first + i),
            bias: 0,
          })),
        ];
        const scores = read.map(({ key, bias }) => dot(query, key) / Math.sqrt(d) + bias);
        const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
        const powers = scores.map((score) => Math.exp(score - most));
        const total = powers.reduce((a, b) => a + b, 0);
        read.forEach(({ value }, n) => {
          for (let i = 0; i < d; i++)
            out[(t * heads + h) * d + i]! += (powers[n]! / total) * value[i]!;
        });
      }
    }
    const attended = times(out, T, weight(`${at}self_attn.o_proj`));
    for (let i = 0; i < x.length; i++) x[i]! += attended[i]!;
    const again = norm(x, weight(`${at}post_attention_layernorm`));
    const gate = times(again, T, weight(`${at}mlp.gate_proj`));
    const up = times(again, T, weight(`${at}mlp.up_proj`));
    for (let i = 0; i < gate.length; i++) gate[i] = (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!;
    const down = times(gate, T, weight(`${at}mlp.down_proj`));
    for (let i = 0; i < x.length; i++) x[i]! += down[i]!;
  });

  const normed = norm(x, weight('model.norm'));
  const head = weights.get('lm_head.weight');
  if (head) return times(normed, T, head);
  const logits = new Float32Array(T * V);
  for (let t = 0; t < T; t++)
    for (let id = 0; id < V; id++)
      logits[t * V + id] = dot(
        normed.subarray(t * D, (t + 1) * D),
        embedding.subarray(id * D, (id + 1) * D),
      );
  return logits;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
