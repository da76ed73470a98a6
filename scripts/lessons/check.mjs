/**
 * @file `npm run lessons:check [-- WORD]`: reads every lesson, or those whose folder has WORD in its name, as the site
 * does.
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
// All of them: a lesson names others that it needs.
const checked = checkAll(files, known(), render);
const [lessons, refused] = [checked.lessons.filter(asked), checked.refused.filter(asked)];
for (const { id, title, minutes, steps } of lessons) {
  const exercises = steps.flatMap((step) => step.exercises);
  console.log(
    `${id}: ${title}. ${steps.length} steps, ${exercises.length} exercises, ${minutes} minutes`,
  );
}
for (const { why } of refused) console.error(`REFUSED ${why}`);
if (refused.length > 0) process.exit(1);
