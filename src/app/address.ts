/** @file Keeps the URL of the current page up to date without adding a history entry. */
import { hashOf, type Page } from './route';

export function showAddress(page: Page, query: string, path: readonly string[] = []): void {
  const hash = hashOf({ page, path, query });
  if (location.hash === hash) return;
  try {
    history.replaceState(null, '', hash);
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
  const before = location.hash;
  const timer = setTimeout(() => {
    // The URL was changed by hand or by a link meanwhile: the page reads it first.
    if (location.hash === before) showAddress(page, query);
  });
  return () => clearTimeout(timer);
}
