/** @file What `src/state/isolation.svelte.ts` needs of this browser, and which pages gain by being isolated. */
import type { Around } from '../state/isolation.svelte';
import { siteRoot } from '../workers/site';
import { here } from './address';
import { packaged } from './packaged';
import type { Page, Route } from './route';

const KEY = 'zebra-lab-isolating';

export const around = (): Around => ({
  isolated: globalThis.crossOriginIsolated,
  // A course system's pages are not ours to isolate, also if it opens a package in a window of its own.
  framed: packaged !== undefined || globalThis.top !== globalThis.self,
  secure: globalThis.isSecureContext,
  search: location.search,
  workers: 'serviceWorker' in navigator ? navigator.serviceWorker : undefined,
  root: siteRoot(),
  reload: () => location.reload(),
  mark(on) {
    try {
      if (on) sessionStorage.setItem(KEY, '1');
      else sessionStorage.removeItem(KEY);
      return true;
    } catch {
      return false; // storage is forbidden
    }
  },
  get marked() {
    try {
      return sessionStorage.getItem(KEY) === '1';
    } catch {
      return false;
    }
  },
});

const COMPUTING: readonly Page[] = ['lab', 'compare', 'generate'];
/** Pages that keep nothing that a reload would lose. */
const READING: readonly Page[] = ['home', 'lessons', 'figures', 'teach', 'health'];

export const computes = ({ page, path = [] }: Pick<Route, 'page' | 'path'>): boolean =>
  COMPUTING.includes(page) || (page === 'lessons' && path.length > 0);

export const computesHere = (): boolean => computes(here());

export const leftAs = (page: Page): 'reading' | 'tool' =>
  READING.includes(page) ? 'reading' : 'tool';
