/** @file Hash routes, so that one build serves any folder: '#/lab?v=1&seed=3', '#/compare?v=1&seed=3'. */

export const PAGES = [
  { id: 'lab', label: 'Lab' },
  { id: 'compare', label: 'Compare' },
  { id: 'figures', label: 'Figures' },
  { id: 'generate', label: 'Generate' },
  { id: 'masks', label: 'Masks' },
] as const;

export type Page = (typeof PAGES)[number]['id'];

export interface Route {
  readonly page: Page;
  readonly query: string;
}

/** Whatever the hash says, a page: an empty one and an unknown one are the Lab. */
export function parseHash(hash: string): Route {
  const at = hash.indexOf('?');
  const name = (at < 0 ? hash : hash.slice(0, at)).replace(/^#\/?/, '');
  return {
    page: PAGES.find(({ id }) => id === name)?.id ?? 'lab',
    query: at < 0 ? '' : hash.slice(at + 1),
  };
}

export const hashOf = ({ page, query }: Route): string => `#/${page}?${query}`;
