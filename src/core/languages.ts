/** @file The languages of the site. English is the source; every other language is built into a folder of its own. */

export interface Language {
  /** BCP 47; also its folder below the site's root and in messages/. */
  readonly tag: string;
  /** In the language itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Lessons that are translated, by their ids; all of them if left out. */
  readonly lessons?: readonly string[];
  /** Whether the guides for teachers are translated. */
  readonly guides: boolean;
}

export const ENGLISH: Language = { tag: 'en', name: 'English', direction: 'ltr', guides: true };

export const LANGUAGES: readonly Language[] = [
  { tag: 'de', name: 'Deutsch', direction: 'ltr', guides: true },
  {
    tag: 'es',
    name: 'Español',
    direction: 'ltr',
    guides: false,
    lessons: [
      '00-play',
      '01-what-attention-costs',
      '02-four-masks',
      '03-reach',
      '04-the-cliff',
      '05-one-stripe',
    ],
  },
];
