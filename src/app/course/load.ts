/**
 * @file The site's lessons: their headings at once, their text when opened. A refused lesson reports why and does not
 * affect the others.
 */
import { InputError } from '../../core/check';
import {
  readProgress,
  writeProgress,
  type LessonProgress,
  type Progress,
} from '../../lessons/progress';
import type { Heading, LessonDocument } from '../../lessons/document';
import { lessonOf, type Lesson } from '../../lessons/lesson';
import type { Known } from '../../lessons/scene';

export interface RefusedLesson {
  readonly id: string;
  readonly refused: string;
}

const heads = import.meta.glob<Heading | RefusedLesson>('/lessons/*/lesson.md', {
  query: '?head',
  eager: true,
  import: 'default',
});
const documents = import.meta.glob<LessonDocument | RefusedLesson>('/lessons/*/lesson.md', {
  import: 'default',
});
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

export const isRefused = (one: object | string): one is RefusedLesson =>
  typeof one === 'object' && 'refused' in one;

/** In folder order. */
export const allHeads: readonly (Heading | RefusedLesson)[] = Object.entries(heads)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([, head]) => head);

export const headOf = (id: string): Heading | undefined => {
  const head = allHeads.find((one) => one.id === id);
  return head && !isRefused(head) ? head : undefined;
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
  const load = documents[`/lessons/${id}/lesson.md`];
  if (!load) throw new InputError(`no lesson is called '${id}'`);
  const document = await load();
  if (isRefused(document)) throw new InputError(document.refused);
  return lessonOf(document, known);
}

export async function loadGuide(id: string): Promise<string | undefined> {
  const guide = await guides[`/lessons/${id}/guide.md`]?.();
  return guide === undefined || isRefused(guide) ? undefined : guide;
}

// --------------------------------------------------------------------- progress, kept on this machine only

const KEY = 'zebra-lab-lessons';

export function savedProgress(): Progress {
  try {
    return readProgress(localStorage.getItem(KEY) ?? '');
  } catch {
    return {}; // storage is forbidden: nothing is kept
  }
}

/** False if the browser does not store it. */
export function saveProgress(id: string, progress: LessonProgress): boolean {
  try {
    // The most recent lesson goes last: the list of lessons continues with it.
    const { [id]: _, ...others } = savedProgress();
    localStorage.setItem(KEY, writeProgress({ ...others, [id]: progress }));
    return true;
  } catch {
    return false;
  }
}

export function forgetProgress(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was no progress.
  }
}
