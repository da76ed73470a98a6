import type { Plugin } from 'vite';

export function siteUrl(given?: string): string | undefined;
export function pages(): Plugin;
