import type { Plugin } from 'vite';

export function home(): Plugin;
