/** @file The headings of the site's lessons, and the progress kept on this machine: without any lesson's text. */
import {
  readProgress,
  writeProgress,
  type LessonProgress,
  type Progress,
} from '../../lessons/progress';
import type { Heading } from '../../lessons/document';

export interface RefusedLesson {
  readonly id: string;
  readonly refused: string;
}

const heads = import.meta.glob<Heading | RefusedLesson>('/lessons/*/lesson.md', {
  query: '?head',
  eager: true,
  import: 'default',
});
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
