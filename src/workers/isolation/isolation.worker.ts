/**
 * @file The service worker that isolates pages on hosts that send no headers; built to `service-worker.js` at the
 * site's root (scripts/build/serviceWorker.mjs). It stores nothing and changes no content.
 */
import { takesHeaders, withHeaders } from './headers';

/** The headers that scripts/build/policy.mjs names. */
declare const __ISOLATION__: Readonly<Record<string, string>>;

const scope = globalThis as unknown as ServiceWorkerGlobalScope;

// A new version has nothing to wait for, because it keeps no state.
scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener('fetch', (event) => {
  if (!takesHeaders(event.request, scope.location.origin)) return;
  event.respondWith(fetch(event.request).then((answer) => withHeaders(answer, __ISOLATION__)));
});
