import type { Plugin } from 'vite';
import type { Translations } from '../messages/lookup';

export function lessons(translations: Translations): Plugin;
