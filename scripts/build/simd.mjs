/**
 * @file Compiles the SIMD kernels of the wasm backend, once for unshared memory and once for memory that threads share.
 * Skips what is up to date.
 */
import { readdirSync, statSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SOURCE = 'src/ops/simd.as.ts'; // and what it imports
const TARGETS = {
  'src/ops/simd.wasm': [],
  // Shared memory must declare a maximum; each session allocates only what it needs.
  'src/ops/simdShared.wasm': ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65535'],
};

const sources = readdirSync('src/ops', { recursive: true })
  .filter((name) => name.endsWith('.as.ts'))
  .map((name) => `src/ops/${name}`);
const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const changed = Math.max(...[...sources, 'scripts/build/simd.mjs'].map(age));

for (const [target, more] of Object.entries(TARGETS)) {
  if (age(target) >= changed) continue;
  const { error, stderr } = await asc.main([
    SOURCE,
    '--outFile',
    target,
    '--optimizeLevel',
    '3',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--noAssert',
    '--use',
    'abort=',
    // Every run brings its own memory, as env.memory. Its first page is for the module's few constants.
    '--importMemory',
    '--noExportMemory',
    '--memoryBase',
    '1024',
    '--initialMemory',
    '1',
    ...more,
  ]);
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
  console.log(`${target}: ${statSync(target).size} bytes`);
}
