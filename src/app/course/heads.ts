/** @file The headings of the site's lessons, without any lesson's text. */
import type { Heading } from '../../lessons/document';
import { isRefused, type RefusedLesson } from './refused';

const heads = import.meta.glob<Heading | RefusedLesson>('/lessons/*/lesson.md', {
  query: '?head',
  eager: true,
  import: 'default',
});

/** In folder order. */
export const allHeads: readonly (Heading | RefusedLesson)[] = Object.entries(heads)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([, head]) => head);

export const headOf = (id: string): Heading | undefined => {
  const head = allHeads.find((one) => one.id === id);
  return head && !isRefused(head) ? head : undefined;
};

/** The lesson that follows this one. */
export function lessonAfter(id: string): Heading | undefined {
  const readable = allHeads.flatMap((head) => (isRefused(head) ? [] : [head]));
  return readable[readable.findIndex((head) => head.id === id) + 1];
}
