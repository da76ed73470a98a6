/** @file Compiles the SIMD kernels of the wasm backend. Skips what is up to date. */
import { statSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SOURCE = 'src/ops/simd.as.ts';
const TARGET = 'src/ops/simd.wasm';

const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (age(TARGET) < Math.max(age(SOURCE), age('scripts/build-simd.mjs'))) {
  const { error, stderr } = await asc.main([
    SOURCE,
    '--outFile',
    TARGET,
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
  ]);
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
  console.log(`${TARGET}: ${statSync(TARGET).size} bytes`);
}
