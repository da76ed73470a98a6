import type { Plugin } from 'vite';
import type { Language } from '../../src/core/languages';
import type { Translations } from '../messages/lookup';

export function siteUrl(given?: string): string | undefined;
export function pages(settings: {
  readonly language: Language;
  readonly translations: Translations;
  readonly inLanguage: {
    readonly define: Record<string, string>;
    readonly plugins: readonly Plugin[];
  };
}): Plugin;
