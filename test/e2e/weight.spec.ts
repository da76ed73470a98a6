/** @file What a browser fetches when a page opens stays within a budget. `npm run measure:weight` shows all pages. */
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { visit } from './support';

/**
 * kB of scripts, styles, HTML and WebAssembly as gzip sends them, without texts, recordings and models; and files.
 * `first` counts what is requested before the control `answers` is there: the text of a lesson with its buttons, the
 * header of the Lab and of Compare. The rest, `rest` among it, follows by itself.
 */
const LESSON = {
  answers: 'main.lesson article footer button.primary:enabled',
  rest: '.stage [data-view] > :not(h3)',
};
interface Budget {
  readonly path: string;
  readonly answers?: string;
  readonly rest?: string;
  readonly first?: number;
  readonly kB: number;
  readonly files: number;
}
const BUDGETS: readonly Budget[] = [
  { path: '', kB: 60, files: 25 },
  { path: 'lessons/', kB: 70, files: 25 },
  { path: 'lessons/00-play/', ...LESSON, first: 120, kB: 230, files: 45 },
  { path: 'lessons/04-the-cliff/', ...LESSON, first: 120, kB: 230, files: 45 },
  { path: 'lessons/07-the-approximation/', ...LESSON, first: 121, kB: 240, files: 60 },
  { path: 'lessons/11-debugging-masks/', ...LESSON, first: 125, kB: 255, files: 50 },
  {
    path: 'lab/',
    answers: 'button.train:enabled',
    rest: '.costs .group',
    first: 125,
    kB: 325,
    files: 45,
  },
  {
    path: 'compare/',
    answers: 'button.train:enabled',
    rest: '.centre figure',
    first: 130,
    kB: 360,
    files: 50,
  },
];

for (const { path, first, answers: control = '', rest, kB, files } of BUDGETS)
  test(`${path || 'home'} fetches at most ${first ? `${first} kB before it answers, and ${kB}` : kB} kB`, async ({
    page,
  }) => {
    const bodies = new Map<string, { bytes: number; began: number }>();
    page.on('response', (response) => {
      if (/\/(corpora|recorded|models)\//.test(response.url())) return;
      void response.body().then(
        (body) =>
          bodies.set(response.url(), {
            bytes: gzipSync(body, { level: 6 }).length,
            began: response.request().timing().startTime, // epoch, ms
          }),
        () => {}, // a redirect has none
      );
    });
    await page.addInitScript((selector) => {
      const observer = new MutationObserver(() => {
        if (!selector || !document.querySelector(`#app :not(.static *):is(${selector})`)) return;
        (window as { answers?: number }).answers = performance.timeOrigin + performance.now();
        observer.disconnect();
      });
      observer.observe(document, { childList: true, subtree: true });
    }, control);
    await visit(page, path);
    if (rest) await page.locator(rest).first().waitFor();
    await page.waitForLoadState('networkidle');
    const all = [...bodies.values()];
    const sum = (files: typeof all) =>
      Math.round(files.reduce((total, { bytes }) => total + bytes, 0) / 1000);
    const names = [...bodies.keys()].join('\n');
    expect(all.length).toBeGreaterThan(3);
    expect(sum(all), names).toBeLessThanOrEqual(kB);
    expect(all.length, names).toBeLessThanOrEqual(files);
    if (first === undefined) return;
    const answers = await page.evaluate(() => (window as { answers?: number }).answers!);
    const before = all.filter(({ began }) => began <= answers);
    expect(before.length).toBeGreaterThan(10);
    expect(sum(before), names).toBeLessThanOrEqual(first);
    expect(sum(all), 'the rest comes later').toBeGreaterThan(sum(before) + 50);
  });
