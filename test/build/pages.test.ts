/** @file The HTML of every page, as a search engine, a link preview or a reader without JavaScript gets it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashOf, KEYWORD } from '../../scripts/pages/hash.mjs';
import { documentOf, robotsOf, sitemapOf, upFrom, withStart } from '../../scripts/pages/document';
import { siteUrl } from '../../scripts/pages/plugin.mjs';
import { sizeOf, textIn } from '../../scripts/pages/png.mjs';
import { pictureOf, previewsOf, SIZE } from '../../scripts/pages/previews';
import { lessonsOf, readSite } from '../../scripts/pages/read.mjs';
import { siteIn } from '../../scripts/messages/siteIn';
import { translatedDocument, translatedMarkdown } from '../../scripts/messages/lessons';
import { notFound, sitePages, type SitePage } from '../../scripts/pages/site';
import { ALL_LANGUAGES, folderOfLanguage } from '../../src/core/language';
import { LANGUAGES } from '../../src/core/languages';
import { PAGES, routeOf } from '../../src/app/route';
import { readDocument } from '../../src/lessons/document';
import { mapProse } from '../../src/lessons/mapProse';

const TEMPLATE = readFileSync('index.html', 'utf8')
  .replace('src="/src/main.ts"', 'src="./assets/index-1.js"')
  .replace('</head>', '<link rel="stylesheet" href="./assets/index-1.css">\n</head>');
const URL_ = 'https://example.org/zebra/';
let lessons: ReturnType<typeof lessonsOf>;
let pages: readonly SitePage[];
beforeAll(() => {
  lessons = lessonsOf({ readDocument, mapProse, translatedDocument, translatedMarkdown });
  pages = sitePages(lessons);
});

const written = (page: SitePage, url: string | undefined = URL_) =>
  documentOf(TEMPLATE, page, { url });
const decoded = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** What a link preview reads. */
function readHead(html: string) {
  const head = html.slice(0, html.indexOf('</head>'));
  const metas = [...head.matchAll(/<meta\s+(?:name|property)="([^"]+)"\s+content="([^"]*)"/g)];
  const values = new Map(metas.map(([, name, content]) => [name!, decoded(content!)]));
  expect(values.size, 'each only once').toBe(metas.length);
  return {
    title: decoded(/<title>([^<]*)<\/title>/.exec(head)![1]!),
    canonical: /<link rel="canonical" href="([^"]*)"/.exec(head)?.[1],
    get: (name: string) => values.get(name),
  };
}

const wordsOf = (html: string) =>
  decoded(
    html
      .replaceAll(/<(script|style|noscript)[\s\S]*?<\/\1>/g, ' ')
      .replaceAll(/<\/?(p|li|h\d|td|th|tr|ul|ol|section|aside|div|nav|math)[^>]*>/g, ' ')
      .replaceAll(/<[^>]+>/g, ''),
  ).replaceAll(/[\s\u00a0]+/g, ' ');

test('every page and lesson has its own address, title and description', () => {
  const folders = pages.map(({ folder }) => folder);
  for (const { id } of PAGES) expect(folders).toContain(id === 'home' ? '' : `${id}/`);
  const ids = readdirSync('lessons').filter((name) => /^\d\d-/.test(name));
  for (const id of ids)
    for (const page of ['lessons', 'teach', 'worksheet'])
      expect(folders).toContain(`${page}/${id}/`);
  for (const of of ['folder', 'title', 'description'] as const)
    expect(new Set(pages.map((page) => page[of])).size, of).toBe(pages.length);
  for (const page of pages) {
    const { title, get } = readHead(written(page));
    expect(title).toMatch(/Zebra Lab$/);
    expect(title.length, title).toBeLessThanOrEqual(60);
    expect(get('description')).toBe(page.description);
    expect(page.description.length, page.description).toBeGreaterThanOrEqual(50);
    expect(page.description.length, page.description).toBeLessThanOrEqual(200);
    expect(routeOf(page.folder, '')).toMatchObject({ page: page.page });
  }
});

const pngsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .sort();

/** A picture in public/previews was made from `picture`. */
function checkPicture(name: string, picture: string): void {
  const png = readFileSync(`public/previews/${name}.png`);
  expect(sizeOf(png)).toEqual(SIZE);
  expect(textIn(png, KEYWORD), name).toBe(hashOf(picture));
  expect(png.length).toBeLessThan(50_000);
}

