/** @file Compiles the SIMD kernels: src/ops/simd.as.ts and what it imports. */
import { statSync } from 'node:fs';
import asc from 'assemblyscript/asc';

/** Writes `target`; `more` are further options of the AssemblyScript compiler. Throws what the compiler reports. */
export async function compileSimd(target, more = []) {
  const { error, stderr } = await asc.main([
    'src/ops/simd.as.ts',
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
  if (error) throw new Error(stderr.toString());
  return statSync(target).size;
}
