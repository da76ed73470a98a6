/** @file What `src/state/offline.svelte.ts` needs of this browser. */
import type { OfflineAround, Unavailable } from '../../state/offline.svelte';
import { OFFLINE_SWITCH, SWITCH } from '../../workers/isolation/headers';
import { siteRoot } from '../../workers/site';
import { packaged } from '../packaged';

/** Not in TypeScript's list of what a browser has. */
interface Connection {
  readonly saveData?: boolean;
  readonly type?: string;
  readonly effectiveType?: string;
}

/** Milliseconds. */
const QUIET = 3_000;
const LOOK_EVERY = 1_000;

export function around(): OfflineAround {
  const root = siteRoot();
  const html = document.documentElement;
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
  const storage = 'caches' in globalThis ? globalThis.caches : undefined;
  return {
    unavailable: unavailable(workers, storage),
    root,
    language: html.lang,
    version: html.dataset['version'],
    metered: isMetered((navigator as { connection?: Connection }).connection),
    workers,
    caches: storage,
    sources: {
      caches: storage!,
      fetch: (url, init) => fetch(url, init),
      hash: async (bytes) =>
        [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 16)]
          .map((byte) => byte.toString(16).padStart(2, '0'))
          .join(''),
      async room() {
        const { quota, usage = 0 } = await navigator.storage.estimate();
        return quota === undefined ? undefined : quota - usage;
      },
    },
    idle,
    async alone(work) {
      // Every browser that has service workers has locks since 2022; without them, tabs would only repeat each other.
      if (!('locks' in navigator)) return work().then(() => true);
      return navigator.locks.request(`zebra-lab ${root}`, { ifAvailable: true }, async (lock) => {
        if (lock) await work();
        return lock !== null;
      });
    },
    online: () => navigator.onLine,
    whenOnline: (back) => addEventListener('online', back, { once: true }),
    persist: () => void navigator.storage.persist?.().catch(() => false),
    reload: () => location.reload(),
  };
}

function unavailable(
  workers: ServiceWorkerContainer | undefined,
  storage: CacheStorage | undefined,
): Unavailable | undefined {
  const search = new URLSearchParams(location.search);
  if (packaged !== undefined || globalThis.top !== globalThis.self) return 'framed';
  if (search.get(OFFLINE_SWITCH) === 'off') return 'forgotten';
  if (search.get(SWITCH) === 'off') return 'off';
  if (!globalThis.isSecureContext) return 'insecure';
  return workers && storage ? undefined : 'noServiceWorker';
}

const isMetered = ({ saveData, type, effectiveType = '' }: Connection = {}): boolean =>
  saveData === true || type === 'cellular' || effectiveType.endsWith('2g');

/** A model can be trained if the page has one, and nothing was fetched for a while. */
async function idle(): Promise<void> {
  for (let last = -1, since = performance.now(); ;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    const fetched = performance.getEntriesByType('resource').length;
    const busy =
      document.querySelector('[data-phase="preparing"], main[aria-busy="true"]') !== null;
    if (fetched !== last || busy || document.readyState !== 'complete') {
      last = fetched;
      since = performance.now();
    } else if (performance.now() - since >= QUIET) return;
  }
}
