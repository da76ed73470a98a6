/**
 * @file `npm run bench [-- --quick] [-- --json FILE]`: milliseconds per training step (forward, backward, AdamW) in
 * real Chromium, our engines compared with stock tfjs and jax-js on the same model and data, interleaved, medians;
 * below the table, the most useful ratios.
 *
 * `--only S` (or M, L, long) runs one job. `--isolated` serves the page cross-origin isolated, so that tfjs and jax-js
 * use threads on wasm; a page on an ordinary static host is not isolated. `--profile` shows where the time of a step
 * goes instead, kernel by kernel.
 */
import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { optionsOf } from '../options.mjs';
import { chromiumArguments, chromiumPath } from '../test/chromium.mjs';

const OURS = ['zebra-webgpu', 'zebra-wasm'];
const JAX = ['jax-webgpu', 'jax-wasm'];
const ALL = [...OURS, 'tfjs-webgpu', 'tfjs-wasm', ...JAX];

const cases = (size, plan, engines) => engines.map((engine) => ({ size, plan, engine }));

/** All cases of a job take turns on one page; cases to be compared belong to the same job. */
const QUICK = {
  S: { cases: cases('S', 'global', [...OURS, 'tfjs-webgpu', ...JAX]), rounds: 5, slowRounds: 1 },
  L: {
    cases: [...cases('L', 'global', [...OURS, ...JAX]), ...cases('L', 'grouped', OURS)],
    rounds: 3,
    slowRounds: 1,
  },
};
const FULL = {
  S: {
    cases: [...cases('S', 'global', ALL), ...cases('S', 'grouped', OURS)],
    rounds: 15,
    slowRounds: 3,
  },
  M: { cases: cases('M', 'global', ALL), rounds: 7, slowRounds: 1 },
  L: {
    cases: [
      ...cases('L', 'global', ALL),
      ...['local', 'approximate', 'grouped'].flatMap((plan) => cases('L', plan, OURS)),
    ],
    rounds: 7,
    slowRounds: 1,
  },
  long: {
    cases: [...cases('L4', 'local', OURS), ...cases('XL', 'local', OURS)],
    rounds: 5,
    slowRounds: 1,
  },
};

const { values } = optionsOf(
  'npm run bench -- [--quick] [--only S|M|L|long] [--isolated] [--profile] [--json FILE]',
  {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    isolated: { type: 'boolean' },
    profile: { type: 'boolean' },
    json: { type: 'string' },
  },
);
const { isolated } = values;
const jobs = Object.entries(values.quick ? QUICK : FULL)
  .filter(([name]) => values.only === undefined || name === values.only)
  .map(([, job]) => job);
const server = await createServer({
  server: {
    port: 0,
    host: '127.0.0.1',
    headers: isolated
      ? {
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cross-Origin-Embedder-Policy': 'require-corp',
        }
      : {},
  },
  // Discovered only on the bench page, the package would make the dev server reload it midway.
  optimizeDeps: { include: ['@jax-js/jax'] },
  cacheDir: 'node_modules/.vite-bench', // so the Lab's own server keeps its cache
  logLevel: 'error',
});
await server.listen();
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: chromiumArguments({ webgpu: true }),
});
const rows = [];
let adapter = '';
try {
  for (const job of jobs) {
    const page = await browser.newPage(); // fresh memory for every job
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/test/bench/index.html`);
    await page.waitForFunction(() => document.title === 'Bench: ready', undefined, {
      timeout: 120_000,
    });
    adapter ||= await page.evaluate(() => globalThis.adapter());
    if (values.profile) {
      for (const one of job.cases.filter(({ engine }) => OURS.includes(engine))) {
        const shares = await page.evaluate((one) => globalThis.profileOf(one), one);
        const total = shares.reduce((sum, { ms }) => sum + ms, 0);
        const parts = shares.map(
          ({ kernel, launches, ms }) => `${kernel} ×${launches} ${ms.toFixed(1)}`,
        );
        console.log(`${Object.values(one).join(' ')}: ${total.toFixed(0)} ms: ${parts.join(', ')}`);
      }
      await page.close();
      continue;
    }
    const measured = await page.evaluate((job) => globalThis.bench(job), job);
    await page.close();
    rows.push(...measured);
    for (const row of measured) console.log(line(row));
  }
} finally {
  await browser.close();
  await server.close();
}

if (values.profile) process.exit(0);

const machine = `${cpus().length} × ${cpus()[0].model}, ${adapter}`;
console.log(`\n${machine}; headless Chromium${isolated ? ', cross-origin isolated' : ''}\n`);
console.log(
  '| size | plan | engine | ms, median | ms, least | runs | tokens/s | dispatches | submits | JS ms | peak |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
console.log(rows.map(line).join('\n'));
console.log(`\n${ratios(rows).join('\n')}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);

function line({ stepMs, ...row }) {
  const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
  const cells = [
    row.size,
    row.plan,
    row.engine,
    ms(stepMs.median),
    ms(stepMs.min),
    stepMs.runs,
    Math.round(row.tokensPerSecond),
    row.dispatches,
    row.submits,
    ms(row.jsMs),
    row.peakBytes === null ? '–' : `${(row.peakBytes / 2 ** 20).toFixed(1)} MiB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** In sentences: which engine is how many times as fast as which, by medians. Pairs not both measured are left out. */
function ratios(rows) {
  const find = (size, plan, engine) =>
    rows.find((row) => row.size === size && row.plan === plan && row.engine === engine);
  const tokenMs = (row) => 1000 / row.tokensPerSecond;
  const said = ({ size, plan, engine }) => `${size} ${plan} ${engine}`;
  const faster = (a, b) =>
    a && b
      ? [`${said(a)} is ${(tokenMs(b) / tokenMs(a)).toFixed(2)} times as fast as ${said(b)}`]
      : [];
  const quickest = (...candidates) =>
    candidates.filter(Boolean).sort((a, b) => tokenMs(a) - tokenMs(b))[0];

  const globals = ['S', 'M', 'L'].flatMap((size) => {
    const of = (engine) => find(size, 'global', engine);
    return [
      ...faster(of('zebra-webgpu'), of('jax-webgpu')),
      ...faster(of('zebra-webgpu'), of('tfjs-webgpu')),
      ...faster(quickest(...OURS.map(of)), of('jax-wasm')),
    ];
  });
  const grouped = OURS.flatMap((engine) =>
    faster(find('L', 'grouped', engine), find('L', 'global', engine)),
  );
  const beyond = faster(find('L', 'grouped', 'zebra-webgpu'), find('L', 'global', 'jax-webgpu'));
  const longer = OURS.flatMap((engine) => {
    const [short, long] = [find('L4', 'local', engine), find('XL', 'local', engine)];
    if (!short || !long) return [];
    const ratio = (tokenMs(long) / tokenMs(short)).toFixed(2);
    return [`${engine}, all local: a token at T 4,096 takes ${ratio} times its time at T 1,024`];
  });
  return [...globals, ...grouped, ...beyond, ...longer];
}
