/** @file The HTML document of a page, made from that of the home page. */
import {
  ALL_LANGUAGES,
  folderOfLanguage,
  LANGUAGE,
  LANGUAGE_FOLDER,
} from '../../src/core/language';
import { escaped } from './escaped';
import { withRoot } from './links';
import type { SitePage } from './site';

export interface Site {
  /** Where the site will be, with a slash at the end; undefined if the build does not know. */
  readonly url: string | undefined;
}

/** '../' for each folder that the page is below the root. */
export const upFrom = (folder: string): string => '../'.repeat(folder.split('/').length - 1);

/** How URLs reach the root of this language's pages, if `root` reaches that of the site. */
const pagesFrom = (root: string): string =>
  root.startsWith('/') || LANGUAGE_FOLDER === '' ? root + LANGUAGE_FOLDER : root.slice(3) || './';

/**
 * `template` is the document of the home page, as the bundler leaves it. `root` is how its relative URLs reach the root
 * from this page's folder.
 */
export function documentOf(
  template: string,
  page: SitePage,
  { url }: Site,
  root = upFrom(LANGUAGE_FOLDER + page.folder),
): string {
  const relative = root || './';
  return template
    .replace(
      '<html lang="en">',
      `<html lang="${LANGUAGE.tag}" dir="${LANGUAGE.direction}" data-root="${relative}" data-page="${page.folder}">`,
    )
    .replace(
      /<title>[^<]*<\/title>/,
      () => `<title>${escaped(page.title)}</title>\n    ${headOf(page, url, relative)}`,
    )
    .replace(/\s*<meta\s+name="description"[^>]*>/, '')
    .replaceAll(/(href|src)="\.\/(?=assets\/|manifest\.json|icon-)/g, `$1="${relative}`)
    .replace(
      '<div id="app"></div>',
      () => `<div id="app">${withRoot(page.body, relative, pagesFrom(relative))}</div>`,
    );
}

/** What search engines and link previews read. They need whole URLs, so without the site's URL some are left out. */
function headOf(page: SitePage, url: string | undefined, root: string): string {
  const picture = `previews/${page.picture}.png`;
  const named = (name: string, content: string) =>
    `<meta name="${name}" content="${escaped(content)}" />`;
  const property = (name: string, content: string) =>
    `<meta property="og:${name}" content="${escaped(content)}" />`;
  return [
    named('description', page.description),
    ...(page.listed ? [] : [named('robots', 'noindex')]),
    ...(url !== undefined && page.listed
      ? [
          `<link rel="canonical" href="${escaped(url + LANGUAGE_FOLDER + page.folder)}" />`,
          ...alternates(page, url).map(
            ([tag, href]) => `<link rel="alternate" hreflang="${tag}" href="${escaped(href)}" />`,
          ),
        ]
      : []),
    property('site_name', 'Zebra Lab'),
    property('type', page.article ? 'article' : 'website'),
    property('title', page.title.replace(/ · Zebra Lab$/, '')),
    property('description', page.description),
    ...(url === undefined ? [] : [property('url', url + LANGUAGE_FOLDER + page.folder)]),
    property('image', (url ?? root) + picture),
    property('image:width', '1200'),
    property('image:height', '630'),
    property('image:alt', `${page.title.replace(/ · Zebra Lab$/, '')}, a page of Zebra Lab`),
    named('twitter:card', 'summary_large_image'),
  ].join('\n    ');
}

/** The same page in each language, and for readers of other languages. */
const alternates = ({ folder }: SitePage, url: string): readonly (readonly [string, string])[] => [
  ...ALL_LANGUAGES.map(({ tag }) => [tag, url + folderOfLanguage(tag) + folder] as const),
  ['x-default', url + folder],
];

/**
 * A page's program, loaded by a file in its own folder: some hosts answer 'lab' with the page 'lab/', and the browser
 * then looks for relative URLs one folder too high. There is a file of this name, too, so the program starts, and
 * src/main.ts corrects the address.
 */
export function withStart(html: string): { readonly html: string; readonly script?: string } {
  const tag = /<script type="module"( crossorigin)? src="((?:\.\.?\/)+assets\/[^"]+)"><\/script>/;
  const [all, crossorigin = '', script] = tag.exec(html) ?? [];
  if (!all || !script) return { html }; // the URL is absolute
  const preload = `<link rel="modulepreload"${crossorigin} href="${script}" />`;
  const start = `<script type="module"${crossorigin} src="./start.js"></script>`;
  return { html: html.replace(all, `${start}\n    ${preload}`), script: `import '${script}';\n` };
}

export const sitemapOf = (pages: readonly SitePage[], url: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${pages
    .filter(({ listed }) => listed)
    .flatMap((page) =>
      ALL_LANGUAGES.map(({ tag }) => url + folderOfLanguage(tag) + page.folder).map(
        (loc) =>
          `  <url><loc>${escaped(loc)}</loc>${alternates(page, url)
            .map(
              ([tag, href]) =>
                `<xhtml:link rel="alternate" hreflang="${tag}" href="${escaped(href)}"/>`,
            )
            .join('')}</url>\n`,
      ),
    )
    .join('')}</urlset>\n`;

export const robotsOf = (url: string | undefined): string =>
  `User-agent: *\nAllow: /\n${url === undefined ? '' : `Sitemap: ${url}sitemap.xml\n`}`;
