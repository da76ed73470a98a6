/**
 * @file `npm run lessons:check [-- WORD]`: reads every lesson, or those whose folder has WORD in its name, as the site
 * does. Of a single lesson it also lists the steps with their minutes.
 */
import { bundled } from '../bundle.mjs';
import { optionsOf } from '../options.mjs';
import { known, lessonFiles } from './files.mjs';
import * as render from './render.mjs';

const { positionals } = optionsOf(
  'npm run lessons:check -- [WORD]',
  {},
  { allowPositionals: true },
);
const [word = ''] = positionals;
const asked = ({ id }) => id.includes(word);
const files = lessonFiles();
if (!Object.keys(files).some((id) => asked({ id }))) {
  console.error(`No lesson has '${word}' in its name; there are ${Object.keys(files).join(', ')}.`);
  process.exit(1);
}
const { checkAll } = await bundled('src/lessons/check.ts');
const { headOf, readDocument } = await bundled('src/lessons/document.ts');
// All of them: a lesson names others that it needs.
const checked = checkAll(files, known(), render);
const [lessons, refused] = [checked.lessons.filter(asked), checked.refused.filter(asked)];
for (const { id, title, minutes, steps } of lessons) {
  const exercises = steps.flatMap((step) => step.exercises);
  console.log(
    `${id}: ${title}. ${steps.length} steps, ${exercises.length} exercises, ${minutes} minutes`,
  );
}
if (lessons.length === 1) {
  const [{ id }] = lessons;
  for (const { title, minutes, exercises } of headOf(readDocument(id, files[id])).steps) {
    const ids = exercises.map((exercise) => exercise.id).join(', ') || 'no exercise';
    console.log(`  ${minutes.toFixed(1)} min  ${title}: ${ids}`);
  }
}
for (const { why } of refused) console.error(`REFUSED ${why}`);
if (refused.length > 0) process.exit(1);
