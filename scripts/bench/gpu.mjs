/**
 * @file `npm run bench:gpu [-- --quick] [-- --json FILE]`: the engine in Node on Dawn, for machines with a graphics
 * card. Without one it falls back to the software adapter that ships with Chromium, and says so.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { optionsOf } from '../options.mjs';
import { onProcessor } from './dawn.mjs';

const { values } = optionsOf('npm run bench:gpu -- [--quick] [--json FILE]', {
  quick: { type: 'boolean' },
  json: { type: 'string' },
});

const outDir = 'node_modules/.cache/bench-gpu';
await build({
  configFile: false,
  logLevel: 'error',
  build: { ssr: 'test/bench/gpu.ts', outDir, emptyOutDir: true, target: 'node20' },
});
const { benchGpu } = await import(pathToFileURL(join(outDir, 'gpu.js')).href);

const { quick } = values;
const rounds = onProcessor || quick ? 3 : 100;
const cases = [
  ...['S', 'M', 'L'].map((size) => ({ size, plan: 'global', rounds })),
  { size: 'L', plan: 'grouped', rounds },
  ...(quick
    ? []
    : ['XL', 'XXL'].flatMap((size) =>
        ['local', 'approximate', 'grouped', ...(onProcessor ? [] : ['global'])].map((plan) => ({
          size,
          plan,
          rounds: onProcessor ? 1 : 20,
        })),
      )),
];
const line = ({ size, plan, stepMs, stepsPerSecond, tokensPerSecond, peakBytes, loss }) =>
  `| ${[size, plan, stepMs.median.toFixed(1), stepMs.min.toFixed(1), stepsPerSecond.toFixed(1), Math.round(tokensPerSecond), (peakBytes / 2 ** 20).toFixed(0), loss.toFixed(4)].join(' | ')} |`;
console.log('| size | plan | ms, median | ms, least | steps/s | tokens/s | MiB | loss |');
console.log('|---|---|---|---|---|---|---|---|');
const { adapter, tiles, rows } = await benchGpu(cases, (row) => console.log(line(row)));
const machine = `${adapter}; ${cpus().length} × ${cpus()[0].model}; Node ${process.version}, Dawn; tiles ${tiles}`;
console.log(`\n${machine}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
process.exit(0); // Dawn would keep Node waiting
