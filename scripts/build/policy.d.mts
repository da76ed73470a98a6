import type { Plugin } from 'vite';

export const POLICY: string;
export const ISOLATION: Readonly<Record<string, string>>;
export function isolation(): Plugin;
export function policy(): Plugin;
