/** @file The compute pipelines of kernels, compiled once per device. */
import { accessOf, shaderOf, type Constants, type Kernel } from '../program/kernel';
import { alive } from './alive';

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiledBy = new WeakMap<GPUDevice, Map<string, Promise<Compiled>>>();

export function compile(
  device: GPUDevice,
  kernel: Kernel,
  constants: Constants,
  workgroup: number,
): Promise<Compiled> {
  let known = compiledBy.get(device);
  if (!known) compiledBy.set(device, (known = new Map()));
  const key = `${kernel.name} ${JSON.stringify(constants)} ${workgroup}`;
  let compiled = known.get(key);
  if (!compiled) known.set(key, (compiled = build(device, kernel, constants, workgroup, key)));
  return compiled;
}

async function build(
  device: GPUDevice,
  kernel: Kernel,
  constants: Constants,
  workgroup: number,
  label: string,
): Promise<Compiled> {
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
  const module = device.createShaderModule({ label, code: shaderOf(kernel, constants, workgroup) });
  try {
    const pipeline = await alive(
      device,
      device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'start' },
      }),
    );
    return { pipeline, layout };
  } catch (cause) {
    const { messages } = await alive(device, module.getCompilationInfo());
    const errors = messages.filter(({ type }) => type === 'error').map(({ message }) => message);
    const words = errors.length > 0 ? errors.join('; ') : String(cause);
    throw new Error(`the shader of ${kernel.name} was refused: ${words}`, { cause });
  }
}
