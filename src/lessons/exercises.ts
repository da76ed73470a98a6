/** @file Kinds of exercises, one file each in ./exercises; and reading and checking a lesson's exercise. */
import { check } from '../core/check';
import { Fields } from '../core/fields';
import { registryOf } from '../core/registry';
import type { RunSpec } from '../spec/run';
import type { Base, ExerciseKind } from './exercise';
import type { LessonProgress } from './progress';

export const kinds = registryOf<ExerciseKind>(
  'kind of exercise',
  import.meta.glob<{ default: ExerciseKind }>('./exercises/*.ts', { eager: true }),
);

export interface Exercise extends Base {
  /** The fields as its kind read them. */
  readonly of: unknown;
}

export function exerciseOf(value: unknown, what: string, spec: RunSpec): Exercise {
  const fields = new Fields(value, what);
  const id = fields.string('id');
  check(
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id),
    `id of ${what} is '${id}'; it should be small letters, digits and hyphens`,
  );
  const kind = kinds.get(fields.string('kind'));
  const ask = fields.string('ask');
  const [first, second, third] = fields.strings('hints', { min: 3, max: 3 });
  const hints: Base['hints'] = [first!, second!, third!];
  const of = kind.read(fields, spec);
  fields.end();
  return { id, kind: kind.id, ask, hints, of };
}

/** The reader's answer, if it is still valid: a lesson may have changed since. */
export function answerTo(exercise: Exercise, progress: LessonProgress): unknown {
  const kept = progress.answers[exercise.id];
  const kind = kinds.get(exercise.kind);
  const answer = kept && kind.answerOf(exercise.of, kept.answer);
  return answer === undefined ? kind.empty(exercise.of) : answer;
}
