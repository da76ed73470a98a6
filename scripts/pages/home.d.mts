import type { Plugin } from 'vite';

export function home(inLanguage: {
  readonly define: Record<string, string>;
  readonly plugins: readonly Plugin[];
}): Plugin;
