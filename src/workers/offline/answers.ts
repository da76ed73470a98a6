/** @file Which file of a version answers a request: folders, pages without their slash, and addresses that do not exist. */

export type Answer =
  | { readonly kind: 'file'; readonly path: string }
  /** A folder's name without its slash: relative links of its page would lead one folder too high. */
  | { readonly kind: 'slash' };

/** `path` is below the site's root, without a query; `has` says whether the version has a file. */
export function answerTo(path: string, has: (path: string) => boolean): Answer | undefined {
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  if (has(file)) return { kind: 'file', path: file };
  return file === path && has(`${path}/index.html`) ? { kind: 'slash' } : undefined;
}

/** The part of a URL's path below the site's root; undefined if it is elsewhere. */
export function pathBelow(url: string, root: string): string | undefined {
  const { origin, pathname } = new URL(url);
  const at = new URL(root);
  if (origin !== at.origin || !pathname.startsWith(at.pathname)) return undefined;
  try {
    return decodeURIComponent(pathname.slice(at.pathname.length));
  } catch {
    return undefined; // no file has such a name
  }
}

/** Files whose names contain a hash of their content: the same in every version that has them. */
export const neverChanges = (path: string): boolean => path.startsWith('assets/');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  zip: 'application/zip',
  png: 'image/png',
};

/** Some hosts send no type, or a wrong one, for some files. */
export const typeOf = (path: string): string =>
  TYPES[/[^.]*$/.exec(path)![0]] ?? 'application/octet-stream';
