/**
 * @file Addresses. Each page and each lesson has a folder below the site's root, and its settings are in the fragment,
 * which is never sent to the host: 'lab/#v=1&seed=3', 'lessons/04-the-cliff/#predict?v=1'.
 *
 * Addresses used to be fragments of the root: '#/lab?v=1&seed=3'. Links in that form open forever, and short links and
 * lists of links store it.
 */

export const PAGES = [
  { id: 'home', label: 'Home' },
  { id: 'lessons', label: 'Learn' },
  { id: 'lab', label: 'Lab' },
  { id: 'compare', label: 'Compare' },
  { id: 'figures', label: 'Figures' },
  { id: 'generate', label: 'Generate' },
  { id: 'masks', label: 'Masks' },
  { id: 'planner', label: 'Planner' },
  { id: 'teach', label: 'Teach' },
  { id: 'class', label: 'Class' },
  { id: 'worksheet', label: 'Worksheet' },
  { id: 'test', label: 'Test' },
  { id: 'go', label: 'Short link' },
  { id: 'health', label: 'This browser' },
] as const;

export type Page = (typeof PAGES)[number]['id'];

/** Titles of documents; a lesson has its own. */
export const TITLES: Record<Page, string> = {
  home: 'Zebra Lab',
  lessons: 'Lessons · Zebra Lab',
  lab: 'Lab · Zebra Lab',
  compare: 'Compare · Zebra Lab',
  figures: 'Figures · Zebra Lab',
  generate: 'Generate · Zebra Lab',
  masks: 'Masks · Zebra Lab',
  planner: 'Planner · Zebra Lab',
  teach: 'For teachers · Zebra Lab',
  class: 'Class · Zebra Lab',
  worksheet: 'Worksheet · Zebra Lab',
  test: 'Ten questions · Zebra Lab',
  go: 'Short link · Zebra Lab',
  health: 'This browser · Zebra Lab',
};

/** Pages in the navigation: the site's name links home, and pages for teachers are found from the lessons. */
export const NAVIGATION = PAGES.filter(
  ({ id }) => !['home', 'teach', 'class', 'worksheet', 'test', 'go', 'health'].includes(id),
);

export interface Route {
  readonly page: Page;
  /** The parts of the address after the page: a lesson and its step. */
  readonly path?: readonly string[];
  readonly query: string;
  /** The page named in the address, if it does not exist: the home page is shown, and says so. */
  readonly unknown?: string;
}

const LESSON = /^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/;
/** The first part after one of these pages has a folder of its own if it matches; other parts are in the fragment. */
const FOLDERS: Partial<Record<Page, RegExp>> = {
  lessons: LESSON,
  teach: new RegExp(`${LESSON.source}|^links$`),
  worksheet: LESSON,
};

const hasFolder = (page: Page, part: string | undefined): boolean =>
  part !== undefined && (FOLDERS[page]?.test(part) ?? false);

/** '' for home, 'lab/', 'lessons/04-the-cliff/': relative to the site's root. */
export function folderOf({ page, path = [] }: Pick<Route, 'page' | 'path'>): string {
  if (page === 'home') return '';
  return hasFolder(page, path[0]) ? `${page}/${path[0]}/` : `${page}/`;
}

/** '#v=1&seed=3', '#predict?v=1', or nothing. */
export function fragmentOf({ page, path = [], query }: Route): string {
  const inside = page === 'home' ? [] : hasFolder(page, path[0]) ? path.slice(1) : path;
  const parts = inside.map((part) => part.replaceAll(/[=&]/g, encodeURIComponent)).join('/');
  if (parts !== '') return query === '' ? `#${parts}` : `#${parts}?${query}`;
  if (query === '') return '';
  // Without the mark, these would be read as parts of the path.
  return /^(?!\/)[^?=&]*[=&]/.test(query) ? `#${query}` : `#?${query}`;
}

/** 'lab/#v=1&seed=3', relative to the site's root. */
export const pathOf = (route: Route): string => folderOf(route) + fragmentOf(route);

/** The parts and the query of a fragment: a question mark separates them unless the query has already begun. */
export function splitFragment(hash: string): { readonly parts: string; readonly query: string } {
  const text = hash.replace(/^#/, '');
  const at = text.search(/[?=&]/);
  if (at < 0) return { parts: text, query: '' };
  return text[at] === '?'
    ? { parts: text.slice(0, at), query: text.slice(at + 1) }
    : { parts: '', query: text };
}

/** Whether the fragment names the page itself, as all addresses used to. */
export const isOld = (folder: string, hash: string): boolean =>
  hash.startsWith('#/') || (namesIn(folder).length === 0 && splitFragment(hash).parts !== '');

/** `folder` is relative to the site's root. Always returns a page, as `parseHash` does. */
export function routeOf(folder: string, hash: string): Route {
  if (hash.startsWith('#/')) return parseHash(hash);
  const { parts, query } = splitFragment(hash);
  const [name, ...path] = namesIn(folder);
  if (name === undefined) return parseHash(`#/${parts}?${query}`);
  const page = PAGES.find(({ id }) => id === name && id !== 'home')?.id;
  return page
    ? { page, path: [...path, ...parts.split('/').filter(Boolean)], query }
    : { page: 'home', path: [], query, unknown: name };
}

/** Some hosts serve a folder only under the name of its file. */
const namesIn = (folder: string): readonly string[] =>
  folder
    .replace(/(^|\/)index\.html$/, '')
    .split('/')
    .filter(Boolean);

/** The former address, '#/lab?v=1': always returns a page, the home page if it is empty or names an unknown page. */
export function parseHash(hash: string): Route {
  const at = hash.indexOf('?');
  const [name = '', ...path] = (at < 0 ? hash : hash.slice(0, at))
    .replace(/^#\/?/, '')
    .split('/')
    .filter(Boolean);
  const page = PAGES.find(({ id }) => id === name)?.id ?? 'home';
  const known = page === name;
  return {
    page,
    path: known ? path : [],
    query: at < 0 ? '' : hash.slice(at + 1),
    ...(!known && name !== '' && { unknown: name }),
  };
}

/** The form in which short links and lists store an address. */
export const hashOf = ({ page, path = [], query }: Route): string =>
  `#/${[page, ...path].join('/')}?${query}`;
