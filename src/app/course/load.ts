/** @file The text of the site's lessons, loaded when opened. A refused lesson reports why and does not affect the others. */
import { InputError } from '../../core/check';
import { Registry } from '../../core/registry';
import type { LessonDocument } from '../../lessons/document';
import { KIND, type ExerciseKind } from '../../lessons/exercise';
import { lessonOf, type Lesson } from '../../lessons/lesson';
import type { Known } from '../../lessons/scene';
import { isRefused, type RefusedLesson } from './refused';

/** As scripts/lessons/plugin.mjs builds it: with the kinds of its exercises. */
interface LessonModule {
  readonly default: LessonDocument | RefusedLesson;
  readonly kinds: readonly ExerciseKind[];
}

const modules = import.meta.glob<LessonModule>('/lessons/*/lesson.md');
const guides = import.meta.glob<string | RefusedLesson>('/lessons/*/guide.md', {
  import: 'default',
});
const models = Object.keys(import.meta.glob('/models/*.json'));
const recordings = Object.keys(import.meta.glob('/src/compare/starts/*.ts'));

const stem = (path: string) =>
  path
    .split('/')
    .at(-1)!
    .replace(/\.[a-z]+$/, '');

/** The recordings and models that lessons may name. Recordings of starts have the start's id. */
const known: Known = {
  models: models.map(stem),
  recordings: recordings.map(stem),
};

const opened = new Map<string, Promise<Lesson>>();

/** Rejects with an InputError for readers if the lesson does not exist or cannot be read. */
export function loadLesson(id: string): Promise<Lesson> {
  const lesson = opened.get(id) ?? readLesson(id);
  opened.set(id, lesson);
  lesson.catch(() => opened.delete(id)); // the network may come back
  return lesson;
}

async function readLesson(id: string): Promise<Lesson> {
  const load = modules[`/lessons/${id}/lesson.md`];
  if (!load) throw new InputError(`no lesson is called '${id}'`);
  const { default: document, kinds } = await load();
  if (isRefused(document)) throw new InputError(document.refused);
  return lessonOf(document, known, new Registry(KIND, kinds));
}

export async function loadGuide(id: string): Promise<string | undefined> {
  const guide = await guides[`/lessons/${id}/guide.md`]?.();
  return guide === undefined || isRefused(guide) ? undefined : guide;
}
