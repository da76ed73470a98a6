/** @file The language this build of the site is in. Its messages are already in the code; only numbers ask for it. */
import { ENGLISH, LANGUAGES, type Language } from './languages';

/** Inserted by vite.config.ts; scripts and unit tests run in English. */
declare const __LANGUAGE__: Language | undefined;

export const LANGUAGE: Language = typeof __LANGUAGE__ === 'object' ? __LANGUAGE__ : ENGLISH;

/** The folder of a language's pages below the site's root: '' or 'de/'. */
export const folderOfLanguage = (tag: string): string => (tag === ENGLISH.tag ? '' : `${tag}/`);

export const LANGUAGE_FOLDER = folderOfLanguage(LANGUAGE.tag);

/** English first. */
export const ALL_LANGUAGES: readonly Language[] = [ENGLISH, ...LANGUAGES];

/** The `lang` of a lesson's text, or of its guide, if it is not translated into the language of the page. */
export const languageOfLesson = (id: string): string | undefined =>
  LANGUAGE.lessons?.includes(id) === false ? ENGLISH.tag : undefined;
export const languageOfGuides: string | undefined = LANGUAGE.guides ? undefined : ENGLISH.tag;
