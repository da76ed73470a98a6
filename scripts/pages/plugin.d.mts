import type { Plugin } from 'vite';
import type { SiteIn } from '../messages/siteIn';

export function siteUrl(given?: string): string | undefined;
export function pages(site: SiteIn): Plugin;
