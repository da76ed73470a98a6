/** @file What a browser fetches when a page opens stays within a budget. `npm run measure:weight` shows all pages. */
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { visit } from './support';

/** kB of scripts, styles, HTML and WebAssembly as gzip sends them, without texts, recordings and models; and files. */
const BUDGETS = [
  { path: '', kB: 60, files: 25 },
  { path: 'lessons/', kB: 70, files: 25 },
  { path: 'lessons/00-play/', kB: 260, files: 40 },
];

for (const { path, kB, files } of BUDGETS)
  test(`${path || 'home'} fetches at most ${kB} kB`, async ({ page }) => {
    const bodies = new Map<string, number>();
    page.on('response', (response) => {
      if (/\/(corpora|recorded|models)\//.test(response.url())) return;
      void response.body().then(
        (body) => bodies.set(response.url(), gzipSync(body, { level: 6 }).length),
        () => {}, // a redirect has none
      );
    });
    await visit(page, path);
    await page.waitForLoadState('networkidle');
    const sum = [...bodies.values()].reduce((a, b) => a + b, 0);
    expect(bodies.size).toBeGreaterThan(3);
    expect(Math.round(sum / 1000), [...bodies.keys()].join('\n')).toBeLessThanOrEqual(kB);
    expect(bodies.size).toBeLessThanOrEqual(files);
  });
