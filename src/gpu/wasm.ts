/** @file tfjs's WebAssembly backend, its binaries served beside the page. */
import type { KernelId } from '../attention/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { loadSimd, unloadSimd } from './simd';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** `simdKernels` is the address of our SIMD kernels; without them, or where they cannot run, loops do their work. */
export async function startWasm(
  simdKernels: string | undefined,
): Promise<{ readonly device: string; readonly kernel: KernelId }> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
  });
  if (!(await tf.setBackend('wasm'))) {
    throw new Error('tfjs refused to start its WebAssembly backend');
  }
  const vectors = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  unloadSimd();
  if (!vectors || simdKernels === undefined) return { device: 'WebAssembly', kernel: 'host' };
  try {
    await loadSimd(absolute(simdKernels));
    return { device: 'WebAssembly with SIMD', kernel: 'simd' };
  } catch {
    return { device: 'WebAssembly, attention in JavaScript', kernel: 'host' };
  }
}

/** A worker resolves paths against its own script, which may lie elsewhere than the page. */
const absolute = (path: string) => new URL(path, globalThis.location.href).href;
