/**
 * @file The specification of the model: composed tfjs operations, a T × T mask, gradients by the tape.
 *
 * Slow on purpose and short on purpose. Every fused kernel is tested against it, and it is tested against an
 * independent PyTorch implementation.
 */
import * as tf from '@tensorflow/tfjs';
import { checkPacked, type Packing } from '../attention/documents';
import { isTiled, layoutOf, type Layout } from '../attention/layout';
import { cellsInTiles } from '../attention/tiles';
import { rotationTable, virtualPositions } from '../ops/place/angles';
import { NORM_EPS, type ModelSpec } from '../spec/model';

type Weights = Readonly<Record<string, tf.Tensor>>;

/** Finite on purpose: a score that softmax turns into 0. */
const MASKED = -1e30;

/** What attention needs in addition to q, k and v. */
export interface AttentionTables {
  readonly mask: tf.Tensor2D; // [T, T + summaries]
  readonly angles: tf.Tensor2D; // [T + summaries, d], for the tokens and the centres of the chunks
  /** Given if some queries may read nothing: [T, T], 1 where a token may be read. */
  readonly read?: tf.Tensor2D;
}

/** One per layer; layers of one kind share theirs. */
export function referenceTables(m: ModelSpec): readonly AttentionTables[] {
  const known = new Map<string, AttentionTables>();
  return m.layers.map((pattern) => {
    const id = JSON.stringify(pattern);
    const tables = known.get(id) ?? attentionTables(m, layoutOf(pattern, m.context));
    known.set(id, tables);
    return tables;
  });
}

/** The documents in each row of a batch: where in its row the document of each token begins, [B T]. */
export interface Documents {
  readonly starts: Int32Array;
  readonly packing: Packing;
}

/** tokens int32 [B, T] → logits [B T, V] */
export function referenceLogits(
  m: ModelSpec,
  w: Weights,
  tokens: tf.Tensor2D,
  tables?: readonly AttentionTables[],
  documents?: Documents,
): tf.Tensor2D {
  const normed = referenceNorm(trunk(m, w, tokens, tables, documents).x, w['model.norm.weight']!);
  const head = w['lm_head.weight'] as tf.Tensor2D | undefined;
  if (head) return tf.matMul(normed, head);
  return tf.matMul(normed, w['model.embed_tokens.weight'] as tf.Tensor2D, false, true);
}

/** tokens int32 [B, T] → what every layer reads, [B, H, T, T + summaries]: a softmax over tokens and summaries. */
export const referenceMaps = (
  m: ModelSpec,
  w: Weights,
  tokens: tf.Tensor2D,
  tables?: readonly AttentionTables[],
  documents?: Documents,
): readonly tf.Tensor4D[] => trunk(m, w, tokens, tables, documents).maps;

/** All layers: their output [B T, D], and what each read. */
function trunk(
  m: ModelSpec,
  w: Weights,
  tokens: tf.Tensor2D,
  tables = referenceTables(m),
  documents?: Documents,
) {
  const [B, T] = tokens.shape;
  const embedding = w['model.embed_tokens.weight'] as tf.Tensor2D;
  const oneHot = tf.oneHot(tf.reshape(tokens, [B * T]), m.vocabulary);
  const floats = tf.cast(oneHot, 'float32') as tf.Tensor as tf.Tensor2D;
  let x: tf.Tensor2D = tf.matMul(floats, embedding);
  const maps = m.layers.map((pattern, l) => {
    const at = (name: string) => w[`model.layers.${l}.${name}.weight`]! as tf.Tensor2D;
    const normed = referenceNorm(x, at('input_layernorm'));
    const q: tf.Tensor2D = tf.matMul(normed, at('self_attn.q_proj'));
    const k: tf.Tensor2D = tf.matMul(normed, at('self_attn.k_proj'));
    const v: tf.Tensor2D = tf.matMul(normed, at('self_attn.v_proj'));
    const { mixed, weights } = attend(m, layoutOf(pattern, T), B, q, k, v, tables[l]!, documents);
    x = tf.add<tf.Tensor2D>(x, tf.matMul(mixed, at('self_attn.o_proj')));
    const again = referenceNorm(x, at('post_attention_layernorm'));
    const gate = tf.matMul(again, at('mlp.gate_proj'));
    const gated = tf.mul<tf.Tensor2D>(
      tf.mul(gate, tf.sigmoid(gate)),
      tf.matMul(again, at('mlp.up_proj')),
    );
    x = tf.add<tf.Tensor2D>(x, tf.matMul(gated, at('mlp.down_proj')));
    return weights;
  });
  return { x, maps };
}

