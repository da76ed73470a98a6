/** @file The wrong answers a class gave most often to one exercise, and what was said of each. Answers that were shown are nobody's. */
import { kinds, type Exercise } from '../../../lessons/exercises';
import type { LessonResult } from '../../../lessons/result';
import { answerIn, safely, wasShown, wordsOf, type Which } from '../classTable';

export interface Astray {
  /** Plain text. */
  readonly words: string;
  readonly count: number;
  /** What a reader is told who gives it: plain text, and what the lesson's author adds, inline HTML. */
  readonly says: string;
  readonly html: string | undefined;
}

/** Kinds whose answers cannot be wrong, or lie on the stage and cannot be told from here. */
const NEVER_WRONG = new Set(['predict', 'explain', 'target']);

export function astrayIn(
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
      kinds.get(exercise.kind).check(exercise.of, answer, { specs: [], results: [] }),
    );
    if (!verdict || verdict.right) continue;
    const words = wordsOf(exercise, answer) ?? '';
    // What was said tells two mistakes of the same few words apart: '3 cells off' can be any three.
    const key = `${words}\n${verdict.says}`;
    const count = (found.get(key)?.count ?? 0) + 1;
    found.set(key, { words, count, says: verdict.says, html: verdict.html });
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, most);
}