describe('a link preview', () => {
  test('has a title, a description and a picture with whole URLs, if the site’s URL is known', () => {
    for (const page of pages) {
      const { get, canonical } = readHead(written(page));
      expect(page.title).toContain(get('og:title'));
      expect(get('og:description')).toBe(page.description);
      expect(get('og:url')).toBe(URL_ + page.folder);
      expect(get('og:image')).toBe(`${URL_}previews/${page.picture}.png`);
      expect(get('twitter:card')).toBe('summary_large_image');
      expect(canonical).toBe(page.listed ? URL_ + page.folder : undefined);
      expect(get('robots')).toBe(page.listed ? undefined : 'noindex');
    }
  });

  test('has a relative picture, and no canonical name, if it is not', () => {
    for (const page of pages) {
      const html = documentOf(TEMPLATE, page, { url: undefined });
      const { get, canonical } = readHead(html);
      const picture = new URL(get('og:image')!, `https://a.example/x/${page.folder}`);
      expect(picture.pathname).toBe(`/x/previews/${page.picture}.png`);
      expect([canonical, get('og:url')]).toEqual([undefined, undefined]);
    }
  });

  test('has a picture made from its present words: if not, run npm run pictures:previews', () => {
    const previews = previewsOf(lessons.documents);
    const names = previews.map(({ name }) => `${name}.png`).sort();
    expect(pngsIn('public/previews')).toEqual(names);
    expect(names).toEqual(expect.arrayContaining(pages.map(({ picture }) => `${picture}.png`)));
    for (const preview of previews) checkPicture(preview.name, pictureOf(preview));
  });

  test.each(LANGUAGES)(
    'has a picture in $name if its words are: if not, run npm run pictures:previews',
    { timeout: 60_000 },
    async ({ tag }) => {
      const { previews, pages: local } = await readSite(siteIn(process.cwd(), tag));
      const english = new Map(
        previewsOf(lessons.documents).map((preview) => [preview.name, pictureOf(preview)]),
      );
      const translated = previews.filter(
        (preview) => pictureOf(preview) !== english.get(preview.name),
      );
      const names = translated.map(({ name }) => `${name}.png`).sort();
      expect(names).toContain('lesson-00-play.png');
      expect(pngsIn(`public/previews/${tag}`)).toEqual(names);
      for (const preview of translated) checkPicture(`${tag}/${preview.name}`, pictureOf(preview));
      const lesson = local.find(({ folder }) => folder === 'lessons/00-play/')!;
      expect(readHead(documentOf(TEMPLATE, lesson, { url: URL_ })).get('og:image')).toBe(
        `${URL_}previews/${tag}/lesson-00-play.png`,
      );
    },
  );
});

describe('the text', () => {
  test('of a lesson has all its steps, its prose, its formulas and what its exercises ask', () => {
    for (const document of lessons.documents) {
      const html = written(pages.find(({ folder }) => folder === `lessons/${document.id}/`)!);
      const words = wordsOf(html);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      for (const { slug, title, parts } of document.steps) {
        expect(html).toContain(`<section id="${slug}">`);
        expect(words).toContain(title);
        for (const part of parts) {
          const value = part.kind === 'exercise' ? (part.value as { ask: string }).ask : '';
          const source = part.kind === 'prose' ? part.text : value;
          // Each run of plain words between two tags.
          for (const run of source.split(/<[^>]*>/)) {
            const said = decoded(run)
              .replaceAll(/[\s\u00a0]+/g, ' ')
              .trim();
            if (said !== 'i') expect(words, document.id).toContain(said); // the mark of a source
          }
          const formulas = (text: string) => text.match(/<math/g)?.length ?? 0;
          expect(formulas(html)).toBeGreaterThanOrEqual(formulas(source));
        }
      }
    }
  });

  test('does not give answers away', () => {
    for (const document of lessons.documents)
      for (const part of document.steps.flatMap(({ parts }) => parts)) {
        if (part.kind !== 'exercise') continue;
        const value = part.value as { kind: string; hints: string[]; text?: string[] };
        const { body } = pages.find(({ folder }) => folder === `lessons/${document.id}/`)!;
        if (value.hints[2]!.length > 30) expect(body).not.toContain(value.hints[2]);
        if (value.kind !== 'order') continue;
        const places = value
          .text!.map((text) => body.indexOf(`<li>${text}`))
          .filter((at) => at > 0);
        if (places.length > 2) expect(places).not.toEqual(places.toSorted((a, b) => a - b));
      }
  });

  test('has no scripts, styles, buttons or links with a fragment of their own, and its links open pages', () => {
    for (const page of [...pages, notFound]) {
      const html = written(page);
      const text = html.slice(html.indexOf('<div id="app">'), html.lastIndexOf('</div>'));
      expect(text).not.toMatch(/<button|style=|<script[^>]*>[^<]|\son[a-z]+=|data-set|#\/|~\//);
      for (const [, href] of text.matchAll(/href="([^"]*)"/g)) {
        if (/^https:/.test(href!)) continue;
        const { pathname, hash, origin } = new URL(decoded(href!), URL_ + page.folder);
        expect(origin).toBe('https://example.org');
        const folder = pathname.slice('/zebra/'.length);
        const known = pages.some((one) =>
          ALL_LANGUAGES.some(({ tag }) => folderOfLanguage(tag) + one.folder === folder),
        );
        expect(known, `${page.folder}: ${href}`).toBe(true);
        if (folder === page.folder && hash !== '') expect(html).toContain(`id="${hash.slice(1)}"`);
      }
    }
  });

  test('says what needs JavaScript, on pages that need it', () => {
    for (const page of pages)
      expect(written(page).includes('<noscript>')).toBe(!/^teach\/\d/.test(page.folder));
  });
});

