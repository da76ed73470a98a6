/**
 * @file Records our own pipelines, with several outputs each, into tfjs's command encoder.
 *
 * The only file that touches private fields of tfjs's WebGPU backend; `missingFields` checks at
 * start-up that the pinned version still has them. Layouts are explicit, so a kernel may leave a
 * binding unused without voiding the batch it is recorded in.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import {
  accessOf,
  dispatchOf,
  shaderOf,
  uniformBytes,
  type Constants,
  type Kernel,
} from './kernel';

/** What we use of the backend beyond its public types. */
interface Inside {
  readonly device: GPUDevice;
  readonly tensorMap: {
    get(dataId: object): { values: unknown; resource?: GPUBuffer | null };
  };
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly uniformPendingDisposal: GPUBuffer[];
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
}

const FIELDS = [
  'commandQueueOwnedIds',
  'uniformPendingDisposal',
  'computePassEncoder',
  'commandEncoder',
  'dispatchCountInPass',
  'tensorMap',
  'bufferManager',
] as const;

/** Fields of the backend that are gone; empty with the pinned version. */
export const missingFields = (backend: object): readonly string[] =>
  FIELDS.filter((field) => !(field in backend));

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiledBy = new WeakMap<GPUDevice, Map<string, Compiled>>();

const BATCH = 128; // dispatches per submit: fewer submits cost less JS, more delay the reuse of buffers

export function runRaw(
  backend: WebGPUBackend,
  kernel: Kernel,
  constants: Constants,
  tensors: readonly TensorInfo[],
  threads: number,
  uniforms: Readonly<Record<string, number>>,
): void {
  const inside = backend as unknown as Inside;
  const { device } = inside;
  const specs = Object.values(kernel.buffers);
  for (const tensor of tensors) backend.uploadToGPU(tensor.dataId);

  const bytes = uniformBytes(kernel.uniforms, threads, uniforms);
  const uniform = backend.bufferManager.acquireBuffer(
    bytes.byteLength,
    GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM,
  );
  device.queue.writeBuffer(uniform, 0, bytes);
  inside.uniformPendingDisposal.push(uniform);

  const { pipeline, layout } = compile(device, kernel, constants);
  const buffers = tensors.map((tensor, at) => {
    const data = inside.tensorMap.get(tensor.dataId);
    inside.commandQueueOwnedIds.add(tensor.dataId); // its disposal waits for the submit
    if (accessOf(specs[at]!) !== 'read') data.values = null; // else data() would answer from a stale copy
    return data.resource as GPUBuffer;
  });
  const group = device.createBindGroup({
    layout,
    entries: [...buffers, uniform].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });

  backend.ensureCommandEncoderReady();
  inside.computePassEncoder ??= inside.commandEncoder!.beginComputePass();
  inside.computePassEncoder.setPipeline(pipeline);
  inside.computePassEncoder.setBindGroup(0, group);
  inside.computePassEncoder.dispatchWorkgroups(...dispatchOf(threads));
  if (++inside.dispatchCountInPass >= BATCH) submit(backend);
}

/** Hands everything recorded so far to the GPU. */
export function submit(backend: WebGPUBackend): void {
  const inside = backend as unknown as Inside;
  if (!inside.commandEncoder) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function compile(device: GPUDevice, kernel: Kernel, constants: Constants): Compiled {
  let known = compiledBy.get(device);
  if (!known) compiledBy.set(device, (known = new Map()));
  const key = `${kernel.name} ${JSON.stringify(constants)}`;
  let compiled = known.get(key);
  if (!compiled) known.set(key, (compiled = build(device, kernel, constants, key)));
  return compiled;
}

function build(device: GPUDevice, kernel: Kernel, constants: Constants, label: string): Compiled {
  const types = Object.values(kernel.buffers).map((spec): GPUBufferBindingType =>
    accessOf(spec) === 'read' ? 'read-only-storage' : 'storage',
  );
  const layout = device.createBindGroupLayout({
    label,
    entries: [...types, 'uniform' as const].map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const pipeline = device.createComputePipeline({
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: {
      module: device.createShaderModule({ label, code: shaderOf(kernel, constants) }),
      entryPoint: 'start',
    },
  });
  return { pipeline, layout };
}
