/**
 * @file `npm run bench:masks [-- --gpu] [-- --pairs 31]`: a training step's attention of 2,048 tokens behind masks in
 * tiles, beside that of a window, interleaved; one thread of WebAssembly, or WebGPU in Node on Dawn. In milliseconds of
 * the processor, on a graphics card of the clock.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { bundled } from '../bundle.mjs';

const given = process.argv.slice(2);
const gpu = given.includes('--gpu');
const pairs = given.includes('--pairs')
  ? Number(given[given.indexOf('--pairs') + 1])
  : gpu
    ? 11
    : 31;
if (gpu) await import('./dawn.mjs');

const { measure, inWebAssembly, onGpu } = await bundled('scripts/bench/masks.ts');
const kernels = new WebAssembly.Module(
  readFileSync(new URL('../../src/ops/simd.wasm', import.meta.url)),
);
const machine = gpu ? await onGpu() : inWebAssembly(kernels);

const where = gpu ? `WebGPU in Dawn (${machine.kernel})` : 'WebAssembly with one thread';
console.log(`${cpus()[0].model.trim()}, ${where}, Node ${process.version}`);
console.log('| mask | ms | window | ms | ratio, median of pairs | quartiles | at most |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for await (const { mask, tiled, window, run, ratio, quartiles, most } of measure(machine, pairs))
  console.log(
    `| ${mask} | ${tiled.toFixed(1)} | ${window.toLocaleString('en')} | ${run.toFixed(1)} | ${ratio.toFixed(3)} | ${quartiles.map((one) => one.toFixed(3)).join('–')} | ${most ?? '–'} |`,
  );
process.exit(0); // Dawn would keep Node waiting
