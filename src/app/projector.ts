/**
 * @file Projector mode, for a wall: large type, black on white. The address asks for it on any page (`projector=1`, or 0
 * to end it), or a person does; it stays while they go from page to page, until the tab is closed. Looks: tokens.css, base.css.
 */
import type { Page } from './route';

const KEY = 'zebra-lab-projector';

/** What an address says of it; `before` where it says nothing. */
export function projectorOf(query: string, before: boolean): boolean {
  const asked = new URLSearchParams(query.slice(0, 4000)).get('projector');
  return asked === '1' || (asked !== '0' && before);
}

export function wasProjector(): boolean {
  try {
    return sessionStorage.getItem(KEY) === '1';
  } catch {
    return false; // storage is forbidden: the address is all there is
  }
}

/** The page is named for base.css: not all have room to grow. */
export function showProjector(on: boolean, page: Page): void {
  if (on) document.documentElement.dataset['projector'] = page;
  else delete document.documentElement.dataset['projector'];
  try {
    sessionStorage.setItem(KEY, on ? '1' : '0');
  } catch {
    // It is only not kept over a reload.
  }
}
