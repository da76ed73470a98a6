/** @file The address of the page one is on, kept true without a new step in the history. */
import { hashOf, type Page } from './route';

export function showAddress(page: Page, query: string, path: readonly string[] = []): void {
  const hash = hashOf({ page, path, query });
  if (location.hash === hash) return;
  try {
    history.replaceState(null, '', hash);
  } catch {
    // Some browsers refuse an address that changes very often; the next change writes it.
  }
}
