import type { Plugin } from 'vite';
export const FILE: string;
export function packages(language: { readonly tag: string }): Plugin;
