/** @file Runs a kernel on the backend in use: recorded on the GPU, or as loops where the numbers lie in memory. */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { allocate, view } from './host';
import { accessOf, type BufferSpec, type Constants, type Kernel, type ScalarType } from './kernel';
import { meter } from './meter';
import { runRaw } from './raw';
import { runSimd } from './simd';

/** One launch as it was: what went in before it ran, what came out. The tensors are copies; whoever records disposes of them. */
export interface LaunchRecord {
  readonly kernel: Kernel;
  readonly uniforms: Readonly<Record<string, number>>;
  readonly constants: Constants;
  readonly before: ReadonlyMap<string, tf.Tensor>; // read and updated buffers
  readonly after: ReadonlyMap<string, tf.Tensor>; // written and updated buffers
}

/** Set by the self-test alone: sees every launch. */
export const recorder: { record?: ((launched: LaunchRecord) => void) | undefined } = {};

type Names<B, A extends string> = {
  [K in keyof B]: B[K] extends `${A} ${string}` ? K : never;
}[keyof B];

/** Tensors for the buffers that are read or updated; shapes for those that are written. */
export type Given<B> = { readonly [K in Names<B, 'read' | 'update'>]: tf.Tensor } & {
  readonly [K in Names<B, 'write'>]: readonly number[];
};
export type Made<B> = { readonly [K in Names<B, 'write'>]: tf.Tensor };

/**
 * Runs `kernel` with `threads` calls of its main. The caller owns, and disposes of, what is returned.
 */
export function launch<
  B extends Readonly<Record<string, BufferSpec>>,
  U extends Readonly<Record<string, ScalarType>>,
>(
  kernel: Kernel<B, U>,
  threads: number,
  given: Given<B>,
  uniforms: { readonly [K in keyof U]: number },
  constants: Constants = {},
): Made<B> {
  const onGpu = tf.getBackend() === 'webgpu';
  const made: Record<string, tf.Tensor> = {};
  const tensors = Object.entries(kernel.buffers).map(([name, spec]) => {
    const value = (given as Record<string, tf.Tensor | readonly number[]>)[name]!;
    if (accessOf(spec as BufferSpec) !== 'write') return value as tf.Tensor;
    return (made[name] = onGpu
      ? allocateOnGpu(value as readonly number[])
      : allocate(value as readonly number[]));
  });
  meter.note();

  const plain = kernel as unknown as Kernel;
  const run = () => {
    if (onGpu) runRaw(gpuBackend(), plain, constants, tensors, threads, uniforms);
    else runOnHost(plain, constants, tensors, threads, uniforms);
  };
  if (recorder.record) recorder.record(recorded(plain, uniforms, constants, tensors, run));
  else run();
  return made as Made<B>;
}

function runOnHost(
  kernel: Kernel,
  constants: Constants,
  tensors: readonly tf.Tensor[],
  threads: number,
  uniforms: Readonly<Record<string, number>>,
): void {
  const views = Object.fromEntries(
    Object.keys(kernel.buffers).map((name, at) => [name, view(tensors[at]!)]),
  );
  const vectors =
    tf.getBackend() === 'wasm' && runSimd(kernel, threads, views, uniforms, constants);
  if (!vectors) kernel.host(views as Parameters<Kernel['host']>[0], uniforms, constants);
}

export const gpuBackend = (): WebGPUBackend => tf.backend() as unknown as WebGPUBackend;

function allocateOnGpu(shape: readonly number[]): tf.Tensor {
  const info = gpuBackend().makeTensorInfo([...shape], 'float32');
  return tf.engine().makeTensorFromTensorInfo(info);
}

function recorded(
  kernel: Kernel,
  uniforms: Readonly<Record<string, number>>,
  constants: Constants,
  tensors: readonly tf.Tensor[],
  run: () => void,
): LaunchRecord {
  const copies = (without: 'read' | 'write') =>
    new Map(
      Object.entries(kernel.buffers)
        .map(([name, spec], at) => [name, spec, tensors[at]!] as const)
        .filter(([, spec]) => accessOf(spec) !== without)
        // Adding 0 copies the numbers; a clone would share the buffer that is about to change.
        .map(
          ([name, , tensor]) =>
            [name, tf.tidy(() => tf.add(tensor, tf.zerosLike(tensor)))] as const,
        ),
    );
  const before = copies('write');
  run();
  return { kernel, uniforms, constants, before, after: copies('read') };
}
