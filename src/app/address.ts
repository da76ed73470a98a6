/** @file The address of the current page: reads it, follows links without loading a document, and keeps it up to date. */
import { LANGUAGE_FOLDER } from '../core/language';
import { siteRoot } from '../workers/site';
import { packaged } from './packaged';
import {
  folderOf,
  fragmentOf,
  hashOf,
  isOld,
  parseHash,
  routeOf,
  type Page,
  type Route,
} from './route';

/** Below it are the pages in this language. */
const pagesRoot = (): URL => new URL(LANGUAGE_FOLDER, siteRoot());

/** The part of a URL's path below the root of the pages; undefined if it is none of them. */
function below({ origin, pathname }: Pick<URL, 'origin' | 'pathname'>): string | undefined {
  const root = pagesRoot();
  return origin === root.origin && pathname.startsWith(root.pathname)
    ? pathname.slice(root.pathname.length)
    : undefined;
}

export const here = (): Route => routeOf(below(location) ?? '', location.hash);

/** The URL of a page as the `href` of a link. */
function hrefOf(route: Route): string {
  // A package is one file, so that a course system may load it again.
  if (packaged) return location.pathname + location.search + hashOf(route);
  // A host that serves no folders by their own name, such as a learning system, served this page by its file's name.
  const file = location.pathname.endsWith('/index.html') ? 'index.html' : '';
  const folder = pagesRoot().pathname + folderOf(route) + file;
  return folder + location.search + fragmentOf(route);
}

export const hrefTo = (page: Page, path: readonly string[] = [], query = ''): string =>
  hrefOf({ page, path, query });

/** The same for an address in its former form, '#/lab?v=1', which saved links have. */
export const hrefOfHash = (hash: string): string => hrefOf(parseHash(hash));

/** The whole URL of such an address, to share. */
export const urlOfHash = (hash: string): string => new URL(hrefOfHash(hash), location.href).href;

/** A file of the site as the `href` of a link. */
export const siteFile = (path: string): string => new URL(path, siteRoot()).pathname;

// ------------------------------------------------------------------------------------------- the address changes

const visits = new Set<() => void>();
/** The last URL that pages know. */
let known = '';

/** Calls `visit` when a link, the user or the browser's Back and Forward change the address, until stopped. */
export function onVisit(visit: () => void): () => void {
  if (visits.size === 0) {
    known = location.href;
    addEventListener('popstate', changed);
    addEventListener('hashchange', changed); // some browsers report a changed fragment only by this
  }
  visits.add(visit);
  return () => {
    visits.delete(visit);
    if (visits.size > 0) return;
    removeEventListener('popstate', changed);
    removeEventListener('hashchange', changed);
  };
}

function changed(): void {
  if (location.href === known) return;
  replaceOld();
  known = location.href;
  for (const visit of [...visits]) visit();
}

/** Writes an address in its former form as the current one. An unknown page keeps what the user typed. */
export function replaceOld(): void {
  if (packaged) return;
  const route = here();
  if (route.unknown === undefined && isOld(below(location) ?? '', location.hash)) show(route);
}

/** Whether the address is one that names no language: the site's root, also in its former form, and short links. */
export const isNeutral = (): boolean => {
  const folder = below(location) ?? '';
  return (
    isOld(folder, location.hash) ||
    here().page === 'go' ||
    (here().page === 'home' && location.hash === '')
  );
};

/** Goes to a page of the site, with a history entry unless `replace`. */
export function goTo(href: string, { replace = false } = {}): void {
  const url = new URL(href, location.href);
  if (url.href === location.href) return;
  const folder = folderOf(here());
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  changed();
  if (folderOf(here()) !== folder) startAtTop();
}

/** As after loading a document: the page is at its top, and Tab goes to its first link. */
function startAtTop(): void {
  scrollTo(0, 0);
  const { body } = document;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.removeAttribute('tabindex');
}

/** Follows a pressed link to a page of the site; all others are left to the browser. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element && event.target.closest('a');
  if (!(link instanceof HTMLAnchorElement) || !link.hasAttribute('href')) return;
  if (!['', '_self'].includes(link.target) || link.hasAttribute('download')) return;
  const folder = below(link);
  if (folder === undefined || !/^$|\/$|(^|\/)index\.html$/.test(folder)) return; // such as third-party-notices.txt
  if (routeOf(folder, link.hash).unknown !== undefined) return;
  event.preventDefault();
  goTo(link.href);
}

// ------------------------------------------------------------------------------------------- the page changes

/** Shows a page's settings in its URL; with `entry`, the browser's Back returns to the present ones. */
export function showAddress(
  page: Page,
  query: string,
  path: readonly string[] = [],
  { entry = false } = {},
): void {
  show({ page, path, query }, entry);
}

function show(route: Route, entry = false): void {
  const { href } = new URL(hrefOf(route), location.href);
  if (location.href === href) return;
  try {
    history[entry ? 'pushState' : 'replaceState'](null, '', href);
    known = location.href;
  } catch {
    // Some browsers refuse to change the URL very often; the next change writes it.
  }
}

/**
 * The same in a task of its own, for an effect that keeps the URL up to date. The browser computes all styles before it
 * writes a URL, and right after a change of the page both together would delay the response to input. The returned
 * function cancels it.
 */
export function showAddressNext(page: Page, query: string): () => void {
  const before = location.href;
  const timer = setTimeout(() => {
    // The URL was changed by hand or by a link meanwhile: the page reads it first.
    if (location.href === before) showAddress(page, query);
  });
  return () => clearTimeout(timer);
}
