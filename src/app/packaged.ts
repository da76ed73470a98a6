/**
 * @file Whether this page is a lesson in a package for a course system. The package's index.html says so in a meta tag
 * (src/app/teach/package/package.ts), so the same build serves the site and the packages.
 */
import { object, oneOf, readableJson, text, type TypeOf } from '../core/schema';
import { hashOf, parseHash } from './route';

export const META = 'zebra-lab-package';

const packagedLesson = object({
  version: oneOf([1]),
  lesson: text({ like: /^[a-z0-9-]{1,64}$/ }),
  /** The step it opens with, at the first visit; '' for the first one. */
  step: text({ empty: true, longest: 100 }),
  /** What a teacher's link sets. */
  query: text({ longest: 4000 }),
});
export type PackagedLesson = TypeOf<typeof packagedLesson>;

function read(): PackagedLesson | undefined {
  if (typeof document === 'undefined') return undefined;
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${META}"]`)?.content;
  return content === undefined ? undefined : readableJson(packagedLesson, content);
}

/** Undefined on the site itself. */
export const packaged: PackagedLesson | undefined = read();

/** The address of the package's lesson, if the page was opened at another one; course systems open index.html. */
export function packagedAddress(hash: string): string | undefined {
  if (!packaged) return undefined;
  const { lesson, step, query } = packaged;
  const { page, path } = parseHash(hash);
  if (page === 'lessons' && path?.[0] === lesson) return undefined;
  return hashOf({ page: 'lessons', path: step === '' ? [lesson] : [lesson, step], query });
}
