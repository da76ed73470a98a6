/** @file Hash routes, so that one build serves any folder: '#/lab?v=1&seed=3'. */

export interface Route {
  readonly page: 'lab';
  readonly query: string;
}

/** Whatever the hash says, a page: an empty one and an unknown one are the Lab. */
export function parseHash(hash: string): Route {
  const at = hash.indexOf('?');
  return { page: 'lab', query: at < 0 ? '' : hash.slice(at + 1) };
}

export const hashOf = ({ page, query }: Route): string => `#/${page}?${query}`;