describe('in any folder', () => {
  test('a page finds the root, its program and its style sheet', () => {
    for (const page of pages) {
      const at = `https://a.example/x/${page.folder}`;
      const { html, script } = withStart(documentOf(TEMPLATE, page, { url: undefined }));
      const resolved = (pattern: RegExp) => new URL(pattern.exec(html)![1]!, at).pathname;
      expect(resolved(/data-root="([^"]*)"/)).toBe('/x/');
      expect(resolved(/rel="stylesheet" href="([^"]*)"/)).toBe('/x/assets/index-1.css');
      expect(resolved(/rel="modulepreload" href="([^"]*)"/)).toBe('/x/assets/index-1.js');
      expect(resolved(/script type="module" src="([^"]*)"/)).toBe(`/x/${page.folder}start.js`);
      const imported = /^import '(.*)';\n$/.exec(script!)![1]!;
      expect(new URL(imported, at).pathname).toBe('/x/assets/index-1.js');
    }
  });

  test('a page whose address lacks its last slash finds the file that starts the program', () => {
    const starts = new Set(pages.map(({ folder }) => `/x/${folder}start.js`));
    for (const { folder } of pages.filter((one) => one.folder !== '')) {
      const { pathname } = new URL('./start.js', `https://a.example/x/${folder.slice(0, -1)}`);
      expect(starts.has(pathname), folder).toBe(true);
    }
  });

  test('absolute URLs of a build for one folder stay as they are', () => {
    const template = TEMPLATE.replaceAll('./assets/', '/zebra/assets/');
    const { html, script } = withStart(documentOf(template, pages[3]!, { url: URL_ }));
    expect(script).toBeUndefined();
    expect(html).toContain('src="/zebra/assets/index-1.js"');
  });

  test('the root is as many folders up as the address has', () => {
    expect(['', 'lab/', 'lessons/03-reach/'].map(upFrom)).toEqual(['', '../', '../../']);
  });
});

test('the page for what does not exist opens from any depth if the root is known', () => {
  const html = documentOf(TEMPLATE, notFound, { url: URL_ }, '/zebra/');
  expect(html).toContain('data-root="/zebra/"');
  expect(html).toContain('href="/zebra/lessons/"');
  expect(html).toContain('src="/zebra/assets/index-1.js"');
  expect(readHead(html).get('robots')).toBe('noindex');
});

test('the sitemap has every listed page in every language under its whole URL, and robots.txt names it', () => {
  const urls = [...sitemapOf(pages, URL_).matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, url]) => url);
  expect(urls).toEqual(
    pages
      .filter(({ listed }) => listed)
      .flatMap(({ folder }) =>
        ALL_LANGUAGES.map(({ tag }) => URL_ + folderOfLanguage(tag) + folder),
      ),
  );
  expect(urls).toContain(`${URL_}lessons/04-the-cliff/`);
  expect(urls).not.toContain(`${URL_}class/`);
  expect(robotsOf(URL_)).toContain(`Sitemap: ${URL_}sitemap.xml`);
  expect(robotsOf(undefined)).not.toContain('Sitemap');
});

test('SITE_URL is refused with an explanation unless it is a whole URL with a slash at the end', () => {
  expect(siteUrl(URL_)).toBe(URL_);
  expect(siteUrl('')).toBeUndefined();
  for (const wrong of ['example.org', 'https://example.org', 'https://a.example/?x/', 'ftp://a/'])
    expect(() => siteUrl(wrong), wrong).toThrow('should begin with https://');
});

test('nothing in public/ has the name of a page', () => {
  for (const { folder } of pages)
    if (folder !== '') expect(existsSync(`public/${folder}`)).toBe(false);
});
