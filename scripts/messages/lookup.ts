/** @file The language that the site is built in, and its translations. */
import { keyIn, readCatalog, type Translation } from './catalog.ts';
import { faultsOf } from './faults.ts';
import { fileOf, SITE } from './files.ts';
import { ENGLISH, LANGUAGES, type Language } from '../../src/core/languages.ts';
import { lengthened, MADE_UP, pretended } from './madeUp.ts';

export interface Translations {
  /** The translation of a message in a file of the site; undefined leaves the English. */
  readonly site: (message: string, file: string) => string | undefined;
  /** The translation of a message in a lesson or its guide. */
  readonly lesson: (id: string, message: string) => string;
}

/** A language by its tag, as in the environment variable ZEBRA_LANGUAGE; English if there is none. Throws Error. */
export function languageOf(tag: string | undefined): Language {
  const all = [ENGLISH, ...LANGUAGES, MADE_UP];
  const language = all.find((one) => one.tag === (tag || 'en'));
  if (language) return language;
  throw new Error(
    `the site has no language '${tag}'; it should be one of ${all.map((one) => one.tag).join(', ')}`,
  );
}

/**
 * Undefined if the message has changed and its former translation does not fit any more; otherwise that is used, as it
 * is closer to the reader's language than English.
 */
function textOf(message: string, translation: Translation | undefined): string | undefined {
  if (translation?.changedFrom === undefined) return translation?.text;
  return faultsOf(message, translation.text).length === 0 ? translation.text : undefined;
}

export function translationsOf(root: string, { tag }: Language): Translations {
  if (tag === ENGLISH.tag) return { site: () => undefined, lesson: (_, message) => message };
  if (tag === MADE_UP.tag) return { site: pretended, lesson: (_, message) => lengthened(message) };
  const site = readCatalog(fileOf(root, tag, SITE));
  const lessons = new Map<string, ReturnType<typeof readCatalog>>();
  return {
    site: (message, file) => textOf(message, site.get(keyIn(message, file)) ?? site.get(message)),
    lesson: (id, message) => {
      const catalog = lessons.get(id) ?? readCatalog(fileOf(root, tag, id));
      lessons.set(id, catalog);
      return catalog.get(message)?.text ?? message;
    },
  };
}
