/**
 * @file The specification, trained: composed tfjs operations, gradients by the tape, AdamW in five lines.
 *
 * This is the code one would write with TensorFlow.js alone. It runs next to our programs to show that both compute the
 * same, and how they differ in time and memory. On tfjs's current backend.
 */
import * as tf from '@tensorflow/tfjs';
import { withinDocuments, type Packing } from '../attention/documents';
import { layoutOf } from '../attention/layout';
import type { Batch } from '../data/source';
import { arenaOf, pack, unpack, type Arena, type HostWeights } from '../model/arena';
import { ADAMW, RING, type AdamWOptions } from '../model/adamw';
import { checkGiven } from '../model/documents';
import { poolingFor, type Pooling } from '../model/pooling';
import { weightTable, type ModelSpec } from '../spec/model';
import {
  AHEAD_ON_CARD,
  type Model,
  type ModelOptions,
  type Models,
  type Snapshot,
  type StepReport,
} from '../train/model';
import { cellsOf } from './cells';
import {
  referenceHits,
  referenceLogits,
  referenceLosses,
  referenceMaps,
  referenceTables,
  type AttentionTables,
  type Documents,
} from './reference';
import { flat, whenReached, copyOf, readOf } from './tensors';

/** Models of composed operations, on tfjs's current backend. */
export const tapes = (where: Models['where'] = 'host'): Models => ({
  kernel: 'composed',
  where,
  ahead: where === 'gpu' ? AHEAD_ON_CARD : 0,
  open: async (spec, weights, options) => new Taped(spec, weights, options),
});

class Taped implements Model {
  readonly arena: Arena;
  readonly pooling: Pooling;
  readonly adamw: AdamWOptions;
  readonly documents: Packing;
  readonly #names: readonly string[];
  readonly #shapes: readonly number[][];
  readonly #sizes: readonly number[];
  readonly #tables: readonly AttentionTables[];
  /** In the order of the weight table. */
  #weights: tf.Tensor[] = [];
  /** AdamW's moments, those of all weights concatenated. */
  #m: tf.Tensor1D | undefined;
  #v: tf.Tensor1D | undefined;
  #step = 0;
  #waiting: Promise<StepReport>[] = [];
  #peak = 0; // bytes

  constructor(
    readonly spec: ModelSpec,
    weights: HostWeights,
    { adamw = ADAMW, documents = 'off' }: ModelOptions,
  ) {
    const table = weightTable(spec);
    this.arena = arenaOf(spec);
    this.pooling = poolingFor(spec.context);
    this.adamw = adamw;
    this.documents = documents;
    this.#names = table.map(({ name }) => name);
    this.#shapes = table.map(({ shape }) => [...shape]);
    this.#sizes = this.#shapes.map((shape) => tf.util.sizeFromShape(shape));
    const packed = pack(this.arena, weights); // refuses wrong weights before anything is allocated
    const nothing = new Float32Array(packed.length);
    this.#tables = referenceTables(spec);
    this.restore({ step: 0, weights: packed, m: nothing, v: nothing });
  }

