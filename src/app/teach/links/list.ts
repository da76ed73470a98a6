/**
 * @file A list of links for a whole workshop: one page to print or project, and one URL that contains all of them, each
 * in its short form. Links that cannot be opened are reported and left out.
 */
import { openShort, shortOf } from './short';

export const MAX_LINKS = 30;

export interface LinkList {
  readonly hashes: readonly string[];
  /** Why some were left out, in words. */
  readonly refused: readonly string[];
}

/** '#/teach/links?v=1&to=…&to=…'. */
export const addressOfList = (hashes: readonly string[]): string =>
  `#/teach/links?${[
    'v=1',
    ...hashes.slice(0, MAX_LINKS).flatMap((hash) => shortOf(hash)?.replace('#/go/', 'to=') ?? []),
  ].join('&')}`;

export function readList(query: string): LinkList {
  const codes = query
    .slice(0, MAX_LINKS * 8200)
    .split('&')
    .filter((pair) => pair.startsWith('to='))
    .map((pair) => pair.slice(3));
  const opened = codes.slice(0, MAX_LINKS).map(openShort);
  return {
    hashes: opened.flatMap((one) => ('hash' in one ? [one.hash] : [])),
    refused: [
      ...opened.flatMap((one, i) => ('why' in one ? [`Link ${i + 1}: ${one.why}`] : [])),
      ...(codes.length > MAX_LINKS
        ? [`${codes.length - MAX_LINKS} more links: at most ${MAX_LINKS} are shown.`]
        : []),
    ],
  };
}

// ------------------------------------------------------------------------------------------- kept on this machine

const KEY = 'zebra-lab-links';

export function savedLinks(): readonly string[] {
  try {
    return readList(localStorage.getItem(KEY) ?? '').hashes;
  } catch {
    return []; // storage is forbidden: the tab is the only copy
  }
}

export function saveLinks(hashes: readonly string[]): void {
  try {
    if (hashes.length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, addressOfList(hashes).split('?')[1]!);
  } catch {
    // Storage is forbidden or full, so the list is not stored.
  }
}
