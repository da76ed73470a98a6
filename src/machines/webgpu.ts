/**
 * @file A GPUDevice of our own: with the limits we want, and without silent failures. One invalid program voids the
 * whole command buffer it is recorded in; we listen for errors, and the run stops with a message.
 */
import { isSoftware, type Fault, type NoWebGpu } from '../core/backendFacts';
import type { DeviceLimits } from '../core/limits';
import { within } from '../core/patience';
import { saidOfLoss } from './alive';

export interface Adapter {
  readonly adapter: GPUAdapter;
  /** 'nvidia lovelace', 'google swiftshader', … */
  readonly name: string;
  /** Computed on the CPU: correct, and slow. */
  readonly software: boolean;
}

/** Milliseconds in which the browser must offer an adapter, and the adapter a device. */
const ASK_PATIENCE = 30_000;

/** The adapter of this machine, or why there is none. */
export async function findAdapter(): Promise<Adapter | NoWebGpu> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return { kind: 'noWebGpu', because: 'unsupported' };
  let adapter: GPUAdapter | null;
  try {
    adapter = await within(
      ASK_PATIENCE,
      gpu.requestAdapter({ powerPreference: 'high-performance' }),
      `it did not answer in ${ASK_PATIENCE / 1000} s`,
    );
  } catch (cause) {
    return { kind: 'noWebGpu', because: 'noAnswer', message: wordsOf(cause) };
  }
  if (!adapter) return { kind: 'noWebGpu', because: 'noAdapter' };
  const { vendor, architecture, description } = adapter.info;
  const name = [vendor, architecture].filter(Boolean).join(' ') || description || 'unnamed adapter';
  const fallback = (adapter.info as GPUAdapterInfo & { isFallbackAdapter?: boolean })
    .isFallbackAdapter;
  return { adapter, name, software: fallback === true || isSoftware(name) };
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

export interface Device {
  readonly device: GPUDevice;
  readonly limits: DeviceLimits;
}

/** The device of `adapter`. `onFault` is called once, with its loss or the first uncaught error. */
export async function openDevice(
  { adapter }: Adapter,
  onFault: (fault: Fault) => void,
): Promise<Device> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await within(
    ASK_PATIENCE,
    adapter.requestDevice({ requiredLimits }),
    `the graphics adapter gave no device in ${ASK_PATIENCE / 1000} s`,
  );
  let faulty = false;
  const fault = (kind: Fault['kind'], message: string) => {
    if (faulty) return;
    faulty = true;
    onFault({ kind, message });
  };
  void device.lost.then((info) => fault('lost', saidOfLoss(info)));
  device.onuncapturederror = ({ error }) => fault('error', error.message);
  lastDevice = device;
  return {
    device,
    limits: {
      // WebGPU does not say how much memory there is; one buffer's limit is the best hint.
      total: Math.max(adapter.limits.maxBufferSize, 2 ** 30),
      largestTensor: Math.min(
        adapter.limits.maxStorageBufferBindingSize,
        adapter.limits.maxBufferSize,
      ),
    },
  };
}

let lastDevice: GPUDevice | undefined;

/** For fault injection: the device in use. */
export const currentDevice = (): GPUDevice | undefined => lastDevice;

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
