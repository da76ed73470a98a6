import type { Plugin } from 'vite';

export function iconOf(size: number): Buffer;
export function webManifest(): Plugin;