/** Mean over weighted rows of −log softmax(logits)[target]. */
export function referenceLoss(
  logits: tf.Tensor2D,
  targets: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  return tf.div(tf.sum(tf.mul(referenceLosses(logits, targets), weights)), tf.sum(weights));
}

/** −log softmax(logits)[target] of every row, [rows]. */
export function referenceLosses(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const picked = tf.mul(tf.oneHot(targets, logits.shape[1]), tf.logSoftmax(logits));
  return tf.neg(tf.sum(picked, 1));
}

/** 1 where the largest logit is the target's, else 0; [rows]. */
export const referenceHits = (logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D =>
  tf.cast(tf.equal(tf.argMax(logits, 1), targets), 'float32');

function referenceNorm(x: tf.Tensor2D, gain: tf.Tensor): tf.Tensor2D {
  const mean = tf.mean(tf.square(x), -1, true);
  return tf.mul<tf.Tensor2D>(tf.div(x, tf.sqrt(tf.add(mean, NORM_EPS))), gain);
}

type Sizes = Pick<ModelSpec, 'heads' | 'kvHeads' | 'headDim' | 'pool' | 'ropeBase' | 'ropeScale'>;

/**
 * q [B T, H d], k and v [B T, kvH d], all before rotation → [B T, H d]. softmax(Q Kᵀ / √d + mask) V over tokens and
 * summaries.
 */
export const referenceAttention = (
  m: Sizes,
  layout: Layout,
  B: number,
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  documents?: Documents,
): tf.Tensor2D => attend(m, layout, B, q, k, v, attentionTables(m, layout), documents).mixed;

function attend(
  m: Sizes,
  { T, chunk, summaries }: Layout,
  B: number,
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  tables: AttentionTables,
  documents?: Documents,
): { readonly mixed: tf.Tensor2D; readonly weights: tf.Tensor4D } {
  const { angles } = tables;
  const d = m.headDim;
  const split = (x: tf.Tensor, heads: number): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [B, T, heads, d]), [0, 2, 1, 3]);
  const shared = (x: tf.Tensor4D): tf.Tensor4D => {
    const headOf = (h: number) => Math.floor((h * m.kvHeads) / m.heads);
    return tf.concat(
      Array.from({ length: m.heads }, (_, h) =>
        tf.slice(x, [0, headOf(h), 0, 0], [B, 1, x.shape[2], d]),
      ),
      1,
    );
  };
  const means = (x: tf.Tensor4D): tf.Tensor4D => {
    const whole = tf.slice(x, [0, 0, 0, 0], [B, m.kvHeads, summaries * chunk, d]);
    return tf.mean(tf.reshape(whole, [B, m.kvHeads, summaries, chunk, d]), 3);
  };
  const own = documents && documents.packing !== 'off' ? documents : undefined;
  if (own) checkPacked({ chunk });
  const turned = (x: tf.Tensor4D, from: number) =>
    referenceTurn(x, tf.slice(angles, [from, 0], [x.shape[2], d]));
  // If positions restart, every row has its own angles, [B, 1, T, d].
  const placed = (x: tf.Tensor4D) =>
    own?.packing === 'restart'
      ? referenceTurn(x, tf.reshape(tf.gather(angles, placesOf(own.starts, T)), [B, 1, T, d]))
      : turned(x, 0);

  const queries = placed(split(q, m.heads));
  const rawKeys = split(k, m.kvHeads);
  const values = split(v, m.kvHeads);
  let keys = placed(rawKeys);
  let allValues = values;
  if (summaries > 0) {
    const averaged = m.pool === 'post' ? means(keys) : turned(means(rawKeys), T);
    keys = tf.concat([keys, averaged], 2);
    allValues = tf.concat([values, means(values)], 2);
  }
  const scores = tf.div(tf.matMul(queries, shared(keys), false, true), Math.sqrt(d));
  const together = own && sameDocument(own.starts, B, T);
  const masked = tf.add(scores, tables.mask);
  const softened = tf.softmax(
    (together ? tf.where(tf.cast(together, 'bool'), masked, MASKED) : masked) as tf.Tensor4D,
  );
  // Where no token may be read, the softmax is uniform over blocked ones; the query gets zeros.
  const read = tables.read && (together ? tf.mul(tables.read, together) : tables.read);
  const weights = read ? (tf.mul(softened, read) as tf.Tensor4D) : softened;
  const byHead = tf.matMul(weights, shared(allValues));
  const mixed = tf.reshape(tf.transpose(byHead, [0, 2, 1, 3]), [B * T, m.heads * d]) as tf.Tensor2D;
  return { mixed, weights };
}

