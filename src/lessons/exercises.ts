/** @file Reads a lesson's exercise, by the rules of its kind. */
import { check } from '../core/check';
import { Fields } from '../core/fields';
import type { RunSpec } from '../spec/run';
import type { Base, ExerciseKind, Kinds } from './exercise';
import type { LessonProgress } from './progress';

export interface Exercise extends Base {
  /** The fields as its kind read them. */
  readonly of: unknown;
  /** Those of its kind. */
  readonly rules: ExerciseKind;
}

export function exerciseOf(value: unknown, what: string, spec: RunSpec, kinds: Kinds): Exercise {
  const fields = new Fields(value, what);
  const id = fields.string('id');
  check(
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id),
    `id of ${what} is '${id}'; it should be small letters, digits and hyphens`,
  );
  const rules = kinds.get(fields.string('kind'));
  const ask = fields.string('ask');
  const [first, second, third] = fields.strings('hints', { min: 3, max: 3 });
  const hints: Base['hints'] = [first!, second!, third!];
  const of = rules.read(fields, spec);
  fields.end();
  return { id, kind: rules.id, ask, hints, of, rules };
}

/** The reader's answer, if it is still valid: a lesson may have changed since. */
export function answerTo(exercise: Exercise, progress: LessonProgress): unknown {
  const kept = progress.answers[exercise.id];
  const answer = kept && exercise.rules.answerOf(exercise.of, kept.answer);
  return answer === undefined ? exercise.rules.empty(exercise.of) : answer;
}
