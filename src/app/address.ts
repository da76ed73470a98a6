/** @file Keeps the address of the current page up to date without adding a history entry. */
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

/**
 * The same for an effect that keeps the address true, in a task of its own: the browser works out all styles before it
 * writes an address, and a page that has just changed would keep the hand waiting for both. Calls off what it gives back.
 */
export function showAddressNext(page: Page, query: string): () => void {
  const before = location.hash;
  const timer = setTimeout(() => {
    // Changed by hand or by a link meanwhile: the page reads it first.
    if (location.hash === before) showAddress(page, query);
  });
  return () => clearTimeout(timer);
}
