/**
 * @file Where each weight lies in the one buffer that holds them all; gradients and moments have the same layout.
 *
 * With one buffer, AdamW is one launch. Matrices that are multiplied with the same input lie side by side as columns of
 * one matrix: [query | key | value] and [gate | up]. The vocabulary is padded to a multiple of 8 with zeros, which stay
 * zero.
 */
import { check } from '../core/check';
import { aligned, ALIGN, type Part } from '../program/program';
import { weightTable, type ModelSpec } from '../spec/model';

/** `rows` × `columns` numbers, `stride` apart from row to row. */
interface WeightPlace {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

interface LayerParts {
  readonly attentionNorm: Part; // [D]
  readonly qkv: Part; // [D, (H + 2 kvH) d]
  readonly out: Part; // [H d, D]
  readonly mlpNorm: Part; // [D]
  readonly gateUp: Part; // [D, 2 F]
  readonly down: Part; // [F, D]
}

export interface Arena {
  readonly length: number; // numbers, a multiple of ALIGN
  /** By Hugging Face's names, in the order of the weight table. */
  readonly places: ReadonlyMap<string, WeightPlace>;
  readonly embedding: Part; // [V padded, D]
  readonly head: Part | undefined; // [D, V padded], unless tied to the embedding
  readonly finalNorm: Part; // [D]
  readonly norms: Part; // all gains, `normStride` apart
  readonly normStride: number;
  readonly layers: readonly LayerParts[];
}

/** The padded vocabulary, as the products use it. */
export const paddedVocabulary = (m: Pick<ModelSpec, 'vocabulary'>): number =>
  8 * Math.ceil(m.vocabulary / 8);

/** Parts refer to a buffer called `weights`; `inGradients` points them at the gradients. */
export function arenaOf(m: ModelSpec): Arena {
  const { width: D, hidden: F, headDim: d, heads, kvHeads } = m;
  const V = paddedVocabulary(m);
  let length = 0;
  const take = (numbers: number): Part => {
    const part = { buffer: 'weights', at: length, length: numbers };
    length += aligned(numbers);
    return part;
  };
  const embedding = take(V * D);
  const normStride = aligned(D);
  const norms = take((2 * m.layers.length + 1) * normStride);
  const norm = (n: number): Part => ({
    buffer: 'weights',
    at: norms.at + n * normStride,
    length: D,
  });
  const W = (heads + 2 * kvHeads) * d;
  const layers = m.layers.map((_, l) => ({
    attentionNorm: norm(2 * l),
    mlpNorm: norm(2 * l + 1),
    qkv: take(D * W),
    out: take(heads * d * D),
    gateUp: take(D * 2 * F),
    down: take(F * D),
  }));
  const finalNorm = norm(2 * m.layers.length);
  const head = m.tied ? undefined : take(D * V);

  const find: Record<
    string,
    (parts: LayerParts) => readonly [Part, before: number, stride: number]
  > = {
    input_layernorm: (p) => [p.attentionNorm, 0, D],
    'self_attn.q_proj': (p) => [p.qkv, 0, W],
    'self_attn.k_proj': (p) => [p.qkv, heads * d, W],
    'self_attn.v_proj': (p) => [p.qkv, (heads + kvHeads) * d, W],
    'self_attn.o_proj': (p) => [p.out, 0, D],
    post_attention_layernorm: (p) => [p.mlpNorm, 0, D],
    'mlp.gate_proj': (p) => [p.gateUp, 0, 2 * F],
    'mlp.up_proj': (p) => [p.gateUp, F, 2 * F],
    'mlp.down_proj': (p) => [p.down, 0, D],
  };
  const whole: Record<string, readonly [Part | undefined, stride: number]> = {
    'model.embed_tokens.weight': [embedding, D],
    'model.norm.weight': [finalNorm, D],
    'lm_head.weight': [head, V],
  };
  const places = weightTable(m).map(({ name, shape }): [string, WeightPlace] => {
    const rows = shape.length === 1 ? 1 : shape[0]!;
    const columns = shape.at(-1)!;
    const [, layer, field] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
    if (field !== undefined) {
      const [part, before, stride] = find[field]!(layers[Number(layer)]!);
      return [name, { at: part.at + before, rows, columns, stride }];
    }
    const [part, stride] = whole[name]!;
    return [name, { at: part!.at, rows, columns, stride }];
  });
  return {
    length,
    places: new Map(places),
    embedding,
    head,
    finalNorm,
    norms,
    normStride,
    layers,
  };
}

export const inGradients = (part: Part): Part => ({ ...part, buffer: 'gradients' });

export type HostWeights = ReadonlyMap<string, Float32Array>;

/** Weights by name → the arena's numbers. Throws InputError if one is missing or has the wrong size. */
export function pack(arena: Arena, weights: HostWeights): Float32Array {
  const packed = new Float32Array(arena.length);
  for (const [name, { at, rows, columns, stride }] of arena.places) {
    const values = weights.get(name);
    check(
      values?.length === rows * columns,
      `weight ${name} has ${values?.length ?? 'no'} numbers; this model needs ${rows * columns} (${rows === 1 ? columns : `${rows} × ${columns}`})`,
    );
    for (let row = 0; row < rows; row++) {
      packed.set(values.subarray(row * columns, (row + 1) * columns), at + row * stride);
    }
  }
  return packed;
}

/** The inverse of `pack`; returns copies. */
export function unpack(arena: Arena, packed: Float32Array): Map<string, Float32Array> {
  return new Map(
    [...arena.places].map(([name, { at, rows, columns, stride }]) => {
      const values = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        const from = at + row * stride;
        values.set(packed.subarray(from, from + columns), row * columns);
      }
      return [name, values];
    }),
  );
}

if (ALIGN % 4 !== 0) throw new Error('norms are read as vec4s');
