/**
 * @file Starts a worker under the page's Content-Security-Policy.
 *
 * A worker started from its own URL is bound only by the headers of its own response, and a plain static host sends
 * none. A blob: worker inherits the policy of the page, so each worker starts as a few lines in a blob: that import its
 * script. Inside that script `import.meta.url` is what it always was; only `location` is the blob's.
 */

/** Messages that come before the script is there are kept for it, in their order. */
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

/** A blob's address is never revoked: some browsers read it after the constructor has returned. */
const addresses = new Map<string, string>();

/** `script` is what Vite gives for '….ts?worker&url'; `base`: what it is relative to where a worker starts one. */
export function startWorker(script: string, name: string, base = document.baseURI): Worker {
  const url = new URL(script, base).href;
  let address = addresses.get(url);
  if (!address) {
    address = URL.createObjectURL(new Blob([bootstrap(url)], { type: 'text/javascript' }));
    addresses.set(url, address);
  }
  return new Worker(address, { type: 'module', name });
}
