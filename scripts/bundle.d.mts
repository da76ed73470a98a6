import type { Plugin } from 'vite';

interface Settings {
  readonly define?: Readonly<Record<string, string>>;
  readonly plugins?: readonly Plugin[];
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the exports of a file that is only known when it runs */
export function bundled(entry: string, settings?: Settings): Promise<any>;
export function bundledUrl(entry: string, settings?: Settings): Promise<string>;
