/**
 * @file Starts a worker under the page's Content-Security-Policy.
 *
 * A worker started from its own URL is bound only by the headers of its own response, and a plain static host sends
 * none. A blob: worker inherits the policy of the page, so each worker starts as a few lines in a blob that import its
 * script. Inside that script `import.meta.url` is unchanged; only `location` is the blob's.
 */

import { tellVersion } from './offline/tell';
import { siteRoot } from './site';

/** Messages that arrive before the script has loaded are queued for it, in order. */
const bootstrap = (script: string) => `
const early = [];
const keep = (event) => {
  event.stopImmediatePropagation();
  early.push(event.data);
};
addEventListener('message', keep);
import(${JSON.stringify(script)}).then(
  () => {
    removeEventListener('message', keep);
    for (const data of early) dispatchEvent(new MessageEvent('message', { data }));
  },
  (cause) => setTimeout(() => { throw cause; }), // so that it reaches the page's onerror
);`;

/** A blob's URL is never revoked: some browsers read it after the constructor has returned. */
const addresses = new Map<string, string>();

/** `script` is the result of '….ts?worker&url' in Vite; `base` is what it is relative to if a worker starts another. */
export function startWorker(script: string, name: string, base = siteRoot()): Worker {
  const url = new URL(script, base).href;
  let address = addresses.get(url);
  if (!address) {
    address = URL.createObjectURL(new Blob([bootstrap(url)], { type: 'text/javascript' }));
    addresses.set(url, address);
  }
  tellVersion(address);
  return new Worker(address, { type: 'module', name });
}
