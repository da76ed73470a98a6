/** @file One run: a model, its data and its optimizer, stepped from outside. */
import { pairsIn, withinDocuments } from '../attention/documents';
import { layoutOf } from '../attention/layout';
import { check } from '../core/check';
import { fingerprint } from '../core/fingerprint';
import { random } from '../core/random';
import type { Feed } from '../data/batches';
import type { Batch, CorpusSource, Source } from '../data/source';
import type {
  AttentionFrame,
  DistancePoint,
  Evaluation,
  Sample,
  StepMetrics,
  Validation,
} from '../workers/train/protocol';
import { ADAMW } from '../model/bundle';
import { Decoder } from '../model/decode/decoder';
import { alternatives, draw } from '../model/decode/sample';
import { initialWeights } from '../model/weights';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import { packingOf, type RunSpec } from '../spec/run';
import { layerCells } from './frame';
import type { Model, Models, Snapshot } from './model';
import { rateAt } from './schedule';
import { SliceTally } from './sliceTally';

const SAMPLING = { temperature: 0.8, topK: 0, topP: 1 };
const SAMPLE = 120; // maximum characters; never beyond the context
/** The number of held-out tokens that an evaluation reads, or as many as it can read in the time allowed. */
const HELD_OUT = 16_384;
const LOOK_TIME = 20_000; // ms; nothing else is computed meanwhile, and the user waits
/** For a task, an evaluation also asks questions: batches per distance, and roughly how many distances. */
const QUESTIONS = 4;
const DISTANCES = 12;
/** Logits that differ by less have not moved: if a row does not read the token, every bit is the same. */
const MOVED = 1e-6;

/** The share of the pairs of all layers in these batches that lies inside a document. */
function keptOf({ layers, context: T }: ModelSpec, batches: readonly Batch[]): number {
  let [kept, all] = [0, 0];
  for (const layer of layers) {
    const layout = layoutOf(layer, T);
    const whole = pairsIn(layout);
    for (const { starts } of batches) {
      for (let at = 0; starts && at < starts.length; at += T) {
        kept += pairsIn(withinDocuments(layout, starts.subarray(at, at + T)));
        all += whole;
      }
    }
  }
  return kept / all;
}

/** The loss or the gradient norm is not finite: training cannot continue. */
export class Diverged extends Error {
  override name = 'Diverged';

  constructor(
    readonly loss: number,
    readonly gradNorm: number,
    readonly step: number,
    /** The learning rate in the settings. */
    readonly rate: number,
  ) {
    super(
      Number.isFinite(loss)
        ? `the gradient norm became ${gradNorm} at step ${step}`
        : `the loss became ${loss} at step ${step}`,
    );
  }
}

export class Trainer {
  readonly #inFlight: Promise<void>[] = [];
  /** Fingerprints of the batches whose steps have not been reported yet. */
  readonly #batches = new Map<number, string>();
  readonly #kept: number | undefined;
  /** Time spent on the steps that have not been reported yet, ms. Turns of other runs fall between the calls and do not count. */
  #spent = 0;

  static async open(models: Models, spec: RunSpec, source: Source, feed: Feed): Promise<Trainer> {
    const modelSpec = modelSpecOf(spec);
    const model = await models.open(modelSpec, initialWeights(modelSpec, spec.seed, spec.spread), {
      batch: spec.batch,
      adamw: { ...ADAMW, decay: spec.decay },
      documents: packingOf(spec),
    });
    return new Trainer(spec, source, feed, modelSpec, model, models);
  }

  private constructor(
    readonly spec: RunSpec,
    readonly source: Source,
    readonly feed: Feed,
    readonly modelSpec: ModelSpec,
    readonly model: Model,
    readonly models: Omit<Models, 'open'>,
  ) {
    this.#kept = packingOf(spec) === 'off' ? undefined : keptOf(modelSpec, feed.validation);
  }

  /** Where its arrays are: on a GPU a read waits for everything before it. */
  get where(): 'gpu' | 'host' {
    return this.models.where;
  }

  /** Optimizer steps handed to the model so far. */
  get step(): number {
    return this.model.step;
  }

  /** Bytes this run holds, or has held at its peak. */
  get bytes(): number {
    return this.model.bytes;
  }

  /** Steps that may be taken before reports() must be called. */
  get room(): number {
    return this.model.room;
  }

