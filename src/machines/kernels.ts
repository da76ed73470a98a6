/** @file The kernels for one thread, over any memory. */
import simd from '../ops/simd.wasm?url';
import { instantiate, type Instance } from './instance';
import { moduleAt } from './module';

/** Rejects if the file is missing or the machine does not support SIMD. */
export async function loadKernels(): Promise<(memory: WebAssembly.Memory) => Instance['kernels']> {
  const module = await moduleAt(simd);
  return (memory) => instantiate(module, memory).kernels;
}
