/**
 * @file Weighs what a browser fetches before each page is usable: `npm run build && npm run measure:weight`. Each file
 * counts once, raw and as gzip sends it (level 6), until nothing has arrived for three seconds: between two files a
 * worker may start, or a browser compile. Texts and recordings are counted separately from the program.
 */
import { gzipSync } from 'node:zlib';
import { optionsOf } from '../options.mjs';
import { withPage } from '../page.mjs';

optionsOf('npm run measure:weight', {});

const PAGES = [
  '',
  'lab',
  'compare',
  'figures',
  'masks',
  'planner',
  'lessons',
  'lessons/04-the-cliff',
];
/** If nothing new arrives for this long, the page has everything it opens with. */
const QUIET_MS = 3000;
const isData = (address) => /\/(corpora|recorded|models)\//.test(address);
const kB = (bytes) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;

const rows = [];
await withPage({ webgpu: false }, async (address, browser) => {
  for (const name of PAGES) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const bodies = new Map();
    const reading = [];
    let last = performance.now();
    context.on('response', (response) => {
      last = performance.now();
      reading.push(
        response.body().then(
          (body) => bodies.set(response.url(), body),
          () => {}, // a redirect has none
        ),
      );
    });
    await page.goto(`${address}${name && `${name}/`}`);
    while (performance.now() - last < QUIET_MS) await page.waitForTimeout(100);
    await Promise.all(reading);
    const packed = [...bodies].map(([address, body]) => ({
      data: isData(address),
      bytes: gzipSync(body, { level: 6 }).length,
    }));
    const sum = (data) =>
      packed.filter((file) => file.data === data).reduce((total, { bytes }) => total + bytes, 0);
    rows.push({
      name: name || 'home',
      files: bodies.size,
      raw: [...bodies.values()].reduce((total, body) => total + body.length, 0),
      program: sum(false),
      data: sum(true),
    });
    await context.close();
  }
});
console.log(
  '| page | files | as they are | program, gzip | texts and recordings, gzip |\n|---|---:|---:|---:|---:|',
);
for (const { name, files, raw, program, data } of rows)
  console.log(`| ${name} | ${files} | ${kB(raw)} | ${kB(program)} | ${kB(data)} |`);
