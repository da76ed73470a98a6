/** @file What Vite needs to build the site, or to bundle a part of it, in one language. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGLISH, type Language } from '../../src/core/languages.ts';
import { languageOf, translationsOf, type Translations } from './lookup.ts';
import { messages } from './plugin.ts';

export interface SiteIn {
  readonly language: Language;
  readonly translations: Translations;
  /** For `bundled`. */
  readonly inLanguage: {
    readonly define: Readonly<Record<string, string>>;
    readonly plugins: readonly ReturnType<typeof messages>[];
  };
}

/** `root` is the repository's; `tag` names the language, English if there is none. Throws Error. */
export function siteIn(root: string, tag?: string): SiteIn {
  const language = languageOf(tag);
  const translations = translationsOf(root, language);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const define = {
    __VERSION__: JSON.stringify(version), // src/app/version.ts
    __LANGUAGE__: JSON.stringify(language), // src/core/language.ts
  };
  const plugins = language.tag === ENGLISH.tag ? [] : [messages(root, language, translations)];
  return { language, translations, inLanguage: { define, plugins } };
}
