/**
 * @file Weighs what a browser fetches before each page is usable: `npm run build && npm run measure:weight`. Each file
 * counts once, raw and as gzip sends it (level 6), until nothing has arrived for three seconds: between two files a
 * worker may start, or a browser compile. Texts and recordings are counted separately from the program. What was
 * requested before the page's first control could be pressed is its first load; the rest follows by itself.
 *
 * `--modules PAGE` builds the site and lists the largest modules in each script that the page loads. `--phone` times
 * pages as a slow phone opens them.
 */
import { createServer } from 'node:http';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { ISOLATION } from '../build/policy.mjs';
import { optionsOf } from '../options.mjs';
import { withPage } from '../page.mjs';

const { values } = optionsOf('npm run measure:weight [-- --modules PAGE | --phone]', {
  modules: { type: 'string' },
  phone: { type: 'boolean' },
});

const ALL = [
  '',
  'lab',
  'compare',
  'figures',
  'masks',
  'planner',
  'lessons',
  ...readdirSync('lessons')
    .filter((id) => /^\d/.test(id))
    .map((id) => `lessons/${id}`),
];
const PAGES = values.modules === undefined ? ALL : [values.modules.replace(/^home$/, '')];
/** The control that a user presses first. */
const CONTROLS = {
  '': 'main nav a.door',
  lessons: 'main a.onward',
  lab: 'button.primary:enabled',
  compare: 'button.primary:enabled',
};
const controlOf = (name) =>
  name.startsWith('lessons/') ? 'article footer button.primary:enabled' : CONTROLS[name];
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** If nothing new arrives for this long, the page has everything it opens with. */
const QUIET_MS = 3000;
const isData = (address) => /\/(corpora|recorded|models)\//.test(address);
const kB = (bytes) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;

async function weigh() {
  const rows = [];
  await withPage({ webgpu: false }, async (address, browser) => {
    for (const name of PAGES) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        serviceWorkers: 'block',
      });
      const page = await context.newPage();
      const bodies = new Map();
      const began = new Map(); // epoch ms
      const reading = [];
      let last = performance.now();
      context.on('response', (response) => {
        last = performance.now();
        reading.push(
          response.body().then(
            (body) => {
              bodies.set(response.url(), body);
              began.set(response.url(), response.request().timing().startTime);
            },
            () => {}, // a redirect has none
          ),
        );
      });
      if (controlOf(name) !== undefined) await page.addInitScript(watchFor, controlOf(name));
      await page.goto(`${address}${name && `${name}/`}`);
      while (performance.now() - last < QUIET_MS) await page.waitForTimeout(100);
      await Promise.all(reading);
      const answers = await page.evaluate(() => window.answers ?? Infinity);
      const packed = [...bodies].map(([address, body]) => ({
        data: isData(address),
        first: began.get(address) <= answers,
        bytes: gzipSync(body, { level: 6 }).length,
      }));
      const sum = (counts) => packed.filter(counts).reduce((total, { bytes }) => total + bytes, 0);
      rows.push({
        name: name || 'home',
        addresses: [...bodies.keys()],
        files: bodies.size,
        raw: [...bodies.values()].reduce((total, body) => total + body.length, 0),
        first: sum(({ data, first }) => !data && first),
        program: sum(({ data }) => !data),
        data: sum(({ data }) => data),
      });
      await context.close();
    }
  });
  return rows;
}

if (values.phone) await phone();
else if (values.modules !== undefined) await modules();
else {
  const rows = await weigh();
  console.log(
    '| page | files | as they are | first load, gzip | whole program, gzip | texts and recordings, gzip |\n|---|---:|---:|---:|---:|---:|',
  );
  for (const { name, files, raw, first, program, data } of rows)
    console.log(
      `| ${name} | ${files} | ${kB(raw)} | ${kB(first)} | ${kB(program)} | ${kB(data)} |`,
    );
}

/** In the page: notes the time (epoch ms) at which the control is there, and not only in the text that JavaScript replaces. */
function watchFor(selector) {
  const look = () => {
    if (!document.querySelector(`#app :not(.static *):is(${selector})`)) return;
    window.answers = performance.timeOrigin + performance.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}

/** The largest modules of each script that the page loads; sizes are those before minification. */
async function modules() {
  const chunks = new Map();
  await build({
    logLevel: 'error',
    plugins: [
      {
        name: 'modules',
        generateBundle(_, bundle) {
          for (const chunk of Object.values(bundle))
            if (chunk.type === 'chunk') chunks.set(chunk.fileName, chunk);
        },
      },
    ],
  });
  const [{ addresses }] = await weigh();
  for (const address of addresses) {
    const chunk = chunks.get(new URL(address).pathname.slice(1));
    if (!chunk) continue;
    const parts = Object.entries(chunk.modules)
      .map(([id, { renderedLength }]) => ({
        id: id.replace(`${process.cwd()}/`, ''),
        renderedLength,
      }))
      .sort((a, b) => b.renderedLength - a.renderedLength);
    console.log(
      `\n${chunk.fileName}: ${parts.length} modules, ${kB(gzipSync(chunk.code).length)} as gzip sends it`,
    );
    for (const { id, renderedLength } of parts.slice(0, 12))
      console.log(`${String(renderedLength).padStart(9)}  ${id}`);
  }
}

/** Pages and the control that a user presses first. */
async function phone() {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  console.log('| page | first contentful paint | its control answers |\n|---|---:|---:|');
  await withPage({ webgpu: false }, async (_, browser) => {
    for (const name of ['', 'lessons', 'lessons/00-play', 'lab', 'compare']) {
      const context = await browser.newContext({
        viewport: { width: 412, height: 915 },
        serviceWorkers: 'block',
      });
      const page = await context.newPage();
      const wire = await context.newCDPSession(page);
      await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await wire.send('Network.enable');
      await wire.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 150, // ms
        downloadThroughput: 1.6e6 / 8,
        uploadThroughput: 0.75e6 / 8,
      });
      await page.goto(`${address}${name && `${name}/`}`, { waitUntil: 'commit' });
      const answers = await page.evaluate(
        (selector) =>
          new Promise((resolve) => {
            const look = () => {
              const found = document.querySelector(`#app :not(.static *):is(${selector})`);
              // A task after a frame: the page is free to answer a press.
              if (found) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
              else requestAnimationFrame(look);
            };
            look();
          }),
        controlOf(name),
      );
      const painted = await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
      );
      const s = (ms) => `${(ms / 1000).toFixed(1)} s`;
      console.log(`| ${name || 'home'} | ${s(painted)} | ${s(answers)} |`);
      await context.close();
    }
  });
  server.close();
}

/** dist/ as a host with compression serves it. */
function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = join('dist', pathname.endsWith('/') ? `${pathname}index.html` : pathname);
  if (!existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, {
    ...ISOLATION,
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    'Content-Encoding': 'gzip',
  });
  return response.end(gzipSync(readFileSync(path), { level: 6 }));
}
