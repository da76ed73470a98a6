/**
 * @file Chooses the machine: webgpu, then wasm, then cpu, each with its reason in words.
 *
 * A backend is taken only after `selfTest` has passed on it. A software WebGPU adapter is correct but
 * slower than WebAssembly for models of our size, so it is passed over unless it is asked for.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelId } from '../attention/kernels';
import type { DeviceLimits } from '../core/limits';

export type BackendName = 'webgpu' | 'wasm' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  readonly kernel: KernelId;
  readonly device: string;
  readonly reason: string;
  readonly limits: DeviceLimits;
}

/** tf.wasm's heap and JavaScript's arrays both end at 4 GiB or before; a share of it is enough for anything sensible. */
const HOST_LIMITS: DeviceLimits = { total: 1.5 * 2 ** 30, largestTensor: 2 ** 30 };

export interface Choice {
  readonly wanted: BackendName | 'auto';
  /** Runs every operation on the backend just started; throws, naming the operation, where one is wrong. */
  readonly selfTest: () => Promise<void>;
  readonly onFault: (message: string) => void;
  /** Address of the SIMD kernels for wasm; without it their loops are used. */
  readonly simdKernels?: string;
}

export async function chooseBackend({
  wanted,
  selfTest,
  onFault,
  simdKernels,
}: Choice): Promise<Backend> {
  const passedOver: string[] = [];
  for (const name of order(wanted)) {
    try {
      const started = await START[name](wanted, onFault, simdKernels);
      if (typeof started === 'string') {
        passedOver.push(started);
        continue;
      }
      await selfTest();
      const why = passedOver.length > 0 ? passedOver : [...(started.why ? [started.why] : [])];
      const chosen = wanted === name ? ['You asked for it.'] : [];
      const { kernel, device, limits } = started;
      return { name, kernel, device, limits, reason: [...why, ...chosen].join(' ') };
    } catch (cause) {
      passedOver.push(`${LABEL[name]} failed its self-test (${wordsOf(cause)}).`);
    }
  }
  throw new Error(`No way to compute was found. ${passedOver.join(' ')}`);
}

export const LABEL: Record<BackendName, string> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
};

/** What was asked for comes first; what is left is tried in the usual order behind it. */
function order(wanted: BackendName | 'auto'): readonly BackendName[] {
  const all: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];
  return wanted === 'auto' ? all : all.slice(all.indexOf(wanted));
}

type Started = Pick<Backend, 'kernel' | 'device' | 'limits'> & { readonly why?: string };

const START: Record<
  BackendName,
  (
    wanted: BackendName | 'auto',
    onFault: (message: string) => void,
    simdKernels: string | undefined,
  ) => Promise<Started | string>
> = {
  async webgpu(wanted, onFault) {
    // Loaded only here: importing the backend touches navigator.gpu.
    const { findAdapter, startWebGPU } = await import('./webgpu');
    const found = await findAdapter();
    if (typeof found === 'string') return found;
    if (found.software && wanted !== 'webgpu') {
      return `This machine’s WebGPU is computed on the CPU (${found.name}); WebAssembly is faster for small models.`;
    }
    const limits = await startWebGPU(found, onFault);
    return { kernel: 'webgpu', device: found.name, limits, why: 'WebGPU is the fastest way here.' };
  },
  async wasm(_wanted, _onFault, simdKernels) {
    const { startWasm } = await import('./wasm');
    return { ...(await startWasm(simdKernels)), limits: HOST_LIMITS };
  },
  async cpu() {
    await import('@tensorflow/tfjs'); // the whole package, which carries the cpu backend; hardly any machine comes here
    await tf.setBackend('cpu');
    return { kernel: 'host', device: 'JavaScript', limits: HOST_LIMITS };
  },
};

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
