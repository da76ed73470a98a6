/** @file The progress in lessons, kept on this machine only. */
import {
  readProgress,
  writeProgress,
  type LessonProgress,
  type Progress,
} from '../../lessons/progress';

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
