/**
 * @file Weighs what a browser fetches before each page can be used: `npm run build && npm run measure:weight`.
 * Files are counted once each, as they are and as gzip sends them (level 6), until the network has been quiet for
 * half a second.
 */
import { gzipSync } from 'node:zlib';
import { withPage } from './page.mjs';

const PAGES = ['', 'lab', 'compare', 'figures', 'masks', 'planner', 'lessons'];
const kB = (bytes) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;

const rows = [];
await withPage({ webgpu: false }, async (address, browser) => {
  for (const name of PAGES) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const bodies = new Map();
    const reading = [];
    context.on('response', (response) => {
      reading.push(
        response.body().then(
          (body) => bodies.set(response.url(), body),
          () => {}, // a redirect has none
        ),
      );
    });
    await page.goto(`${address}#/${name}`);
    await page.waitForLoadState('networkidle');
    await Promise.all(reading);
    const all = [...bodies.values()];
    rows.push({
      name: name || 'home',
      files: all.length,
      raw: all.reduce((sum, body) => sum + body.length, 0),
      packed: all.reduce((sum, body) => sum + gzipSync(body, { level: 6 }).length, 0),
    });
    await context.close();
  }
});
console.log('| page | files | as they are | gzip |\n|---|---:|---:|---:|');
for (const { name, files, raw, packed } of rows)
  console.log(`| ${name} | ${files} | ${kB(raw)} | ${kB(packed)} |`);
