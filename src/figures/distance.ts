/**
 * @file Accuracy by distance: how often a question is answered right whose answer lies this many tokens back.
 *
 * The theory's cliff: a stack without a global layer depends on `reach` tokens, the asking one included,
 * so an answer `reach` or more tokens back can only be guessed. Reading through a summary counts, though it may blur.
 */
import type { LayerPlan } from '../attention/pattern';
import { reach } from '../attention/reach';

export interface DistancePoint {
  readonly distance: number; // tokens from the answer to the question
  readonly right: number; // of the questions
  readonly questions: number;
}

/** The first distance that cannot be answered; undefined if every token of the context is within reach. */
export function cliffOf(plan: LayerPlan, T: number): number | undefined {
  const far = reach(plan, T);
  return far < T ? far : undefined;
}

/** Groups `width` neighbouring distances, so that each point covers enough questions. */
export function gathered(
  points: readonly DistancePoint[],
  width: number,
): readonly DistancePoint[] {
  const bins = new Map<number, DistancePoint[]>();
  for (const point of points) {
    const bin = Math.floor((point.distance - 1) / width);
    bins.set(bin, [...(bins.get(bin) ?? []), point]);
  }
  return [...bins.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, inside]) => {
      const questions = inside.reduce((sum, point) => sum + point.questions, 0);
      const weighted = inside.reduce((sum, point) => sum + point.distance * point.questions, 0);
      return {
        distance: weighted / questions,
        right: inside.reduce((sum, point) => sum + point.right, 0),
        questions,
      };
    });
}
