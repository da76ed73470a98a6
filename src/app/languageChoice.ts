/** @file The language that the reader chose: in the address of every page, and remembered for addresses without one. */
import { ALL_LANGUAGES, folderOfLanguage, LANGUAGE } from '../core/language';
import { ENGLISH, type Language } from '../core/languages';
import { siteRoot } from '../workers/site';
import { packaged } from './packaged';
import { here, isNeutral } from './address';
import { folderOf } from './route';

const KEY = 'zebra-language';

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is blocked
  }
}

/** Remembers a language that the reader chose. */
export function choose(tag: string): void {
  try {
    localStorage.setItem(KEY, tag);
  } catch {
    // Storage is blocked: the address still says it.
  }
}

/** The current page in another language, with all its settings. */
export const hrefIn = (tag: string): string =>
  new URL(folderOfLanguage(tag) + folderOf(here()), siteRoot()).pathname +
  location.search +
  location.hash;

/** Packages have one language, and so has the development server, which would answer the others with 404. */
export const offersLanguages = !packaged && !import.meta.env.DEV && ALL_LANGUAGES.length > 1;

/**
 * The address to go to instead, if this one names no language (the site's root, a short link, a link from before there
 * were languages) and the reader chose another one before.
 */
export function chosenElsewhere(): string | undefined {
  if (!offersLanguages || LANGUAGE.tag !== ENGLISH.tag || self !== top || !isNeutral())
    return undefined;
  const tag = remembered();
  const isOther = ALL_LANGUAGES.some((one) => one.tag === tag) && tag !== LANGUAGE.tag;
  return isOther ? hrefIn(tag!) : undefined;
}

/** A language that the reader's browser prefers to this one, if they have not chosen yet. */
export function preferred(): Language | undefined {
  if (!offersLanguages || self !== top || remembered() !== null) return undefined;
  for (const wanted of navigator.languages) {
    const language = ALL_LANGUAGES.find(({ tag }) => wanted.split('-')[0] === tag);
    if (language) return language.tag === LANGUAGE.tag ? undefined : language;
  }
  return undefined;
}
