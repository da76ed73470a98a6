/** @file The languages of the site. English is the source; every other language is built into a folder of its own. */

export interface Language {
  /** BCP 47; also its folder below the site's root and in messages/. */
  readonly tag: string;
  /** In the language itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Said, in the language itself, to readers whose browser prefers it. */
  readonly offer: { readonly says: string; readonly yes: string; readonly no: string };
  /** Lessons that are translated, by their ids; all of them if left out. */
  readonly lessons?: readonly string[];
  /** Whether the guides for teachers are translated. */
  readonly guides: boolean;
}

export const ENGLISH: Language = {
  tag: 'en',
  name: 'English',
  direction: 'ltr',
  offer: {
    says: 'This page is also available in English.',
    yes: 'Read it in English',
    no: 'No, thanks',
  },
  guides: true,
};

export const LANGUAGES: readonly Language[] = [
  {
    tag: 'de',
    name: 'Deutsch',
    direction: 'ltr',
    offer: {
      says: 'Diese Seite gibt es auch auf Deutsch.',
      yes: 'Auf Deutsch lesen',
      no: 'Nein, danke',
    },
    guides: true,
  },
  {
    tag: 'es',
    name: 'Español',
    direction: 'ltr',
    offer: {
      says: 'Esta página también está en español.',
      yes: 'Leerla en español',
      no: 'No, gracias',
    },
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
