/**
 * @file Compiles the SIMD kernels of the wasm backend, once for unshared memory and once for memory that threads share.
 * Skips what is up to date.
 */
import { readdirSync, statSync } from 'node:fs';
import { compileSimd } from './compileSimd.mjs';

const TARGETS = {
  'src/ops/simd.wasm': [],
  // Shared memory must declare a maximum; each session allocates only what it needs.
  'src/ops/simdShared.wasm': ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65535'],
};

const sources = readdirSync('src/ops', { recursive: true })
  .filter((name) => name.endsWith('.as.ts'))
  .map((name) => `src/ops/${name}`);
const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const scripts = ['scripts/build/simd.mjs', 'scripts/build/compileSimd.mjs'];
const changed = Math.max(...[...sources, ...scripts].map(age));

for (const [target, more] of Object.entries(TARGETS)) {
  if (age(target) >= changed) continue;
  console.log(`${target}: ${await compileSimd(target, more)} bytes`);
}
