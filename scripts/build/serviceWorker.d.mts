import type { Plugin } from 'vite';

export function serviceWorker(forSite: boolean): Plugin;
