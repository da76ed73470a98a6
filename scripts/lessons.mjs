/** @file `npm run lessons:check [-- WORD]`: every lesson, or those whose folder has WORD in its name, read as the site reads it. */
import { bundled } from './bundle.mjs';
import { known, lessonFiles } from './lessons/files.mjs';
import * as render from './lessons/render.mjs';

const word = process.argv[2] ?? '';
const { checkAll } = await bundled('src/lessons/check.ts');
const files = Object.fromEntries(Object.entries(lessonFiles()).filter(([id]) => id.includes(word)));
const { lessons, refused } = checkAll(files, known(), render);
for (const { id, title, minutes, steps } of lessons) {
  const exercises = steps.flatMap((step) => step.exercises);
  console.log(
    `${id}: ${title}. ${steps.length} steps, ${exercises.length} exercises, ${minutes} minutes`,
  );
}
for (const { why } of refused) console.error(`REFUSED ${why}`);
if (refused.length > 0 || lessons.length === 0) process.exit(1);
