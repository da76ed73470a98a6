/**
 * @file Starts TensorFlow.js: on the graphics card where there is one, else in WebAssembly, else in JavaScript.
 *
 * Loaded only where somebody asks for it; of tfjs's backends, too, only the one that is used.
 */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { DeviceLimits } from '../core/limits';
import { HOST_LIMITS } from '../gpu/backend';
import { findAdapter, openDevice, type Adapter, type Fault } from '../gpu/webgpu';
import type { Models } from '../train/model';
import { tapedSelfTest } from './selfTest';
import { tapes } from './taped';

export interface Tfjs {
  readonly models: Models;
  /** 'WebGPU, nvidia lovelace', 'WebAssembly', … */
  readonly device: string;
  readonly reason: string;
  readonly limits: DeviceLimits;
}

export interface TfjsChoice {
  readonly onFault: (fault: Fault) => void;
  /** Throws where the machine's numbers are wrong. */
  readonly selfTest?: (models: Models) => Promise<void>;
  /** Backends not to use, because their results cannot be trusted. */
  readonly without?: readonly string[];
}

type Started = Pick<Tfjs, 'device' | 'limits'> & { readonly where: Models['where'] };

/** Composed models on the first backend of tfjs that passes the self-test. Rejects where none does. */
export async function startTfjs(choice: TfjsChoice): Promise<Tfjs> {
  const { onFault, selfTest = tapedSelfTest, without = [] } = choice;
  const passedOver: string[] = [];
  const found = await findAdapter();
  const ways: [name: string, start: () => Promise<Started>][] = [
    ['WebAssembly', startWasm],
    ['JavaScript', startCpu],
  ];
  if (typeof found === 'string') passedOver.push(found);
  else if (!found.software) ways.unshift(['WebGPU', () => startWebgpu(found, onFault)]);
  else passedOver.push(`This machine’s WebGPU is computed on the CPU (${found.name}).`);

  for (const [name, start] of ways) {
    if (without.includes(name)) continue;
    try {
      const { where, ...started } = await start();
      const models = tapes(where);
      await selfTest(models);
      const why =
        'You asked for TensorFlow.js: composed operations and gradients by the tape, to compare with.';
      return { ...started, models, reason: [...passedOver, why].join(' ') };
    } catch (cause) {
      passedOver.push(`Its ${name} cannot be used (${wordsOf(cause)}).`);
    }
  }
  throw new Error(
    `TensorFlow.js cannot compute here. ${passedOver.join(' ')} Choose another way under “Compute with”`,
  );
}

async function startWebgpu(found: Adapter, onFault: (fault: Fault) => void): Promise<Started> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // A device of our own: tfjs does not listen for errors, and one invalid program voids all that is recorded with it.
  const { device, limits } = await openDevice(found, onFault);
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu'); // that of a lost device, or tfjs's own
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, found.adapter.info));
  await use('webgpu');
  return { where: 'gpu', device: `WebGPU, ${found.name}`, limits };
}

async function startWasm(): Promise<Started> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  // Its threads start from scripts in a blob:, which the site's policy forbids; one thread is enough to compare with.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(simd), // never read, but setWasmPaths wants all three named
  });
  await use('wasm');
  return { where: 'host', device: 'WebAssembly', limits: HOST_LIMITS };
}

async function startCpu(): Promise<Started> {
  await import('@tensorflow/tfjs-backend-cpu');
  await use('cpu');
  return { where: 'host', device: 'JavaScript', limits: HOST_LIMITS };
}

async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) {
    throw new Error(`tfjs refused to start its backend ‘${backend}’`);
  }
}

/** Against this module: the location of a worker may be a blob:, against which no path resolves. */
const absolute = (path: string) => new URL(path, import.meta.url).href;

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
