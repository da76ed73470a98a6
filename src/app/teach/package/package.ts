/**
 * @file Makes a SCORM 1.2 package of one lesson: a ZIP of the built site's files that this lesson needs, a manifest, and
 * an index.html that says which lesson it is. Pure: the same files give the same bytes, in Node and in every browser.
 */
import { strFromU8, strToU8, zipSync, type Zippable } from 'fflate';
import { check } from '../../../core/check';
import { META, type PackagedLesson } from '../../packaged';
import { manifestOf, type Described } from './manifest';

export type Files = ReadonlyMap<string, Uint8Array>;

/** What is packed: a lesson with the settings of a teacher's link. */
export interface Packed extends Described {
  readonly step?: string | undefined;
  readonly query: string;
}

const PAGE = 'index.html';
/** Local time, because a ZIP has no time zone: the same in every one. */
const made = () => new Date(2000, 0, 1);
/** Already packed. */
const STORED = /\.zip$/;

/** Throws InputError if there is no usable page. */
export function packageOf(packed: Packed, files: Files): Uint8Array<ArrayBuffer> {
  // In other languages than English, it lies in a folder of the site.
  const from = [...files.keys()].find((path) => /(^|\/)index\.html$/.test(path));
  const page = from === undefined ? undefined : files.get(from);
  check(page && from !== undefined, `the files of the lesson do not include ${PAGE}`);
  const up = '../'.repeat(from.split('/').length - 1);
  const html = strFromU8(page).replaceAll(`="${up || './'}`, '="./');
  const names = [...files.keys()].filter((path) => path !== from).sort();
  const entries: Zippable = {
    'imsmanifest.xml': strToU8(manifestOf(packed, [PAGE, ...names])),
    [PAGE]: strToU8(pageOf(html, packed)),
  };
  for (const name of names)
    entries[name] = [files.get(name)!, { level: STORED.test(name) ? 0 : 9 }];
  return zipSync(entries, { level: 9, mtime: made() });
}

export const nameOf = ({ lesson }: Pick<Packed, 'lesson'>): string =>
  `zebra-lab-${lesson}-scorm12.zip`;

/**
 * The site's page with a meta tag before the end of its head, and without the home page's text, which is for readers of
 * the site. A policy forbids scripts in the page, but not this.
 */
function pageOf(site: string, { lesson, step = '', query }: Packed): string {
  const about: PackagedLesson = { version: 1, lesson, step, query };
  const content = JSON.stringify(about)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;');
  const html = site
    .replace(
      /<div id="app">.*<\/div>(?=\s*(<script[^>]*><\/script>\s*)?<\/body>)/s,
      '<div id="app"></div>',
    )
    // A lesson in a course is not an app to install.
    .replaceAll(/\s*<link rel="(?:manifest|apple-touch-icon)"[^>]*>/g, '');
  const end = html.indexOf('</head>');
  check(end >= 0 && !html.includes(`name="${META}"`), `${PAGE} is not the page of this site`);
  return `${html.slice(0, end)}<meta name="${META}" content="${content}">\n  ${html.slice(end)}`;
}
