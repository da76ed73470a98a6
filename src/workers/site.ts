/** @file The site's root, below which its pages, texts, recordings, models and workers lie. */

/**
 * An absolute URL that ends with a slash. The document says how far above its own folder the root is (`data-root`); that
 * is resolved once, before the address first changes, because from then on the document's folder is a different one.
 */
export function siteRoot(): string {
  const { documentElement: html, baseURI } = document;
  // Stand-ins for a document in tests have no element.
  const root = new URL((html as HTMLElement | undefined)?.dataset['root'] ?? './', baseURI).href;
  (html as HTMLElement | undefined)?.setAttribute('data-root', root);
  return root;
}
