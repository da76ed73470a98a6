/** @file Hash routes, so that one build serves any folder: '#/lab?v=1&seed=3', '#/lessons/04-the-cliff/predict?v=1'. */

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
] as const;

export type Page = (typeof PAGES)[number]['id'];

/** Pages in the navigation: the site's name links home, and pages for teachers are found from the lessons. */
export const NAVIGATION = PAGES.filter(
  ({ id }) => !['home', 'teach', 'class', 'worksheet', 'test', 'go'].includes(id),
);

export interface Route {
  readonly page: Page;
  /** The parts of the path after the page: a lesson and its step. */
  readonly path?: readonly string[];
  readonly query: string;
  /** The page named in the URL, if it does not exist: the home page is shown, and says so. */
  readonly unknown?: string;
}

/** Always returns a page: the home page if the hash is empty or names an unknown page. */
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

export const hashOf = ({ page, path = [], query }: Route): string =>
  `#/${[page, ...path].join('/')}?${query}`;
