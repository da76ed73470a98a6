/** @file Checks all lessons before they are published; called by scripts/lessons/check.mjs and by the build. */
import { InputError } from '../core/check';
import { readDocument } from './document';
import { mapProse } from './mapProse';
import { kinds } from './kinds';
import { lessonOf, type Lesson } from './lesson';
import type { Known } from './scene';

interface Refused {
  readonly id: string;
  readonly why: string;
}

export interface Checked {
  readonly lessons: readonly Lesson[];
  readonly refused: readonly Refused[];
}

/**
 * `files` maps a lesson's id to its Markdown; `render` produces what a reader sees, and refuses what it cannot render.
 */
export function checkAll(
  files: Readonly<Record<string, string>>,
  known: Known,
  render: { block(markdown: string): string; inline(markdown: string): string },
): Checked {
  const lessons: Lesson[] = [];
  const refused: Refused[] = [];
  for (const [id, markdown] of Object.entries(files)) {
    try {
      const lesson = lessonOf(
        mapProse(readDocument(id, markdown), render.block, render.inline),
        known,
        kinds,
      );
      for (const step of lesson.steps)
        for (const exercise of step.exercises) solvable(exercise, lesson.id, step.title);
      for (const need of lesson.needs)
        if (!(need in files) || need >= id)
          throw new InputError(
            `lessons/${id}/lesson.md: it needs '${need}', which ${need in files ? 'comes after it' : 'is not a lesson'}`,
          );
      lessons.push(lesson);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.push({ id, why: error.message });
    }
  }
  return { lessons, refused };
}

/** The exercise must accept the answer that it declares right. */
function solvable(
  { id, of, rules }: Lesson['steps'][number]['exercises'][number],
  lesson: string,
  step: string,
) {
  const { answer, world } = rules.solve(of);
  if (world) return; // the answer is on the stage: test/lessons covers it
  const verdict = rules.check(of, answer, { specs: [], results: [] });
  if (!verdict.right)
    throw new InputError(
      `lessons/${lesson}/lesson.md, step '${step}': the exercise '${id}' refuses its own answer (${verdict.says})`,
    );
}
