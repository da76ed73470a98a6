/** @file Builds the sequences of a task: tokens, next-token targets, and the few targets that are scored. */
import type { Random } from '../core/random';
import type { Example } from './source';

/** Treats `stream` [T + 1] as text: each token predicts the next one. Nothing is scored yet. */
export function nextTokens(stream: readonly number[]): Example {
  return {
    tokens: Int32Array.from(stream.slice(0, -1)),
    targets: Int32Array.from(stream.slice(1)),
    weights: new Float32Array(stream.length - 1),
  };
}

/** Makes `answer` the target at `at`, and scores it. */
export function score({ targets, weights }: Example, at: number, answer: number): void {
  targets[at] = answer;
  weights[at] = 1;
}

/** `count` numbers, uniform from 0 to below `n`. */
export const draws = (random: Random, count: number, n: number): number[] =>
  Array.from({ length: count }, () => random.below(n));

/** `count` distinct numbers below `n`, in random order: the first steps of a Fisher-Yates shuffle. */
export function distinct(random: Random, count: number, n: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + random.below(n - i);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, count);
}
