import type { Plugin } from 'vite';

export function notices(): { readonly workers: () => Plugin[]; readonly page: Plugin };