  /** Hands over one optimizer step; waits only if too many are in flight. */
  async advance(): Promise<void> {
    const since = performance.now();
    const step = this.step + 1;
    const batch = this.feed.train(step);
    this.#batches.set(step, fingerprint(batch.tokens, batch.targets));
    this.model.train(batch, rateAt(step, this.spec));
    // If the device is lost, the next read reports it.
    this.#inFlight.push(this.model.settled().catch(() => {}));
    if (this.#inFlight.length > this.models.ahead) await this.#inFlight.shift();
    this.#spent += performance.now() - since;
  }

  /** Results of the steps since the last call; waits until they are done. Throws Diverged if a loss or a gradient norm is not finite. */
  async reports(): Promise<StepMetrics[]> {
    const since = performance.now();
    const reports = await this.model.reports();
    const ms = (this.#spent + performance.now() - since) / Math.max(1, reports.length);
    if (reports.length > 0) this.#spent = 0;
    const batches = reports.map(({ step }) => this.#batches.get(step)!);
    this.#batches.clear();
    for (const { step, loss, gradNorm } of reports) {
      if (Number.isFinite(loss) && Number.isFinite(gradNorm)) continue;
      throw new Diverged(loss, gradNorm, step, this.spec.rate);
    }
    return reports.map((report, i) => ({
      ...report,
      rate: rateAt(report.step, this.spec),
      ms,
      batch: batches[i]!,
    }));
  }

  /** One step and its results. */
  async next(): Promise<StepMetrics> {
    await this.advance();
    return (await this.reports()).at(-1)!;
  }

  /** Loss and accuracy on the held-out batches. */
  async validate(): Promise<Validation> {
    const step = this.step;
    let [loss, hits, tokens] = [0, 0, 0];
    const tally = new SliceTally();
    for (const held of this.feed.validation) {
      const rows = await this.model.evaluate(held);
      for (let at = 0; at < rows.length; at += 2) {
        loss += rows[at]!;
        hits += rows[at + 1]!;
      }
      tokens += held.weights.reduce((a, b) => a + b, 0);
      tally.add(held, rows);
    }
    return {
      step,
      loss: loss / tokens,
      accuracy: hits / tokens,
      tokens: Math.round(tokens),
      slices: tally.scores(),
      ...(this.#kept !== undefined && { kept: this.#kept }),
    };
  }

  /**
   * Losses by position and by slice on more held-out text than validate() reads: a row's position is the number of
   * tokens it has read.
   */
  async evaluateHeldOut(tokens = HELD_OUT): Promise<Pick<Evaluation, 'positions' | 'slices'>> {
    const T = this.spec.context;
    const [losses, counts] = [new Float64Array(T), new Float64Array(T)];
    const tally = new SliceTally();
    for (const batch of this.feed.heldOut(tokens)) {
      const rows = await this.model.evaluate(batch);
      tally.add(batch, rows);
      for (let row = 0; row < batch.weights.length; row++) {
        losses[row % T]! += rows[2 * row]!;
        counts[row % T]! += batch.weights[row]!;
      }
    }
    return { positions: { losses: [...losses], counts: [...counts] }, slices: tally.scores() };
  }

  /**
   * Accuracy by how far back the answer lies. Batches are made at each of `distances`, which a task takes as a minimum;
   * every answer counts at its actual distance. Empty for a text.
   */
  async accuracyByDistance(
    distances = this.#distances(),
    batches = QUESTIONS,
  ): Promise<readonly DistancePoint[]> {
    const { source } = this;
    if (source.kind !== 'task' || !source.answerAt) return [];
    const T = this.spec.context;
    const found = new Map<number, { right: number; questions: number }>();
    for (const batch of distances.flatMap((distance) => this.feed.asked(distance, batches))) {
      const rows = await this.model.evaluate(batch);
      for (let at = 0; at < batch.weights.length; at++) {
        if (batch.weights[at] === 0) continue;
        const [start, row] = [at - (at % T), at % T];
        const distance = row - source.answerAt(batch.tokens.subarray(start, start + T), row);
        const point = found.get(distance) ?? { right: 0, questions: 0 };
        found.set(distance, {
          right: point.right + rows[2 * at + 1]!,
          questions: point.questions + 1,
        });
      }
    }
    return [...found]
      .map(([distance, point]) => ({ distance, ...point }))
      .sort((a, b) => a.distance - b.distance);
  }

  /** Distances spread over those it was trained on. */
  #distances(): readonly number[] {
    if (this.source.kind !== 'task') return [];
    const least = this.spec.distance;
    const most = this.source.maxDistance(this.spec.context);
    const spread = Array.from({ length: DISTANCES }, (_, i) =>
      Math.round(least + ((most - least) * i) / (DISTANCES - 1)),
    );
    return [...new Set(spread)];
  }

  /**
   * HELD_OUT, or as many as can be read in LOOK_TIME if that is fewer: TensorFlow.js on a slow machine takes minutes for
   * all.
   */
  async #tokensInTime(): Promise<number> {
    const { batch, context: T } = this.spec;
    const [first, second] = this.feed.validation;
    await this.model.evaluate(first!); // compiles what has not run yet
    const began = performance.now();
    await this.model.evaluate(second!);
    const ms = performance.now() - began;
    return Math.min(HELD_OUT, Math.floor(LOOK_TIME / ms) * batch * T);
  }

  /** The evaluation that a user requests. */
  async evaluation(): Promise<Evaluation> {
    const step = this.step;
    const { positions, slices } = await this.evaluateHeldOut(await this.#tokensInTime());
    return { step, positions, distances: await this.accuracyByDistance(), slices };
  }

  /** What the model writes: a continuation of the prompt, or its answers to the watched sequence of a task. */
  async sample(): Promise<Sample> {
    return this.source.kind === 'corpus' ? this.#continuation(this.source) : this.#answers();
  }

  async #continuation({ vocabulary: { decode } }: CorpusSource): Promise<Sample> {
    const decoder = new Decoder(this.modelSpec, await this.model.weights());
    const { prompt } = this.feed;
    const { next: uniform } = random(this.spec.seed, 'sample', this.step);
    let logits = decoder.prefill(prompt);
    const written: number[] = [];
    for (let room = Math.min(SAMPLE, this.spec.context - prompt.length); room > 0; room--) {
      const { token } = draw(alternatives(logits, SAMPLING), uniform());
      written.push(token);
      logits = decoder.next(token);
    }
    return { step: this.step, prompt: decode(prompt), text: decode(written) };
  }

  async #answers(): Promise<Sample> {
    const { tokens, targets, weights } = this.feed.watched;
    const { label, size } = this.source.vocabulary;
    const numbers = await this.model.logits(tokens);
    const asked = [...weights.keys()].filter((row) => weights[row]! > 0);
    const answer = (row: number) => {
      const scores = numbers.subarray(row * size, (row + 1) * size);
      return label(scores.indexOf(scores.reduce((a, b) => Math.max(a, b))));
    };
    return {
      step: this.step,
      prompt: [...tokens].map(label).join(' '),
      text: asked.map(answer).join(' '),
      right: asked.map((row) => label(targets[row]!)).join(' '),
    };
  }

  /** What every layer and head currently reads of the watched sequence. Changes nothing. */
  async frame(): Promise<AttentionFrame> {
    const { context: T, heads } = this.modelSpec;
    const { size, factor } = this.model.picture;
    const step = this.step;
    const { tokens, starts } = this.feed.watched;
    const maps = await this.model.maps(tokens, starts);
    const { label } = this.source.vocabulary;
    return {
      step,
      tokens: [...this.feed.watched.tokens].map(label),
      T,
      heads,
      size,
      factor,
      layers: maps.map((cells) => layerCells(cells, size)),
      ...(starts && { begins: [...new Set(starts)].slice(1) }),
    };
  }

  /**
   * Positions whose logits move when token `changed` of the watched sequence is replaced: what really depends on it,
   * whatever the mask says.
   */
  async probe(changed: number): Promise<readonly number[]> {
    const { vocabulary, context: T } = this.modelSpec;
    check(
      Number.isSafeInteger(changed) && changed >= 0 && changed < T,
      `token ${changed} was to be changed; there are tokens 0 to ${T - 1}`,
    );
    const { tokens, starts } = this.feed.watched;
    const before = await this.model.logits(tokens, starts);
    const others = tokens.slice();
    others[changed] = (others[changed]! + 1) % vocabulary;
    const after = await this.model.logits(others, starts);
    return Array.from({ length: T }, (_, t) => t).filter((t) => {
      for (let v = t * vocabulary; v < (t + 1) * vocabulary; v++)
        if (Math.abs(before[v]! - after[v]!) > MOVED) return true;
      return false;
    });
  }

  /** A copy of everything training has learned so far. */
  snapshot(): Promise<Snapshot> {
    return this.model.snapshot();
  }

  /** Continues from a snapshot of the same spec, possibly from another machine. */
  restore(snapshot: Snapshot): void {
    this.model.restore(snapshot);
  }

  dispose(): void {
    this.model.dispose();
  }
}
