/**
 * @file The service worker, built to `service-worker.js` at the site's root (scripts/build/serviceWorker.mjs). It isolates
 * pages on hosts that send no headers, and answers from what the page has stored when a whole version of the site is
 * there (../offline). It changes no content and sends nothing.
 */
import { pathBelow } from '../offline/answers';
import { Keeper } from '../offline/keeper';
import { MARK, type Ask } from '../offline/messages';
import { switchedOff, takesHeaders, withHeaders } from './headers';

/** The headers that scripts/build/policy.mjs names. */
declare const __ISOLATION__: Readonly<Record<string, string>>;

const scope = globalThis as unknown as ServiceWorkerGlobalScope;
const root = new URL('./', scope.location.href).href;

const openOnes = () => scope.clients.matchAll({ type: 'all', includeUncontrolled: true });
const keeper = new Keeper({
  root,
  caches: scope.caches,
  open: async () => (await openOnes()).flatMap(({ id, url }) => [id, url]),
  addressOf: async (id) => (await scope.clients.get(id))?.url,
  tell: async (told) => {
    for (const client of await openOnes()) if (client.type === 'window') client.postMessage(told);
  },
  now: () => Date.now(),
});

// A new version of this script has nothing to wait for: which version of the site a page has is stored, not in here.
scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener('message', (event) => {
  const { source, ports } = event;
  const id = source && 'id' in source ? source.id : '';
  event.waitUntil(
    keeper.receive(event.data as Ask, id).then((told) => ports[0]?.postMessage(told)),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request, clientId, resultingClientId } = event;
  const { url, method, mode } = request;
  if (method !== 'GET' || pathBelow(url, root) === undefined) return;
  if (switchedOff(url) || request.headers.has(MARK)) return;
  const isolates = takesHeaders(request, scope.location.origin);
  if (keeper.empty && !isolates) return;
  const navigates = mode === 'navigate';
  const asked = { url, navigates, client: navigates ? resultingClientId : clientId };
  event.respondWith(
    keeper
      .answer(asked, () => fetch(request))
      .then((answer) => (isolates ? withHeaders(answer, __ISOLATION__) : answer)),
  );
});
