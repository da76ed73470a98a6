/** @file Every lesson of the site, read as the site reads it. */
import { known, lessonFiles } from '../../scripts/lessons/files.mjs';
import { block, inline } from '../../scripts/lessons/render.mjs';
import { checkAll } from '../../src/lessons/check';

export const files = lessonFiles();
export const names = known();
export const render = { block, inline };
export const { lessons, refused } = checkAll(files, names, render);

/** Every exercise with its lesson and step. */
export const exercises = lessons.flatMap((lesson) =>
  lesson.steps.flatMap((step) =>
    step.exercises.map((exercise) => ({
      name: `${lesson.id}: ${exercise.id}`,
      lesson,
      step,
      exercise,
    })),
  ),
);
