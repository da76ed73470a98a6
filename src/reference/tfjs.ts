/**
 * @file Starts TensorFlow.js: on the graphics card if there is one (WebGPU, then WebGL), else in WebAssembly, else in
 * JavaScript.
 *
 * Loaded only on request. The package @tensorflow/tfjs brings the core, the gradients, WebGL and JavaScript; WebGPU and
 * WebAssembly are separate packages, loaded only when they are tried.
 */
import * as tf from '@tensorflow/tfjs';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import {
  NoBackend,
  type BackendFact,
  type Fault,
  type NoWebGl,
  type NoWebGpu,
  type SoftwareAdapter,
  type Way,
} from '../core/backendFacts';
import type { DeviceLimits } from '../core/limits';
import { START_TIMEOUT_MS, within } from '../core/patience';
import { HOST_LIMITS } from '../machines/backend';
import { findAdapter, openDevice } from '../machines/webgpu';
import type { Models } from '../train/model';
import { tapedSelfTest } from './selfTest';
import { tapes } from './taped';
import { findContext, registerWebgl } from './webgl';

export interface Tfjs {
  readonly models: Models;
  /** 'WebGPU, nvidia lovelace', 'WebAssembly', … */
  readonly device: string;
  readonly why: readonly BackendFact[];
  readonly limits: DeviceLimits;
}

export interface TfjsChoice {
  readonly onFault: (fault: Fault) => void;
  /** Throws if the machine's numbers are wrong. */
  readonly selfTest?: (models: Models) => Promise<void>;
  /** Avoid the graphics card, because its results cannot be trusted or it went away. */
  readonly withoutGpu?: boolean;
  /** Timeout of a self-test in milliseconds: a fence that is never signalled would keep it waiting for ever. */
  readonly patience?: number;
}

type Started = Pick<Tfjs, 'device' | 'limits'> & { readonly where: Models['where'] };

/** The backend in use, or why this one could not be started. */
type Start = () => Promise<Started | NotTried>;
type NotTried = NoWebGpu | NoWebGl | SoftwareAdapter;

/**
 * Composed models on the first backend of tfjs that passes the self-test: WebGPU, WebGL, WebAssembly, JavaScript.
 * Rejects with NoBackend if none does.
 */
export async function startTfjs(choice: TfjsChoice): Promise<Tfjs> {
  const {
    onFault,
    selfTest = tapedSelfTest,
    withoutGpu = false,
    patience = START_TIMEOUT_MS,
  } = choice;
  const passedOver: BackendFact[] = [];
  const onCard: [way: Way, start: Start][] = [
    ['webgpu', () => startWebgpu(onFault)],
    ['webgl', () => startWebgl(onFault)],
  ];
  if (withoutGpu) passedOver.push({ kind: 'tfjsWithoutGpu' });
  const onProcessor: typeof onCard = [
    ['wasm', startWasm],
    ['cpu', startCpu],
  ];

  for (const [way, start] of [...(withoutGpu ? [] : onCard), ...onProcessor]) {
    try {
      const started = await start();
      if ('kind' in started) {
        passedOver.push(started);
        continue;
      }
      const { where, ...rest } = started;
      const models = tapes(where);
      await within(
        patience,
        selfTest(models),
        `its self-test was not done after ${patience / 1000} s`,
      );
      return { ...rest, models, why: [...passedOver, { kind: 'askedTfjs' }] };
    } catch (cause) {
      if (way === 'webgl') removeBackend('webgl'); // ends its reads, frees its context
      passedOver.push({ kind: 'tfjsFailed', way, message: wordsOf(cause) });
    }
  }
  throw new NoBackend('tfjs', passedOver);
}

async function startWebgpu(onFault: (fault: Fault) => void): Promise<Started | NotTried> {
  const found = await findAdapter();
  if ('kind' in found) return found;
  if (found.software) return onTheCpu('webgpu', found.name);
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // A device of our own: tfjs does not listen for errors, and one invalid program voids all that is recorded with it.
  const { device, limits } = await openDevice(found, onFault);
  removeBackend('webgpu'); // the backend of a lost device, or tfjs's own one
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, found.adapter.info));
  await use('webgpu');
  return { where: 'gpu', device: `WebGPU, ${found.name}`, limits };
}

async function startWebgl(onFault: (fault: Fault) => void): Promise<Started | NotTried> {
  const found = findContext();
  if ('kind' in found) return found;
  if (found.software) return onTheCpu('webgl', found.name);
  removeBackend('webgl'); // the backend of a lost context, or tfjs's own one
  const limits = registerWebgl(found, onFault);
  await use('webgl');
  return { where: 'gpu', device: `WebGL, ${found.name}`, limits };
}

/** The message: a graphics API emulated on the processor, which is slower than WebAssembly. */
const onTheCpu = (way: SoftwareAdapter['way'], adapter: string): SoftwareAdapter => ({
  kind: 'softwareAdapter',
  way,
  adapter,
});

async function startWasm(): Promise<Started> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  // Its threads start from scripts in a blob:, which the site's policy forbids; one thread is enough for a comparison.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(simd), // never read, but setWasmPaths requires all three
  });
  await use('wasm');
  return { where: 'host', device: 'WebAssembly', limits: HOST_LIMITS };
}

async function startCpu(): Promise<Started> {
  await use('cpu');
  return { where: 'host', device: 'JavaScript', limits: HOST_LIMITS };
}

function removeBackend(name: string): void {
  if (tf.findBackendFactory(name)) tf.removeBackend(name);
}

async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) {
    throw new Error(`tfjs refused to start its backend ‘${backend}’`);
  }
}

/** Relative to this module: a worker's location may be a blob:, against which no path resolves. */
const absolute = (path: string) => new URL(path, import.meta.url).href;

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
