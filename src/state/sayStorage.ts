/** @file Sentences about what this browser keeps: storage, its size, and the service worker. */
import { formatInteger } from '../core/numbers';
import type { Abilities, AbilityRow, ServiceWorkerState } from './abilities';

const MIB = 2 ** 20;
const HELPS_STORAGE = 'Allow the site to store data, and do not use a private window.';

export const sayLocalStorage = ({ localStorage }: Abilities): AbilityRow =>
  localStorage
    ? { name: 'Local storage', found: 'Available.', means: 'Answers and progress are kept.' }
    : {
        name: 'Local storage',
        found: 'Blocked.',
        means: 'Answers are lost when the page is closed, so students hand in their code first.',
        helps: HELPS_STORAGE,
      };

export const sayIndexedDB = (facts: Abilities): AbilityRow =>
  facts.indexedDB
    ? { name: 'IndexedDB', found: 'Available.', means: 'Trained models are kept over a reload.' }
    : {
        name: 'IndexedDB',
        found: 'Blocked.',
        means: 'A trained model is lost when the page is closed, unless it is saved as a file.',
        helps: HELPS_STORAGE,
      };

export function sayRoom({ quota, usage, persistent }: Abilities): AbilityRow {
  const mib = (bytes: number) => `${formatInteger(Math.round(bytes / MIB))} MiB`;
  const size =
    quota === undefined
      ? 'The browser does not say how much.'
      : `Up to ${mib(quota)}${usage === undefined ? '' : `, of which ${mib(usage)} are used`}.`;
  return {
    name: 'Room to store',
    found: `${size} ${persistent === true ? 'It is persistent.' : persistent === false ? 'It is not persistent.' : 'The browser does not say whether it is persistent.'}`,
    means:
      persistent === true
        ? 'The browser does not clear it by itself.'
        : 'The browser may clear it when the disk is full, or at the end of a guest session.',
  };
}

const SERVICE_WORKER: Record<ServiceWorkerState, Omit<AbilityRow, 'name'>> = {
  controls: {
    found: 'Installed, and in use on this page.',
    means:
      'It adds the headers that threads need if the host does not send them, and opens the site without a network.',
  },
  installed: {
    found: 'Installed, but not in use on this page yet.',
    means:
      'It adds the headers that threads need, and works without a network, from the next load on.',
  },
  installing: {
    found: 'Being installed.',
    means:
      'It adds the headers that threads need, and works without a network, from the next load on.',
  },
  none: {
    found: 'Not installed.',
    means:
      'It is needed to open the site without a network, and for threads if the host does not send the headers for them.',
  },
  unavailable: {
    found: 'This browser does not allow any here.',
    means:
      'The site needs a network, and threads work only if the host sends the headers for them.',
    helps: 'HTTPS, and a window that is not private.',
  },
  noAnswer: {
    found: 'The browser did not answer.',
    means:
      'The site needs a network, and threads work only if the host sends the headers for them.',
    helps: 'Allow the site to store data.',
  },
};

export const sayServiceWorker = ({ serviceWorker }: Abilities): AbilityRow => ({
  name: 'Service worker',
  ...SERVICE_WORKER[serviceWorker],
});
