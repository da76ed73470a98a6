/**
 * @file `npm run bench`: milliseconds per training step (forward, backward, AdamW) in real Chromium, our engines
 * compared with stock tfjs, jax-js and @genai-fi/nanogpt, interleaved, medians; and how much of what the machine can
 * do they reach.
 *
 * `--only S` (or M, L, plans, long, a way such as wasm, or a job such as S-wasm) runs a part. `--json FILE` keeps
 * results: another part with the same file is added to it. `--write` puts the tables of the file into README.md and
 * docs/performance.md, and with `--from FILE` nothing is measured. The page is cross-origin isolated, as a
 * visitor's is; with `--not-isolated` it is not, and nothing has threads. `--profile`
 * shows where the time of a step goes instead, kernel by kernel.
 */
import { cpus } from 'node:os';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { optionsOf } from '../options.mjs';
import { chromiumArguments, chromiumPath } from '../test/chromium.mjs';
import { jobsOf, OURS } from './jobs.mjs';
import { installPeers } from './peers.mjs';
import * as tables from './table.mjs';
import { writeTables } from './writeTables.mjs';

const USAGE =
  'npm run bench -- [--quick] [--only S|M|L|plans|long|webgpu|wasm|other|JOB] [--not-isolated] [--profile] [--json FILE] [--from FILE] [--write]';
const { values } = optionsOf(USAGE, {
  quick: { type: 'boolean' },
  only: { type: 'string' },
  'not-isolated': { type: 'boolean' },
  profile: { type: 'boolean' },
  json: { type: 'string' },
  from: { type: 'string' },
  write: { type: 'boolean' },
});
const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** The project's own plugin isolates what the server sends. */
const withoutIsolation = {
  name: 'bench-without-isolation',
  enforce: 'pre',
  configureServer: ({ middlewares }) =>
    void middlewares.use((_request, response, next) => {
      const set = response.setHeader.bind(response);
      response.setHeader = (name, value) =>
        name.startsWith('Cross-Origin-') ? response : set(name, value);
      next();
    }),
};

let results;
if (values.from) {
  results = read(values.from);
  if (!results) throw new Error(`${values.from} does not exist`);
} else {
  let jobs;
  try {
    jobs = jobsOf(values);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
  results = await measured(jobs);
  if (values.json && !values.profile) {
    results = tables.merged(read(values.json), results);
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
}
if (!values.profile) {
  console.log(report(results));
  if (values.write) await writeTables(results);
}
const failures = tables
  .rowsOf(results)
  .filter(({ engine, reason }) => OURS.includes(engine) && reason !== undefined);
// Without isolation, one thread is what our engine should have.
process.exitCode = failures.length > 0 && !values['not-isolated'] ? 1 : 0;

async function measured(jobs) {
  installPeers();
  await compilePeak();
  const server = await serve(!values['not-isolated']);
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: chromiumArguments({ webgpu: true }),
  });
  const open = async () => {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/test/bench/index.html`);
    await page.waitForFunction(() => document.title === 'Bench: ready', undefined, {
      timeout: 120_000,
    });
    return page;
  };
  try {
    let page = await open();
    const adapter = await page.evaluate(() => globalThis.adapter());
    const isolated = values['not-isolated'] ? 'not isolated' : 'cross-origin isolated';
    const machine = `${cpus().length} × ${cpus()[0].model.trim()}; ${adapter}; headless Chromium ${browser.version()}, ${isolated}`;
    const ways = [...new Set(Object.values(jobs).flatMap(({ ways = [] }) => ways))];
    const peaks = values.profile
      ? {}
      : await page.evaluate((ways) => globalThis.measurePeaks(ways), ways);
    await page.close();
    const rows = {};
    const profiled = new Set();
    for (const [name, job] of Object.entries(jobs)) {
      page = await open(); // fresh memory for every job
      if (values.profile) await printProfile(page, job, profiled);
      else {
        rows[name] = await page.evaluate((job) => globalThis.bench(job), job);
        console.log(`${name}:\n${tables.longTable({ peaks, jobs: { [name]: rows[name] } })}\n`);
      }
      await page.close();
    }
    return { machine, date: new Date().toISOString().slice(0, 10), peaks, jobs: rows };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function serve(isolated) {
  const server = await createServer({
    plugins: isolated ? [] : [withoutIsolation],
    server: { port: 0, host: '127.0.0.1' },
    // Discovered only on the bench page, the package would make the dev server reload it midway.
    optimizeDeps: { include: ['@jax-js/jax'] },
    cacheDir: 'node_modules/.vite-bench', // so the Lab's own server keeps its cache
    logLevel: 'error',
  });
  await server.listen();
  return server;
}

async function printProfile(page, job, done) {
  for (const one of job.cases) {
    const words = Object.values(one).join(' ');
    // Launches are timed one by one, on this page's thread.
    if (!OURS.includes(one.engine) || one.engine === 'zebra-wasm-threads' || done.has(words))
      continue;
    done.add(words);
    const shares = await page.evaluate((one) => globalThis.profileOf(one), one);
    const total = shares.reduce((sum, { ms }) => sum + ms, 0);
    const parts = shares.map(
      ({ kernel, launches, ms }) => `${kernel} ×${launches} ${ms.toFixed(1)}`,
    );
    console.log(`${words}: ${total.toFixed(0)} ms: ${parts.join(', ')}`);
  }
}

/** The kernels of test/bench/peak.as.ts, for test/bench/peaks.ts. */
async function compilePeak() {
  const outFile = 'node_modules/.cache/bench/peak.wasm';
  mkdirSync('node_modules/.cache/bench', { recursive: true });
  const { error, stderr } = await asc.main([
    'test/bench/peak.as.ts',
    ...['--outFile', outFile, '--optimizeLevel', '3', '--runtime', 'stub', '--enable', 'simd'],
    ...['--noAssert', '--importMemory', '--noExportMemory'],
  ]);
  if (error) throw new Error(stderr.toString());
}

function report(results) {
  const parts = [
    results.machine,
    tables.longTable(results),
    tables.peakTable(results),
    tables.costTable(results),
    tables.shortTable(results),
    tables.planRatios(results).join('\n'),
    tables.reasons(results).join('\n'),
    tables.DIFFERENCES,
  ];
  return parts.filter((part) => part.split('\n').length !== 2).join('\n\n');
}
