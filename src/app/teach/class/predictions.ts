/**
 * @file Predictions of a class compared with what was measured. Three numbers are easily confused: the participant's
 * prediction, the run's result (on their own screen, or as recorded), and the band in which the lesson's author counts
 * a prediction as right.
 */
import { subsetOf } from '../../../compare/subset';
import type { Saved } from '../../../compare/file';
import type { Exercise } from '../../../lessons/exercises';
import type { Step } from '../../../lessons/lesson';
import type { LessonResult } from '../../../lessons/result';
import { comparisonOf } from '../../../lessons/scene';
import { answerIn, isNear, middleOf } from '../classTable';

interface Of {
  readonly metric: 'accuracy' | 'loss';
  readonly run: number;
  readonly band: readonly [number, number];
}

/** The recorded, held-out result of the exercise's run; undefined if it was not recorded. */
export function recordedOf(exercise: Exercise, step: Step, saved: Saved): number | undefined {
  const { metric, run } = exercise.of as Of;
  const subset = subsetOf(saved, comparisonOf(step.stage));
  return subset?.histories[run]?.validations.findLast((one) => one.step > 0)?.[metric];
}

export interface FarOff {
  readonly name: string;
  readonly said: number;
  readonly came: number;
  /** The result on their own screen; otherwise the recorded result, or the middle of the band. */
  readonly source: 'own' | 'recorded' | 'band';
  readonly side: 'high' | 'low';
}

/**
 * Participants whose predictions were far off: more than `close` from the result, and outside the band. Furthest first.
 */
export function farOff(
  exercise: Exercise,
  people: readonly { readonly result: LessonResult; readonly name: string }[],
  recorded: number | undefined,
): readonly FarOff[] {
  const { band } = exercise.of as Of;
  return people
    .flatMap(({ result, name }): FarOff[] => {
      const said = answerIn(exercise, result, 'first');
      if (typeof said !== 'number') return [];
      const own = cameOf(exercise, result);
      const came = own ?? recorded ?? middleOf(band);
      const source = own !== undefined ? 'own' : recorded !== undefined ? 'recorded' : 'band';
      return isNear(exercise, said, came)
        ? []
        : [{ name, said, came, source, side: said > came ? 'high' : 'low' }];
    })
    .sort((a, b) => Math.abs(b.said - b.came) - Math.abs(a.said - a.came));
}

const cameOf = ({ id }: Exercise, { progress: { answers } }: LessonResult): number | undefined =>
  Object.hasOwn(answers, id) ? answers[id]!.came : undefined;
