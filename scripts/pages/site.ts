/** @file Every page of the site with its own address: title, description, picture and text, made from the lessons. */
import { folderOf, NAVIGATION, PAGES, TITLES, type Page } from '../../src/app/route';
import {
  ALL_LANGUAGES,
  folderOfLanguage,
  LANGUAGE,
  languageOfGuides,
  languageOfLesson,
} from '../../src/core/language';
import type { LessonDocument } from '../../src/lessons/document';
import { escaped } from './escaped';
import { lessonText, still } from './lessonText';
import { NOT_FOUND, TEXTS, type Text } from './texts';

export interface SitePage {
  /** Relative to the site's root: '' for home, 'lessons/04-the-cliff/'. */
  readonly folder: string;
  readonly page: Page;
  readonly title: string;
  readonly description: string;
  /** The name of its preview picture, with the folder of its language if there is one in that language. */
  readonly picture: string;
  /** Whether search engines should list it. */
  readonly listed: boolean;
  readonly article?: true;
  /** HTML; `~/` is the root. */
  readonly body: string;
}

interface Lessons {
  /** With HTML in place of Markdown. */
  readonly documents: readonly LessonDocument[];
  /** Guides by the id of their lesson, as HTML. */
  readonly guides: Readonly<Record<string, string>>;
}

const SAID = {
  all: 'All lessons',
  minutes: (minutes: number) => `${minutes} min`,
  links: 'Links for your class',
  aboutLinks: 'The address of this page contains a list of links, which it shows with QR codes.',
  make: 'Make some',
  next: (title: string) => `Next: ${title}`,
  guideForTeachers: 'Guide for teachers',
  worksheet: 'Worksheet',
  worksheets: 'Worksheets',
  teach: 'Teach',
  lesson: 'The lesson',
  guide: 'Guide',
  forTeachers: (minutes: number, steps: number, summary: string) =>
    `For teachers. ${minutes} minutes, ${steps} steps. ${summary}`,
  home: 'Zebra Lab, home',
  pages: 'Pages',
  language: 'Language',
};

const lang = (tag: string | undefined) => (tag === undefined ? '' : ` lang="${tag}"`);

const numberOf = (id: string) => Number(id.slice(0, 2));

export function sitePages({ documents, guides }: Lessons): readonly SitePage[] {
  const titleOf = (id: string) =>
    `${numberOf(id)} ${documents.find((one) => one.id === id)?.title ?? id}`;
  const list = (page: Page) =>
    `<h2>${SAID.all}</h2><ol>${documents
      .map(
        ({ id, title, summary, minutes }) =>
          `<li value="${numberOf(id)}"><a href="~/${page}/${id}/">${escaped(title)}</a> <span class="note">${SAID.minutes(minutes)}</span><br />${escaped(summary)}</li>`,
      )
      .join('')}</ol>`;
  const others = PAGES.map(({ id: page }): SitePage => {
    const lists = page === 'lessons' || page === 'teach' || page === 'worksheet';
    return {
      folder: folderOf({ page }),
      page,
      title: TITLES[page],
      ...seen(TEXTS[page]),
      picture: ['class', 'worksheet', 'test', 'go', 'health'].includes(page) ? 'teach' : page,
      body: framed(page, wordsOf(TEXTS[page], lists ? list(page) : ''), NEEDS),
    };
  });
  const links: SitePage = {
    folder: 'teach/links/',
    page: 'teach',
    title: `${SAID.links} · Zebra Lab`,
    description:
      'A list of links for a class, with QR codes, to print or project. The address contains all of them.',
    picture: 'teach',
    listed: false,
    body: framed(
      'teach',
      `<h1>${SAID.links}</h1><p class="lead">${SAID.aboutLinks}</p><p><a href="~/teach/">${SAID.make}</a></p>`,
      NEEDS,
      'teach/links/',
    ),
  };
  const own = documents.flatMap((document, i): readonly SitePage[] => {
    const { id, title, summary, minutes } = document;
    const common = { picture: `lesson-${id}`, description: summary, listed: true };
    const next = documents[i + 1];
    const around = [
      next && `<a href="~/lessons/${next.id}/">${escaped(SAID.next(next.title))}</a>`,
      `<a href="~/lessons/">${SAID.all}</a>`,
      `<a href="~/teach/${id}/">${SAID.guideForTeachers}</a>`,
      `<a href="~/worksheet/${id}/">${SAID.worksheet}</a>`,
    ].filter(Boolean);
    const guide = guides[id];
    return [
      {
        ...common,
        folder: folderOf({ page: 'lessons', path: [id] }),
        page: 'lessons',
        title: `${title} · Zebra Lab`,
        article: true,
        body: framed(
          'lessons',
          `<div${lang(languageOfLesson(id))}>${lessonText(document, titleOf)}</div><p class="row">${around.join(' ')}</p>`,
          NEEDS_LESSON,
          folderOf({ page: 'lessons', path: [id] }),
        ),
      },
      {
        ...common,
        folder: folderOf({ page: 'teach', path: [id] }),
        page: 'teach',
        title: `Guide to ${title} · Zebra Lab`,
        description: `For teachers: goals, timing and expected answers. ${summary}`,
        body: framed(
          'teach',
          `<p class="note"><a href="~/teach/">${SAID.teach}</a></p><h1>${escaped(title)}</h1><p class="lead">${escaped(SAID.forTeachers(minutes, document.steps.length, summary))}</p><p class="row"><a href="~/lessons/${id}/">${SAID.lesson}</a> <a href="~/worksheet/${id}/">${SAID.worksheet}</a></p>${guide === undefined ? '' : `<h2>${SAID.guide}</h2><div${lang(languageOfGuides)}>${still(guide)}</div>`}`,
          '',
          folderOf({ page: 'teach', path: [id] }),
        ),
      },
      {
        ...common,
        folder: folderOf({ page: 'worksheet', path: [id] }),
        page: 'worksheet',
        title: `Worksheet of ${title} · Zebra Lab`,
        description: `A worksheet to print, with or without answers. ${summary}`,
        listed: false, // it repeats the lesson
        body: framed(
          'worksheet',
          `<p class="note"><a href="~/worksheet/">${SAID.worksheets}</a></p><h1>${escaped(title)}</h1><p class="lead">${escaped(summary)}</p><p class="row"><a href="~/lessons/${id}/">${SAID.lesson}</a> <a href="~/teach/${id}/">${SAID.guide}</a></p>`,
          NEEDS,
          folderOf({ page: 'worksheet', path: [id] }),
        ),
      },
    ];
  });
  return [...others, links, ...own];
}

