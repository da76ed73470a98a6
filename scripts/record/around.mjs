/** @file What scripts that train give to them: kernels, texts, and in words which machine, day and version. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const ROOT = new URL('../..', import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');

/** As scripts/record/surroundings.ts describes them. */
export const surroundings = async () => ({
  kernels: await WebAssembly.compile(readFileSync(new URL('src/ops/simd.wasm', ROOT))),
  corpus: (file) => ({
    description: JSON.parse(read(`public/${file}.json`)),
    text: read(`public/${file}.txt`),
  }),
  machine: `${cpus().length} × ${cpus()[0].model.trim()}, WebAssembly in Node ${process.version}, one thread`,
  made: new Date().toISOString().slice(0, 10),
  version: JSON.parse(read('package.json')).version,
});
