/**
 * @file tfjs's WebGPU backend on a GPUDevice of our own: the limits and features we want, and nobody
 * fails silently. One invalid program voids the whole batch it is recorded in, and tfjs does not
 * listen; we do, and the run fails with words.
 */
import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { DeviceLimits } from '../core/limits';
import { missingFields } from './raw';

export interface Adapter {
  readonly adapter: GPUAdapter;
  /** 'nvidia lovelace', 'google swiftshader', … */
  readonly name: string;
  /** Computed on the CPU: correct, and slow. */
  readonly software: boolean;
}

/** The adapter of this machine, or in words why there is none. */
export async function findAdapter(): Promise<Adapter | string> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return 'This browser has no WebGPU.';
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    return `WebGPU could not be asked for a graphics adapter (${wordsOf(cause)}).`;
  }
  if (!adapter) return 'WebGPU is here, but it offers no graphics adapter.';
  const { vendor, architecture, description } = adapter.info;
  const name = [vendor, architecture].filter(Boolean).join(' ') || description || 'unnamed adapter';
  const fallback = (adapter.info as GPUAdapterInfo & { isFallbackAdapter?: boolean })
    .isFallbackAdapter;
  return { adapter, name, software: fallback === true || /swiftshader|llvmpipe|warp/i.test(name) };
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/**
 * Makes tfjs compute on `adapter`. `onFault` hears, once, of the first lost device or uncaptured error.
 * Throws where the device cannot be had or the pinned tfjs is not the one we know.
 */
export async function startWebGPU(
  { adapter }: Adapter,
  onFault: (message: string) => void,
): Promise<DeviceLimits> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  let faulty = false;
  const fault = (message: string) => {
    if (faulty) return;
    faulty = true;
    onFault(message);
  };
  void device.lost.then(({ message, reason }) =>
    fault(`The graphics device was lost (${message || reason}). The model’s numbers went with it.`),
  );
  device.onuncapturederror = ({ error }) =>
    fault(
      `The graphics device reported an error (${error.message}). Its results cannot be trusted.`,
    );

  // Small stock operations would otherwise run on the CPU, and tests of them would test nothing.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 128);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => {
    const backend = new WebGPUBackend(device, adapter.info);
    const gone = missingFields(backend);
    if (gone.length > 0)
      throw new Error(
        `tfjs's WebGPU backend has no ${gone.join(', ')}; this page knows version 4.22.0`,
      );
    return backend;
  });
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs refused to start its WebGPU backend');
  lastDevice = device;
  return {
    // WebGPU does not say how much memory there is; one buffer's limit is the best hint.
    total: Math.max(adapter.limits.maxBufferSize, 2 ** 30),
    largestTensor: Math.min(
      adapter.limits.maxStorageBufferBindingSize,
      adapter.limits.maxBufferSize,
    ),
  };
}

let lastDevice: GPUDevice | undefined;

/** For fault injection: the device in use. */
export const currentDevice = (): GPUDevice | undefined => lastDevice;

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
