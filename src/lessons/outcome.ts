/** @file What a course is told about a lesson: whether it was passed, and a score. */
import { gradedIn, isFinished, type LessonProgress, type Parts, type WithKinds } from './progress';

/** Percent of the graded exercises that a reader must solve on their own. */
export const PASS = 80;

/** The words are those of SCORM 1.2. */
export interface Outcome {
  readonly status: 'incomplete' | 'failed' | 'completed' | 'passed';
  /** Whole percent of the graded exercises that were solved without the answer being shown; undefined if there are none. */
  readonly score?: number;
}

/**
 * - incomplete: the lesson is not finished (isFinished), or too few graded exercises are solved but some are still open
 * - passed: it is finished, and PASS percent or more of them are solved
 * - failed: it is finished, fewer are solved, and the answers to all others were shown
 * - completed: it is finished, and none of its exercises is graded
 */
export function outcomeOf(lesson: WithKinds & Parts, progress: LessonProgress): Outcome {
  const graded = gradedIn(lesson, progress).map(({ id }) => progress.answers[id]);
  const finished = isFinished(lesson, progress);
  if (graded.length === 0) return { status: finished ? 'completed' : 'incomplete' };
  const solved = graded.filter((one) => one?.right && !one.shown).length;
  const open = graded.filter((one) => !one?.right && !one?.shown).length;
  const score = Math.floor((100 * solved) / graded.length);
  if (!finished) return { status: 'incomplete', score };
  return { status: score >= PASS ? 'passed' : open > 0 ? 'incomplete' : 'failed', score };
}

const RANK = { incomplete: 0, failed: 1, completed: 2, passed: 3 } as const;

/** The better of two: a reader who starts a lesson over does not lose what a course already knows. */
export function betterOf(a: Outcome, b: Outcome): Outcome {
  const more = RANK[b.status] - RANK[a.status] || (b.score ?? 0) - (a.score ?? 0);
  return more > 0 ? b : a;
}