/** What a host shows for an address that does not exist. */
export const notFound: SitePage = {
  folder: '',
  page: 'home',
  title: `${NOT_FOUND.heading} · Zebra Lab`,
  ...seen(NOT_FOUND),
  picture: 'home',
  body: framed('home', wordsOf(NOT_FOUND, ''), ''),
};

const NEEDS = 'This page works in your browser, and needs JavaScript for it.';
const NEEDS_LESSON =
  'The text is all here. The model beside it, the check of your answers and your progress need JavaScript.';

function seen({ description, unlisted }: Text) {
  return { description, listed: !unlisted };
}

function wordsOf({ heading, says, links = [] }: Text, more: string): string {
  const items = links.map(
    ([href, name, about]) =>
      `<li><a href="${href}">${escaped(name)}</a>${about ? `: ${escaped(about)}` : ''}</li>`,
  );
  return `<h1>${escaped(heading)}</h1>${says.map((one) => `<p>${one}</p>`).join('')}${more}<ul>${items.join('')}</ul>`;
}

/** The same page in every language; `~~/` is the site's root. */
function languages(folder: string): string {
  const links = ALL_LANGUAGES.map(
    ({ tag, name }) =>
      `<a href="~~/${folderOfLanguage(tag)}${folder}" lang="${tag}" hreflang="${tag}"${tag === LANGUAGE.tag ? ' aria-current="true"' : ''}>${name}</a>`,
  );
  return `<nav class="languages" aria-label="${SAID.language}">${links.join('')}</nav>`;
}

/** With the bar at the top; `needs` says what is missing without JavaScript. */
function framed(page: Page, words: string, needs: string, here = folderOf({ page })): string {
  const links = NAVIGATION.map(
    ({ id, label }) =>
      `<a href="~/${folderOf({ page: id })}"${id === page ? ' aria-current="true"' : ''}>${label}</a>`,
  );
  return `<div class="static"><header><a class="logo" href="~/" aria-label="${SAID.home}"><svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><rect width="26" height="26" rx="6" fill="currentColor" /><path d="M6 8.5h14M6 13h9M6 17.5h12" /></svg><span>Zebra Lab</span></a><nav aria-label="${SAID.pages}">${links.join('')}</nav>${languages(here)}</header><main>${needs && `<noscript><p class="needs">${needs}</p></noscript>`}${words}</main></div>`;
}
