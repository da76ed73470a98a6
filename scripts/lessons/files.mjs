/** @file What lessons/, models/ and public/recorded contain: the names lessons may use. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

const names = (folder, ending) =>
  readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();

/** Each lesson's Markdown by its id. */
export const lessonFiles = () =>
  Object.fromEntries(
    readdirSync(new URL('lessons/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [name, new URL(`lessons/${name}/lesson.md`, ROOT)])
      .filter(([, file]) => existsSync(file))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([id, file]) => [id, readFileSync(file, 'utf8')]),
  );

/** The kinds of exercises: each is the name of a file. */
export const kindIds = () => names('src/lessons/exercises/', '.ts');

export const known = () => ({
  recordings: names('public/recorded/races/', '.json'),
  models: names('models/', '.zip'),
});
