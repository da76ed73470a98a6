/**
 * @file Tells the service worker which version of the site the page's workers have. Browsers do not say which page a
 * blob: worker belongs to, so its address stands for it.
 */
import type { Ask } from './messages';

const told = new Set<string>();

/** Before a worker starts at this address. Within another worker it does nothing: those load only scripts. */
export function tellVersion(address: string): void {
  if (typeof document === 'undefined') return;
  told.add(address);
  const version = (document.documentElement as HTMLElement | undefined)?.dataset['version'];
  if (version === undefined || !('serviceWorker' in navigator)) return;
  const ask: Ask = { type: 'here', version, worker: address };
  navigator.serviceWorker?.controller?.postMessage(ask);
}

/** Again, to a service worker that has just taken over the page. */
export const tellAll = (): void => told.forEach(tellVersion);
