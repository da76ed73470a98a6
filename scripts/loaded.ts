/** @file A script's own module, loaded unbundled, for code that finds files next to itself or starts Node again. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `path` from the repository's root, where scripts/run.mjs runs. */
export const loaded = <T>(path: string): Promise<T> =>
  import(/* @vite-ignore */ pathToFileURL(resolve(path)).href) as Promise<T>;
