/** @file How long a class spent at each step: the median and the slowest, in seconds. */
import type { Lesson, Step } from '../../../lessons/lesson';
import type { LessonResult } from '../../../lessons/result';

export interface StepTime {
  readonly step: Step;
  /** The number of participants whose results include times; older results do not. */
  readonly timed: number;
  readonly median: number; // seconds; 0 if no one was timed
  readonly slowest: number; // seconds
}

export function stepTimes(
  { steps }: Pick<Lesson, 'steps'>,
  results: readonly LessonResult[],
): readonly StepTime[] {
  return steps.map((step) => {
    const seconds = results
      .flatMap(({ progress }) => {
        const at = progress.seconds;
        return at && Object.hasOwn(at, step.slug) ? [at[step.slug]!] : [];
      })
      .sort((a, b) => a - b);
    const middle = seconds.length >> 1;
    const median =
      seconds.length === 0
        ? 0
        : seconds.length % 2
          ? seconds[middle]!
          : (seconds[middle - 1]! + seconds[middle]!) / 2;
    return { step, timed: seconds.length, median, slowest: seconds.at(-1) ?? 0 };
  });
}

/** '45 s', '3 min', '1 h 20 min'. */
export function sayTime(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