function attentionTables(m: Sizes, layout: Layout): AttentionTables {
  const positions = virtualPositions(layout.T, layout.chunk, layout.summaries);
  const angles = rotationTable(positions, m.headDim, m.ropeBase, m.ropeScale);
  return {
    mask: referenceMask(layout),
    angles: tf.tensor2d(angles, [positions.length, m.headDim]),
    ...(isTiled(layout) && { read: tf.tensor2d(cellsInTiles(layout), [layout.T, layout.T]) }),
  };
}

/** [T, T + summaries]: 0 where a token may be read, ln C where a summary may, MASKED elsewhere. Straight from the definition. */
function referenceMask(layout: Layout): tf.Tensor2D {
  const { T, chunk, summaries } = layout;
  if (isTiled(layout)) {
    const cells = Float32Array.from(cellsInTiles(layout), (read) => (read ? 0 : MASKED));
    return tf.tensor2d(cells, [T, T]);
  }
  const { first } = layout;
  const mask = new Float32Array(T * (T + summaries)).fill(MASKED);
  for (let q = 0; q < T; q++) {
    const row = q * (T + summaries);
    mask.fill(0, row + first[q]!, row + q + 1);
    for (let c = 0; c < summaries; c++) {
      if ((c + 1) * chunk <= first[q]!) mask[row + T + c] = Math.log(chunk);
    }
  }
  return tf.tensor2d(mask, [T, T + summaries]);
}

/** [B, 1, T, T], 1 where two tokens of a row are in one document. Straight from the definition. */
function sameDocument(starts: Int32Array, B: number, T: number): tf.Tensor4D {
  const same = new Float32Array(B * T * T);
  for (let b = 0, i = 0; b < B; b++)
    for (let q = 0; q < T; q++)
      for (let k = 0; k < T; k++, i++) same[i] = +(starts[b * T + q] === starts[b * T + k]);
  return tf.tensor4d(same, [B, 1, T, T]);
}

/** Positions that begin at 0 with every document, [B T]. */
const placesOf = (starts: Int32Array, T: number): tf.Tensor1D =>
  tf.tensor1d(
    starts.map((start, i) => (i % T) - start),
    'int32',
  );

/** x [B, H, n, d] rotated by the angles of its positions, [n, d] or [B, 1, n, d]. */
function referenceTurn(x: tf.Tensor4D, angles: tf.Tensor): tf.Tensor4D {
  const half = x.shape[3] / 2;
  const [cosine, sine] = tf.split(angles, 2, -1) as [tf.Tensor, tf.Tensor];
  const [a, b] = tf.split(x, [half, half], 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat(
    [tf.sub(tf.mul(a, cosine), tf.mul(b, sine)), tf.add(tf.mul(b, cosine), tf.mul(a, sine))],
    3,
  ) as tf.Tensor4D;
}