  /** Peak bytes of tensors alive during a step, as tfjs counts them; before the first step, those that stay. */
  get bytes(): number {
    return Math.max(this.#peak, this.#lasting);
  }

  get step(): number {
    return this.#step;
  }

  get room(): number {
    return RING - this.#waiting.length;
  }

  train(batch: Batch, rate: number): void {
    if (this.room === 0) {
      throw new Error(
        `the reports of ${RING} steps have not been read; read them before the next step`,
      );
    }
    const step = ++this.#step;
    const others = tf.memory().numBytes - this.#lasting; // the memory of other runs
    const count = () => {
      this.#peak = Math.max(this.#peak, tf.memory().numBytes - others);
    };
    const report = tf.tidy(() => {
      const { tokens, targets, weights } = this.#upload(batch);
      const share = tf.div(1, tf.sum(weights));
      let hits: tf.Tensor | undefined;
      const loss = (first: tf.Tensor, ...rest: tf.Tensor[]): tf.Scalar => {
        const logits = this.#logits([whenReached(first, count), ...rest], tokens, batch.starts);
        hits = tf.keep(tf.mul(share, tf.sum(tf.mul(referenceHits(logits, targets), weights))));
        return tf.mul(share, tf.sum(tf.mul(referenceLosses(logits, targets), weights)));
      };
      const { value, grads } = tf.valueAndGrads(loss)(this.#weights);
      const norm = this.#update(grads, rate, count);
      const numbers = tf.stack([value, hits!, norm]);
      hits!.dispose();
      return numbers;
    });
    const read = readOf(report).then(([loss, accuracy, gradNorm]): StepReport => {
      return { step, loss: loss!, accuracy: accuracy!, gradNorm: gradNorm! };
    });
    read.catch(() => {}); // reports() passes the error on
    this.#waiting.push(read);
  }

  async reports(): Promise<StepReport[]> {
    const waiting = this.#waiting;
    this.#waiting = [];
    return Promise.all(waiting);
  }

  async settled(): Promise<void> {
    await this.#waiting.at(-1);
  }

  async evaluate(batch: Batch): Promise<Float32Array> {
    const rows = tf.tidy(() => {
      const { tokens, targets, weights } = this.#upload(batch);
      const logits = this.#logits(this.#weights, tokens, batch.starts);
      const columns = [referenceLosses(logits, targets), referenceHits(logits, targets)];
      return tf.stack(
        columns.map((column) => tf.mul(column, weights)),
        1,
      );
    });
    return readOf(rows);
  }

  async logits(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array> {
    return readOf(tf.tidy(() => this.#logits(this.#weights, this.#sequences(tokens), starts)));
  }

  async maps(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array[]> {
    const maps = tf.tidy(() => [
      ...referenceMaps(
        this.spec,
        this.#named(this.#weights),
        this.#sequences(tokens),
        this.#tables,
        this.#documentsOf(starts),
      ),
    ]);
    const weights = await Promise.all(maps.map(readOf));
    return this.spec.layers.map((pattern, l) => {
      const layout = layoutOf(pattern, this.spec.context);
      const own = this.#documentsOf(starts);
      const read = own ? withinDocuments(layout, own.starts) : layout;
      return cellsOf(weights[l]!, read, this.pooling);
    });
  }

  async weights(): Promise<Map<string, Float32Array>> {
    const values = await Promise.all(this.#weights.map(copyOf));
    return new Map(this.#names.map((name, i) => [name, values[i]!]));
  }

  async snapshot(): Promise<Snapshot> {
    const step = this.#step;
    const [weights, m, v] = await Promise.all([this.weights(), copyOf(this.#m!), copyOf(this.#v!)]);
    const packed = (flat: Float32Array) => pack(this.arena, this.#apart(flat));
    return { step, weights: pack(this.arena, weights), m: packed(m), v: packed(v) };
  }

  restore({ step, weights, m, v }: Snapshot): void {
    for (const [name, { length }] of Object.entries({ weights, m, v })) {
      if (length === this.arena.length) continue;
      throw new Error(
        `the snapshot's ${name} are ${length} numbers; this model has ${this.arena.length}`,
      );
    }
    tf.dispose([...this.#weights, this.#m, this.#v]);
    const values = unpack(this.arena, weights);
    this.#weights = this.#names.map((name, i) => tf.tensor(values.get(name)!, this.#shapes[i]));
    this.#m = tf.tensor1d(this.#together(unpack(this.arena, m)));
    this.#v = tf.tensor1d(this.#together(unpack(this.arena, v)));
    this.#step = step;
    this.#waiting = [];
  }

  dispose(): void {
    tf.dispose([...this.#weights, this.#m, this.#v]);
    tf.dispose(this.#tables.flatMap(({ mask, angles }) => [mask, angles]));
  }

  /** Bytes that stay from step to step. */
  get #lasting(): number {
    const tables = new Set(this.#tables.flatMap(({ mask, angles }) => [mask, angles]));
    return [...this.#weights, this.#m!, this.#v!, ...tables].reduce(
      (sum, { size }) => sum + Float32Array.BYTES_PER_ELEMENT * size,
      0,
    );
  }

  #upload({ tokens, targets, weights, starts }: Batch) {
    checkGiven(this.documents, starts);
    return {
      tokens: this.#sequences(tokens),
      targets: tf.tensor1d(targets, 'int32'),
      weights: tf.tensor1d(weights),
    };
  }

  /** [B, T] */
  #sequences(tokens: Int32Array): tf.Tensor2D {
    const T = this.spec.context;
    return tf.tensor2d(tokens, [tokens.length / T, T], 'int32');
  }

  #logits(weights: readonly tf.Tensor[], tokens: tf.Tensor2D, starts?: Int32Array): tf.Tensor2D {
    const documents = this.#documentsOf(starts);
    return referenceLogits(this.spec, this.#named(weights), tokens, this.#tables, documents);
  }

  #documentsOf(starts: Int32Array | undefined): Documents | undefined {
    return starts && this.documents !== 'off' ? { starts, packing: this.documents } : undefined;
  }

  #named = (weights: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(this.#names.map((name, i) => [name, weights[i]!]));

  /** One step of AdamW, as src/ops/adamw/kernel.ts defines it, on all weights at once; the gradients' norm before clipping. */
  #update(gradients: readonly tf.Tensor[], rate: number, count: () => void): tf.Tensor {
    const { beta1, beta2, eps, decay, clip } = this.adamw;
    const gradient = flat(gradients);
    const norm = tf.sqrt(tf.sum(tf.square(gradient)));
    const g = tf.mul(gradient, tf.minimum(1, tf.div(clip, tf.add(norm, 1e-6))));
    const m = tf.add<tf.Tensor1D>(tf.mul(this.#m!, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add<tf.Tensor1D>(tf.mul(this.#v!, beta2), tf.mul(tf.square(g), 1 - beta2));
    const width = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** this.#step)), eps);
    const move = tf.div(tf.div(m, 1 - beta1 ** this.#step), width);
    const w = tf.sub(tf.mul(flat(this.#weights), 1 - rate * decay), tf.mul(move, rate));
    const weights = tf
      .split(w, [...this.#sizes])
      .map((part, i) => tf.keep(tf.reshape(part, this.#shapes[i]!)));
    count();
    tf.dispose([...this.#weights, this.#m, this.#v]);
    [this.#weights, this.#m, this.#v] = [weights, tf.keep(m), tf.keep(v)];
    return norm;
  }

  #together(values: HostWeights): Float32Array {
    const all = new Float32Array(this.#sizes.reduce((a, b) => a + b, 0));
    let at = 0;
    this.#names.forEach((name, i) => {
      all.set(values.get(name)!, at);
      at += this.#sizes[i]!;
    });
    return all;
  }

  #apart(all: Float32Array): HostWeights {
    let at = 0;
    return new Map(this.#names.map((name, i) => [name, all.subarray(at, (at += this.#sizes[i]!))]));
  }
}
