/**
 * @file Projector mode: large type, black on white. The URL turns it on for any page (`projector=1`, or 0 to end it),
 * or the user does; it stays on across pages until the tab is closed. Styles: tokens.css, base.css.
 */
import type { Page } from './route';

const KEY = 'zebra-lab-projector';

/** The URL's setting, or `before` if it has none. */
export function projectorOf(query: string, before: boolean): boolean {
  const asked = new URLSearchParams(query.slice(0, 4000)).get('projector');
  return asked === '1' || (asked !== '0' && before);
}

export function wasProjector(): boolean {
  try {
    return sessionStorage.getItem(KEY) === '1';
  } catch {
    return false; // storage is forbidden: only the URL counts
  }
}

/** Tells base.css which page it is, because not all pages have room to grow. */
export function showProjector(on: boolean, page: Page): void {
  if (on) document.documentElement.dataset['projector'] = page;
  else delete document.documentElement.dataset['projector'];
  try {
    sessionStorage.setItem(KEY, on ? '1' : '0');
  } catch {
    // Storage is forbidden, so the setting is lost on a reload.
  }
}
