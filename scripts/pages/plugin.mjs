/**
 * @file A document for every page, for Vite: a folder with index.html in the build, the same addresses in development
 * and in preview; sitemap.xml, robots.txt and 404.html.
 *
 * SITE_URL is where the site will be. Only whole URLs count in canonical names, link previews and sitemaps, so without
 * it the build has no canonical names and no sitemap.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withAhead } from '../build/ahead.mjs';
import { readSite } from './read.mjs';

/** The environment variable, checked. */
export function siteUrl(given = process.env.SITE_URL) {
  if (!given) return undefined;
  if (/^https?:\/\/[^?#\s]+\/$/.test(given) && URL.canParse(given)) return new URL(given).href;
  throw new Error(
    `SITE_URL is '${given}'; it should begin with https:// and end with a slash, as https://example.org/zebra/`,
  );
}

/** @returns {import('vite').Plugin} */
export function pages(site) {
  const { language } = site;
  const url = siteUrl();
  let base = './';
  let reading;
  const read = () => (reading ??= readSite(site));
  const isEnglish = language.tag === 'en';
  /** Below the site's root. */
  const folder = isEnglish ? '' : `${language.tag}/`;
  const isDone = (html) => html.includes(' data-page=');
  return {
    name: 'zebra-pages',
    enforce: 'post',
    configResolved: (config) => void (base = config.base),

    // The home page in development; a build writes all pages at its end.
    transformIndexHtml: {
      order: 'pre',
      async handler(html, { server }) {
        if (!server || isDone(html)) return html;
        const { documentOf, pages: all } = await read();
        return documentOf(html, all[0], { url });
      },
    },

    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        try {
          const asked = folderIn(request)?.replace(folder, '');
          if (asked === undefined || (asked === '' && isEnglish)) return next();
          const { documentOf, pages: all } = await read();
          const page = all.find((one) => one.folder === asked);
          if (!page) return next();
          const template = readFileSync(join(server.config.root, 'index.html'), 'utf8');
          const html = await server.transformIndexHtml(request.url, documentOf(template, page, { url })); // prettier-ignore
          response.setHeader('Content-Type', 'text/html');
          response.end(html);
        } catch (error) {
          next(error);
        }
      });
      // A changed lesson changes its page.
      server.watcher.on('change', (path) => path.endsWith('.md') && (reading = undefined));
    },

    /** As static hosts do: a slash after a folder's name, and 404.html for what is not there. */
    configurePreviewServer(server) {
      const { root, build } = server.config;
      const inside = (path) => join(root, build.outDir, path);
      server.middlewares.use((request, response, next) => {
        const [, path, rest] = /^([^?#]*)(.*)$/s.exec(request.url);
        const at = inside(decodeURI(path));
        if (existsSync(join(at, 'index.html'))) {
          if (path.endsWith('/')) return next();
          return response.writeHead(301, { Location: `${path}/${rest}` }).end();
        }
        if (existsSync(at)) return next();
        response.writeHead(404, { 'Content-Type': 'text/html' });
        response.end(existsSync(inside('404.html')) ? readFileSync(inside('404.html')) : '');
      });
    },

    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const { documentOf, withStart, sitemapOf, robotsOf, notFound, pages: all } = await read();
        const home = bundle['index.html'];
        if (!home) return;
        const template = String(home.source);
        const emit = (path, source) => this.emitFile({ type: 'asset', fileName: folder + path, source }); // prettier-ignore
        if (!isEnglish) delete bundle['index.html'];
        for (const page of all) {
          const document = withAhead(documentOf(template, page, { url }), page.folder, bundle);
          const { html, script } = withStart(document);
          if (script) emit(`${page.folder}start.js`, script);
          if (page.folder === '' && isEnglish) home.source = documentOf(template, page, { url });
          else emit(`${page.folder}index.html`, html);
        }
        // A host shows it at any address, so its links work at every depth only if the root is known.
        const root = url ? new URL(url).pathname : base.startsWith('/') ? base : './';
        // Other languages are built into the folder of the English site.
        if (!isEnglish) return;
        emit('404.html', documentOf(template, notFound, { url }, root));
        emit('robots.txt', robotsOf(url));
        if (url) emit('sitemap.xml', sitemapOf(all, url));
      },
    },
  };
}

/** 'lab/' of a request for /lab/, /lab or /lab/index.html; undefined for files. */
function folderIn({ method, url = '' }) {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const path = url.replace(/[?#].*$/, '').replace(/\/index\.html$/, '/').slice(1); // prettier-ignore
  if (/\.[a-z]+$/.test(path)) return undefined;
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}
