/** @file tfjs's WebAssembly backend, its binaries served beside the page. */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

export async function startWasm(): Promise<string> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
  });
  if (!(await tf.setBackend('wasm')))
    throw new Error('tfjs refused to start its WebAssembly backend');
  return (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))
    ? 'WebAssembly with SIMD'
    : 'WebAssembly';
}

/** A worker resolves paths against its own script, which may lie elsewhere than the page. */
const absolute = (path: string) => new URL(path, globalThis.location.href).href;
