/**
 * @file What the isolation worker does to an answer, without the worker: which requests it touches, and the headers it
 * adds. A page is cross-origin isolated, and may share memory between threads, only if the answer that brought it says
 * so in its headers; many static hosts cannot send headers, so the service worker adds them on the way.
 *
 * Source: HTML, "cross-origin isolated", https://html.spec.whatwg.org/multipage/document-sequences.html.
 */

/** Part of an address before its `#`: `?isolation=off` turns the worker off, `?isolation=on` on again. */
export const SWITCH = 'isolation';
/** Likewise: `?offline=off` forgets what the site keeps, and removes the worker. */
export const OFFLINE_SWITCH = 'offline';

/** The address turns the worker off, so it leaves the page alone. */
export function switchedOff(url: string): boolean {
  const { searchParams } = new URL(url);
  return [SWITCH, OFFLINE_SWITCH].some((name) => searchParams.get(name) === 'off');
}

type Asked = Pick<Request, 'url' | 'mode' | 'destination' | 'method'>;

/** Pages and the scripts of workers. Everything else comes from the same origin and needs no header. */
export function takesHeaders({ url, mode, destination, method }: Asked, origin: string): boolean {
  if (new URL(url).origin !== origin || method !== 'GET' || switchedOff(url)) return false;
  return mode === 'navigate' || destination === 'worker' || destination === 'sharedworker';
}

/** The same answer with `headers` added. One that has no readable body (a redirect, an error) is returned unchanged. */
export function withHeaders(answer: Response, headers: Readonly<Record<string, string>>): Response {
  const { status, statusText, body, type } = answer;
  if (type === 'opaque' || type === 'opaqueredirect' || type === 'error' || body === null)
    return answer;
  const all = new Headers(answer.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(body, { status, statusText, headers: all });
}
