/** @file One run: a model, its data and its optimizer, stepped from outside. */
import { pairsIn, withinDocuments } from '../attention/documents';
import { layoutOf } from '../attention/layout';
import { check } from '../core/check';
import { fingerprint } from '../core/fingerprint';
import type { Feed } from '../data/batches';
import type { Batch, Source } from '../data/source';
import type {
  AttentionFrame,
  DistancePoint,
  Evaluation,
  Sample,
  StepMetrics,
  Validation,
} from '../workers/train/results';
import { ADAMW } from '../model/adamw';
import { initialWeights } from '../model/weights';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import { packingOf, type RunSpec } from '../spec/run';
import { accuracyByDistance, evaluateHeldOut, evaluationOf } from './evaluate';
import { layerCells } from './frame';
import type { Model, Models, Snapshot } from './model';
import { sampleOf } from './sample';
import { rateAt } from './schedule';
import { SliceTally } from './sliceTally';

/** A smaller difference between logits does not count as a change. Rows that do not read the token differ by exactly 0. */
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

  /** Losses by position and by slice on more held-out text than validate() reads. */
  evaluateHeldOut(tokens?: number): Promise<Pick<Evaluation, 'positions' | 'slices'>> {
    return evaluateHeldOut(this, tokens);
  }

  /** Accuracy by how far back the answer lies; empty for a text. */
  accuracyByDistance(
    distances?: readonly number[],
    batches?: number,
  ): Promise<readonly DistancePoint[]> {
    return accuracyByDistance(this, distances, batches);
  }

  /** The evaluation that a user requests. */
  evaluation(): Promise<Evaluation> {
    return evaluationOf(this);
  }

  /** What the model writes: a continuation of the prompt, or its answers to the watched sequence of a task. */
  sample(): Promise<Sample> {
    return sampleOf(this);
  }

  /** What every layer and head currently reads of the watched sequence. Changes nothing. */
  async frame(): Promise<AttentionFrame> {
    const { context: T, heads } = this.modelSpec;
    const { size, factor } = this.model.pooling;
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
      `token ${changed} does not exist; the tokens are 0 to ${T - 1}`,
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
