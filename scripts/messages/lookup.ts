/** @file The language that the site is built in, and its translations. */
import { readCatalog, keyIn } from './catalog.ts';
import { fileOf, SITE } from './files.ts';
import { ENGLISH, LANGUAGES, type Language } from '../../src/core/languages.ts';
import { lengthened, MADE_UP, pretended } from './madeUp.ts';

export interface Translations {
  /** The translation of a message in a file of the site; undefined leaves the English. */
  readonly site: (message: string, file: string) => string | undefined;
  /** The translation of a message in a lesson or its guide. */
  readonly lesson: (id: string, message: string) => string;
}

/** The environment variable ZEBRA_LANGUAGE, checked. Throws Error. */
export function languageOf(tag: string | undefined): Language {
  const all = [ENGLISH, ...LANGUAGES, MADE_UP];
  const language = all.find((one) => one.tag === (tag || 'en'));
  if (language) return language;
  throw new Error(
    `ZEBRA_LANGUAGE is '${tag}'; it should be one of ${all.map((one) => one.tag).join(', ')}`,
  );
}

/** Translations that are marked as changed are used: they are closer to the reader's language than English. */
export function translationsOf(root: string, { tag }: Language): Translations {
  if (tag === ENGLISH.tag) return { site: () => undefined, lesson: (_, message) => message };
  if (tag === MADE_UP.tag) return { site: pretended, lesson: (_, message) => lengthened(message) };
  const site = readCatalog(fileOf(root, tag, SITE));
  const lessons = new Map<string, ReturnType<typeof readCatalog>>();
  return {
    site: (message, file) => (site.get(keyIn(message, file)) ?? site.get(message))?.text,
    lesson: (id, message) => {
      const catalog = lessons.get(id) ?? readCatalog(fileOf(root, tag, id));
      lessons.set(id, catalog);
      return catalog.get(message)?.text ?? message;
    },
  };
}
