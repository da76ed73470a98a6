/** @file One run: a model, its data and its optimizer, stepped from outside. */
import * as tf from '@tensorflow/tfjs-core';
import { decode } from '../data/characters';
import type { Feed } from '../data/batches';
import type { Batch, Source } from '../data/source';
import { random } from '../core/random';
import { meter } from '../gpu/meter';
import { AdamW, ADAMW } from '../model/adamw';
import { Decoder, pick } from '../model/decode';
import { downloadWeights, initialWeights } from '../model/weights';
import { Zebra, type DeviceBatch } from '../model/zebra';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import type { RunSpec } from '../spec/run';
import {
  MAX_CELLS,
  type AttentionFrame,
  type Sample,
  type StepMetrics,
  type Validation,
} from '../link/protocol';
import { layerCells } from './frame';
import { rateAt } from './schedule';

const TEMPERATURE = 0.8;
const SAMPLE = 120; // characters at most; never beyond the context

/** The loss is no number: training cannot go on. */
export class Diverged extends Error {
  override name = 'Diverged';
}

export class Trainer {
  readonly model: Zebra;
  readonly #optimizer: AdamW;
  readonly #watched: tf.Tensor;
  #step = 0;
  #peak = 0;

  constructor(
    readonly spec: RunSpec,
    readonly source: Source,
    readonly feed: Feed,
    readonly modelSpec: ModelSpec = modelSpecOf(spec),
  ) {
    meter.reset();
    this.#before = meter.peak;
    this.model = new Zebra(modelSpec, initialWeights(modelSpec, spec.seed));
    this.#optimizer = new AdamW(this.model.weights, { ...ADAMW, decay: spec.decay });
    this.#watched = tf.tensor1d(feed.watched.tokens, 'int32');
  }

  /** Bytes of live tensors that were there before this run. */
  readonly #before: number;

  /** Optimizer steps done. */
  get step(): number {
    return this.#step;
  }

  /** Most bytes this run's tensors took during a training step so far. */
  get peakBytes(): number {
    return this.#peak;
  }

  /** Steps for ever, one at a time: pausing is not asking for the next. */
  async *run(): AsyncGenerator<StepMetrics, never> {
    for (;;) yield await this.next();
  }

  /** One optimizer step. Throws Diverged where the loss is no number. */
  async next(): Promise<StepMetrics> {
    const started = performance.now();
    const step = this.#step + 1;
    const rate = rateAt(step, this.spec);
    const batch = upload(this.feed.train(step));
    meter.reset();
    const { report, gradients } = this.model.gradients(batch);
    const norm = this.#optimizer.step(gradients, rate);
    this.#peak = Math.max(this.#peak, meter.peak - this.#before);
    const [rows, gradNorm] = await Promise.all([read(report), read(norm)]);
    tf.dispose([report, norm]);
    release(batch);
    this.#step = step;
    const { loss, accuracy } = tally(rows, batch.share);
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm[0])) {
      throw new Diverged(
        `The loss became ${loss} at step ${step}, so training stopped. Press Reset; a learning rate below ${this.spec.rate} may help.`,
      );
    }
    return { step, loss, accuracy, gradNorm: gradNorm[0]!, rate, ms: performance.now() - started };
  }

  /** Loss and accuracy on the held-out batches. */
  async validate(): Promise<Validation> {
    let [loss, hits, tokens] = [0, 0, 0];
    for (const held of this.feed.validation) {
      const batch = upload(held);
      const report = this.model.evaluate(batch);
      const count = 1 / batch.share;
      const mean = tally(await read(report), batch.share);
      tf.dispose(report);
      release(batch);
      loss += mean.loss * count;
      hits += mean.accuracy * count;
      tokens += count;
    }
    return {
      step: this.#step,
      loss: loss / tokens,
      accuracy: hits / tokens,
      tokens: Math.round(tokens),
    };
  }

  /** What the model writes: a continuation of the prompt, or its answers to the watched sequence of a task. */
  async sample(): Promise<Sample> {
    return this.source.kind === 'corpus' ? this.#continuation() : this.#answers();
  }

  async #continuation(): Promise<Sample> {
    const decoder = new Decoder(this.modelSpec, await downloadWeights(this.model.weights));
    const { prompt } = this.feed;
    const { next: uniform } = random(this.spec.seed, 'sample', this.#step);
    let logits: Float32Array = new Float32Array();
    for (const token of prompt) logits = decoder.next(token);
    const written: number[] = [];
    for (let room = Math.min(SAMPLE, this.spec.context - prompt.length); room > 0; room--) {
      const token = pick(logits, TEMPERATURE, uniform());
      written.push(token);
      logits = decoder.next(token);
    }
    return { step: this.#step, prompt: decode(prompt), text: decode(Int32Array.from(written)) };
  }

  async #answers(): Promise<Sample> {
    const { tokens, targets, weights } = this.feed.watched;
    const { label, size } = this.source.vocabulary;
    const logits = this.model.logits(this.#watched);
    const numbers = await read(logits);
    logits.dispose();
    const asked = [...weights.keys()].filter((row) => weights[row]! > 0);
    const answer = (row: number) => {
      const scores = numbers.subarray(row * size, (row + 1) * size);
      return label(scores.indexOf(scores.reduce((a, b) => Math.max(a, b))));
    };
    return {
      step: this.#step,
      prompt: [...tokens].map(label).join(' '),
      text: asked.map(answer).join(' '),
      right: asked.map((row) => label(targets[row]!)).join(' '),
    };
  }

  /** What every layer and head reads of the watched sequence now. Changes nothing. */
  async frame(): Promise<AttentionFrame> {
    const { context: T, heads } = this.modelSpec;
    const factor = Math.ceil(T / MAX_CELLS);
    const maps = this.model.maps(this.#watched);
    const layers = await Promise.all(
      maps.map(async (cells) => layerCells(await read(cells), heads, T, factor)),
    );
    tf.dispose(maps);
    const { label } = this.source.vocabulary;
    return {
      step: this.#step,
      tokens: [...this.feed.watched.tokens].map(label),
      T,
      heads,
      size: Math.ceil(T / factor),
      factor,
      layers,
    };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.model.dispose();
    this.#watched.dispose();
  }
}

function upload(batch: Batch): DeviceBatch {
  return {
    tokens: tf.tensor1d(batch.tokens, 'int32'),
    targets: tf.tensor1d(batch.targets, 'int32'),
    weights: tf.tensor1d(batch.weights),
    share: 1 / batch.weights.reduce((a, b) => a + b, 0),
  };
}

const release = ({ tokens, targets, weights }: DeviceBatch) =>
  tf.dispose([tokens, targets, weights]);

const read = async (tensor: tf.Tensor) => (await tensor.data()) as Float32Array;

/** Rows of (loss, hit) → their means over the scored tokens. */
function tally(rows: Float32Array, share: number) {
  let [loss, hits] = [0, 0];
  for (let at = 0; at < rows.length; at += 2) {
    loss += rows[at]!;
    hits += rows[at + 1]!;
  }
  return { loss: loss * share, accuracy: hits * share };
}
