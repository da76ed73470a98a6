/**
 * @file `npm run bench:threads [-- SIZE …] [-- --threads N]`: a training step in WebAssembly with one thread and with
 * several, interleaved, at sizes S, M, L and that of the table the Lab opens on.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { bundled } from '../bundle.mjs';
import { nodeCrew } from './crew.mjs';

const given = process.argv.slice(2);
const at = given.indexOf('--threads');
const threads = at < 0 ? availableParallelism() : Number(given[at + 1]);
const sizes = given.filter((word) => /^[A-Z]/.test(word));

const { measure, LIST } = await bundled('scripts/bench/threads.ts');
const kernels = new WebAssembly.Module(
  readFileSync(new URL('../../src/ops/simd.wasm', import.meta.url)),
);
const crew = await nodeCrew(threads);

console.log(`${cpus().length} × ${cpus()[0].model.trim()}, WebAssembly in Node ${process.version}`);
console.log(`| size | plan | 1 thread | ${threads} threads | faster by |`);
console.log('| --- | --- | ---: | ---: | ---: |');
for (const size of sizes.length > 0 ? sizes : LIST) {
  for await (const { plan, one, many, ratio } of measure(size, kernels, crew))
    console.log(
      `| ${size} | ${plan} | ${one.toFixed(1)} ms | ${many.toFixed(1)} ms | ${ratio.toFixed(2)} × |`,
    );
}
crew.stop();
