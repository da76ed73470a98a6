/** @file What the end of a lesson needs, loaded while the reader is at its first steps. */
export { lessonAfter } from '../course/heads';
export { default as LessonEnd } from './LessonEnd.svelte';
