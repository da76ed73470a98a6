/** @file A close evaluation of a model on held-out data: its losses by position and by slice, its answers by distance. */
import type { Feed } from '../data/batches';
import type { Source } from '../data/source';
import type { RunSpec } from '../spec/run';
import type { DistancePoint, Evaluation } from '../workers/train/results';
import type { Model } from './model';
import { SliceTally } from './sliceTally';

/** The number of held-out tokens that an evaluation reads, or as many as it can read in the time allowed. */
const HELD_OUT = 16_384;
const LOOK_TIME = 20_000; // ms; nothing else is computed meanwhile, and the user waits
/** For a task, an evaluation also asks questions: batches per distance, and roughly how many distances. */
const QUESTIONS = 4;
const DISTANCES = 12;
interface Evaluated {
  readonly spec: RunSpec;
  readonly source: Source;
  readonly feed: Feed;
  readonly model: Model;
}

/**
 * Losses by position and by slice on more held-out text than a validation reads: a row's position is the number of
 * tokens it has read.
 */
export async function evaluateHeldOut(
  { spec, feed, model }: Evaluated,
  tokens = HELD_OUT,
): Promise<Pick<Evaluation, 'positions' | 'slices'>> {
  const T = spec.context;
  const [losses, counts] = [new Float64Array(T), new Float64Array(T)];
  const tally = new SliceTally();
  for (const batch of feed.heldOut(tokens)) {
    const rows = await model.evaluate(batch);
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
export async function accuracyByDistance(
  { spec, source, feed, model }: Evaluated,
  distances = distancesOf(spec, source),
  batches = QUESTIONS,
): Promise<readonly DistancePoint[]> {
  if (source.kind !== 'task' || !source.answerAt) return [];
  const T = spec.context;
  const found = new Map<number, { right: number; questions: number }>();
  for (const batch of distances.flatMap((distance) => feed.asked(distance, batches))) {
    const rows = await model.evaluate(batch);
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
function distancesOf(spec: RunSpec, source: Source): readonly number[] {
  if (source.kind !== 'task') return [];
  const least = spec.distance;
  const most = source.maxDistance(spec.context);
  const spread = Array.from({ length: DISTANCES }, (_, i) =>
    Math.round(least + ((most - least) * i) / (DISTANCES - 1)),
  );
  return [...new Set(spread)];
}

/**
 * HELD_OUT, or as many as can be read in LOOK_TIME if that is fewer: TensorFlow.js on a slow machine takes minutes for
 * all.
 */
async function tokensInTime({ spec, feed, model }: Evaluated): Promise<number> {
  const { batch, context: T } = spec;
  const [first, second] = feed.validation;
  await model.evaluate(first!); // compiles what has not run yet
  const began = performance.now();
  await model.evaluate(second!);
  const ms = performance.now() - began;
  return Math.min(HELD_OUT, Math.floor(LOOK_TIME / ms) * batch * T);
}

/** The evaluation that a user requests. */
export async function evaluationOf(of: Evaluated): Promise<Evaluation> {
  const { step } = of.model;
  const { positions, slices } = await evaluateHeldOut(of, await tokensInTime(of));
  return { step, positions, distances: await accuracyByDistance(of), slices };
}
