/** @file Links in the text of a page: `~/` is the site's root until it is known how deep the page lies. */
import { parseHash, pathOf } from '../../src/app/route';

/** Authors of lessons write '#/lab?v=1'. */
export const hashToLink = (html: string): string =>
  html.replaceAll(
    /href="(#\/[^"]*)"/g,
    (_, hash: string) =>
      `href="~/${pathOf(parseHash(hash.replaceAll('&amp;', '&'))).replaceAll('&', '&amp;')}"`,
  );

/** `root` is that of the site, `pages` that of the pages in this language. */
export const withRoot = (html: string, root: string, pages: string): string =>
  html.replaceAll('href="~~/', `href="${root}`).replaceAll('href="~/', `href="${pages}`);
