/**
 * @file `npm run bench [-- --quick] [-- --json FILE]`: milliseconds per training step (forward, backward,
 * AdamW) in real Chromium, our engines beside stock tfjs on the same model and data, interleaved, medians.
 */
import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { chromiumArguments, chromiumPath } from './chromium.mjs';

const quick = process.argv.includes('--quick');
const ALL = ['zebra-webgpu', 'zebra-wasm', 'tfjs-webgpu', 'tfjs-wasm'];
const OURS = ALL.slice(0, 2);

const JOBS = quick
  ? [
      { size: 'S', plan: 'global', engines: ALL, rounds: 5, slowRounds: 1 },
      { size: 'L', plan: 'global', engines: OURS, rounds: 3, slowRounds: 1 },
      { size: 'L', plan: 'grouped', engines: OURS, rounds: 3, slowRounds: 1 },
    ]
  : [
      { size: 'S', plan: 'global', engines: ALL, rounds: 15, slowRounds: 3 },
      { size: 'S', plan: 'grouped', engines: OURS, rounds: 15, slowRounds: 3 },
      { size: 'M', plan: 'global', engines: ALL, rounds: 7, slowRounds: 1 },
      ...['global', 'local', 'approximate', 'grouped'].map((plan) => ({
        size: 'L',
        plan,
        engines: plan === 'global' ? ALL : OURS,
        rounds: 7,
        slowRounds: 1,
      })),
    ];

const server = await createServer({ server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
await server.listen();
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: chromiumArguments({ webgpu: true }),
});
const rows = [];
try {
  for (const job of JOBS) {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/test/bench/index.html`);
    await page.waitForFunction(() => document.title === 'Bench: ready', undefined, {
      timeout: 120_000,
    });
    rows.push(...(await page.evaluate((given) => globalThis.bench(given), job)));
    await page.close();
    for (const row of rows.slice(-job.engines.length)) console.log(line(row));
  }
} finally {
  await browser.close();
  await server.close();
}

function line({
  size,
  plan,
  engine,
  stepMs,
  tokensPerSecond,
  dispatches,
  submits,
  jsMs,
  peakBytes,
}) {
  const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
  const cells = [
    size,
    plan,
    engine,
    ms(stepMs.median),
    ms(stepMs.min),
    stepMs.runs,
    Math.round(tokensPerSecond),
    dispatches,
    submits,
    ms(jsMs),
    peakBytes === null ? '–' : `${(peakBytes / 2 ** 20).toFixed(1)} MiB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const machine = `${cpus().length} × ${cpus()[0].model}`;
console.log(`\n${machine}, headless Chromium, software WebGPU adapter where there is no GPU\n`);
console.log(
  '| size | plan | engine | ms, median | ms, least | runs | tokens/s | dispatches | submits | JS ms | peak |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
console.log(rows.map(line).join('\n'));
const at = process.argv.indexOf('--json');
if (at > 0) writeFileSync(process.argv[at + 1], `${JSON.stringify({ machine, rows }, null, 2)}\n`);
