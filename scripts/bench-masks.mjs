/**
 * @file `npm run bench:masks`: a training step's attention of 2,048 tokens behind masks in tiles, beside that of a
 * window, interleaved; one thread of WebAssembly, in milliseconds of the processor.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { bundled } from './bundle.mjs';

const { measure } = await bundled('scripts/bench-masks.ts');
const kernels = new WebAssembly.Module(
  readFileSync(new URL('../src/ops/simd.wasm', import.meta.url)),
);

console.log(`${cpus()[0].model.trim()}, WebAssembly in Node ${process.version}, one thread`);
console.log('| mask | ms | window | ms | ratio, median of pairs | at most |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for await (const { mask, tiled, window, run, ratio, most } of measure(kernels))
  console.log(
    `| ${mask} | ${tiled.toFixed(1)} | ${window.toLocaleString('en')} | ${run.toFixed(1)} | ${ratio.toFixed(3)} | ${most ?? '–'} |`,
  );
