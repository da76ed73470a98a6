/**
 * @file The most frequent wrong answers of a class to one exercise, and the feedback on each. Answers that were
 * revealed are not counted.
 */
import type { Exercise } from '../../../lessons/exercises';
import type { LessonResult } from '../../../lessons/result';
import { answerIn, safely, wasShown, wordsOf, type Which } from '../classTable';

export interface Astray {
  /** Plain text. */
  readonly words: string;
  readonly count: number;
  /** The feedback on this answer: plain text, plus inline HTML from the lesson's author. */
  readonly says: string;
  readonly html: string | undefined;
}

/** Kinds whose answers cannot be wrong, or depend on the stage and cannot be checked here. */
const NEVER_WRONG = new Set(['predict', 'explain', 'target']);

export function wrongAnswersIn(
  exercise: Exercise,
  people: readonly { readonly result: LessonResult }[],
  which: Which = 'first',
  most = 3,
): readonly Astray[] {
  if (NEVER_WRONG.has(exercise.kind)) return [];
  const found = new Map<string, Astray>();
  for (const { result } of people) {
    if (wasShown(exercise, result, which)) continue;
    const answer = answerIn(exercise, result, which);
    if (answer === undefined) continue;
    const verdict = safely(() =>
      exercise.rules.check(exercise.of, answer, { specs: [], results: [] }),
    );
    if (!verdict || verdict.right) continue;
    const words = wordsOf(exercise, answer) ?? '';
    // The feedback distinguishes mistakes with the same short description: '3 cells off' can be any three.
    const key = `${words}\n${verdict.says}`;
    const count = (found.get(key)?.count ?? 0) + 1;
    found.set(key, { words, count, says: verdict.says, html: verdict.html });
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, most);
}
