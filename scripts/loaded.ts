/** @file A script's own module, loaded as it is and not bundled: what finds files beside itself, or starts Node again. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `path` from the repository's root, where scripts/run.mjs runs. */
export const loaded = <T>(path: string): Promise<T> =>
  import(/* @vite-ignore */ pathToFileURL(resolve(path)).href) as Promise<T>;
