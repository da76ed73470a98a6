/**
 * @file The same forward pass without a cache: every layer over the whole sequence at once, each query reading what its
 * pattern's rule allows, straight from the definition. "Replay without cache" compares with this.
 *
 * With a mask that sees the future a query reads the future here, as it does in training; a decoder's logits differ.
 */
import { textOf } from '../../attention/need';
import { patterns } from '../../attention/registry';
import { keysOf } from '../../attention/runs';
import type { ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import { norm, times, turned } from './arithmetic';

/** Logits after every token from number `from` on, [T − from, V]. Time grows with T²; nothing is cached. */
export function logitsWithoutCache(
  m: ModelSpec,
  weights: HostWeights,
  tokens: ArrayLike<number>,
  from = 0,
): Float32Array {
  const { width: D, heads, kvHeads, headDim: d, vocabulary: V } = m;
  const T = tokens.length;
  const weight = (name: string) => weights.get(`${name}.weight`)!;
  const rates = Float64Array.from(
    { length: d / 2 },
    (_, c) => Math.pow(m.ropeBase, (-2 * c) / d) / m.ropeScale,
  );
  const scores = new Float64Array(T + 1); // a summary stands for at least one token
  const x = new Float32Array(T * D);
  const embedding = weight('model.embed_tokens');
  for (let t = 0; t < T; t++)
    x.set(embedding.subarray(tokens[t]! * D, (tokens[t]! + 1) * D), t * D);

  m.layers.forEach(({ pattern, params }, l) => {
    const rule = patterns.get(pattern);
    const chunk = rule.chunk(params);
    const text = textOf(rule.expression(params), T);
    const reads = (t: number) => (rule.firstKey ? rule.reads(t, T, params) : text.row(t));
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
      const each = (numbers: Float32Array) =>
        Array.from({ length: T }, (_, t) =>
          numbers.subarray((t * kvHeads + kv) * d, (t * kvHeads + kv + 1) * d),
        );
      const keys = each(k);
      const values = each(v);
      for (let t = 0; t < T; t++) {
        const query = q.subarray((t * heads + h) * d, (t * heads + h + 1) * d);
        const result = out.subarray((t * heads + h) * d, (t * heads + h + 1) * d);
        const tokens = keysOf(reads(t));
        const before = chunk > 0 ? tokens[0]! / chunk : 0; // summaries it reads
        const read = before + tokens.length; // if 0, its output is zeros
        let most = -Infinity;
        for (let n = 0; n < read; n++) {
          const exact = n >= before;
          const key = exact ? keys[tokens[n - before]!]! : summaries[n]!.key;
          scores[n] = dot(query, key) / Math.sqrt(d) + (exact ? 0 : Math.log(chunk));
          most = Math.max(most, scores[n]!);
        }
        let total = 0;
        for (let n = 0; n < read; n++) total += scores[n] = Math.exp(scores[n]! - most);
        for (let n = 0; n < read; n++) {
          const value = n >= before ? values[tokens[n - before]!]! : summaries[n]!.value;
          for (let i = 0; i < d; i++) result[i]! += (scores[n]! / total) * value[i]!;
        }
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

  const normed = norm(x.subarray(from * D), weight('model.norm'));
  const rows = T - from;
  const head = weights.get('lm_head.weight');
  if (head) return times(normed, rows, head);
  const logits = new Float32Array(rows * V);
  for (let t = 0; t < rows; t++)
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
