/**
 * @file `npm run bench:gpu [-- --quick] [-- --json FILE]`: the engine in Node on Dawn, for machines with a graphics
 * card. Without one it takes the software adapter that Chromium brings, and says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { findChromium } from './chromium.mjs';

const given = process.argv.slice(2);

const { create, globals } = await import('webgpu');
Object.assign(globalThis, globals); // GPUBufferUsage, GPUMapMode, …
const gpu = create([]); // Dawn lives as long as this is reachable
if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true }); // Node 20
}
Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });

if (!(await gpu.requestAdapter())) onChromiumsAdapter();

/** Starts this script again with the loader and the software driver that lie beside Chromium; they count only from the start. */
function onChromiumsAdapter() {
  const beside = [findChromium() ?? '', '/usr/lib/chromium/chromium', '/opt/google/chrome/chrome']
    .filter(existsSync)
    .map((path) => dirname(realpathSync(path)))
    .find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')));
  if (!beside || process.env.VK_DRIVER_FILES) {
    console.error('Dawn found no adapter: no Vulkan driver, and no Chromium with a software one.');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: {
      ...process.env,
      LD_LIBRARY_PATH: beside,
      VK_DRIVER_FILES: join(beside, 'vk_swiftshader_icd.json'),
    },
  });
  process.exit(status ?? 1);
}

const outDir = 'node_modules/.cache/bench-gpu';
await build({
  configFile: false,
  logLevel: 'error',
  build: { ssr: 'test/bench/gpu.ts', outDir, emptyOutDir: true, target: 'node20' },
});
const { benchGpu } = await import(pathToFileURL(join(outDir, 'gpu.js')).href);

const quick = given.includes('--quick');
const { isFallbackAdapter } = (await gpu.requestAdapter()).info;
const rounds = isFallbackAdapter || quick ? 3 : 100;
const cases = [
  ...['S', 'M', 'L'].map((size) => ({ size, plan: 'global', rounds })),
  { size: 'L', plan: 'grouped', rounds },
  ...(quick
    ? []
    : ['XL', 'XXL'].flatMap((size) =>
        ['local', 'approximate', 'grouped', ...(isFallbackAdapter ? [] : ['global'])].map(
          (plan) => ({ size, plan, rounds: isFallbackAdapter ? 1 : 20 }),
        ),
      )),
];
const line = ({ size, plan, stepMs, stepsPerSecond, tokensPerSecond, peakBytes, loss }) =>
  `| ${[size, plan, stepMs.median.toFixed(1), stepMs.min.toFixed(1), stepsPerSecond.toFixed(1), Math.round(tokensPerSecond), (peakBytes / 2 ** 20).toFixed(0), loss.toFixed(4)].join(' | ')} |`;
console.log('| size | plan | ms, median | ms, least | steps/s | tokens/s | MiB | loss |');
console.log('|---|---|---|---|---|---|---|---|');
const { adapter, tiles, rows } = await benchGpu(cases, (row) => console.log(line(row)));
const machine = `${adapter}; ${cpus().length} × ${cpus()[0].model}; Node ${process.version}, Dawn; tiles ${tiles}`;
console.log(`\n${machine}`);
if (given.includes('--json')) {
  writeFileSync(
    given[given.indexOf('--json') + 1],
    `${JSON.stringify({ machine, rows }, null, 2)}\n`,
  );
}
process.exit(0); // Dawn would keep Node waiting
