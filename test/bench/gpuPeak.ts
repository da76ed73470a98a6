/** @file The same two peaks in WGSL. */
import type { Best, Peak } from './peaks';

const THREADS = 2 ** 15;
const GROUP = 64;
const VECTORS = 8;
const STEPS = 64; // per round

/** Whether a × b + c or fma() is faster differs between adapters, so both are tried. */
const products = (step: (x: string) => string) => `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> given: array<vec4f>;
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = given[0];
  let c = given[1] + f32(id.x);
  ${times(VECTORS, (i) => `var x${i} = c;`)}
  for (var n = 0; n < ${STEPS}; n++) {
    ${times(VECTORS, (i) => `x${i} = ${step(`x${i}`)};`)}
  }
  out[id.x] = dot(${times(VECTORS, (i) => `x${i}`, ' + ')}, vec4f(1));
}`;

const triad = (across: number) => `
@group(0) @binding(0) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read> c: array<vec4f>;
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.y * ${across * GROUP}u + id.x;
  a[i] = b[i] + 0.5 * c[i];
}`;

const times = (n: number, of: (i: number) => string, between = '\n  ') =>
  Array.from({ length: n }, (_, i) => of(i)).join(between);

export async function measureGpuPeak(best: Best): Promise<Peak | undefined> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return undefined;
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  const buffer = (size: number) =>
    device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
  const runner = (code: string, buffers: readonly GPUBuffer[], x: number, y = 1) => {
    const pipeline = device.createComputePipeline({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }) },
    });
    const bindings = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return async (rounds: number) => {
      const encoder = device.createCommandEncoder();
      for (let round = 0; round < rounds; round++) {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings);
        pass.dispatchWorkgroups(x, y);
        pass.end();
      }
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    };
  };

  const given = buffer(32);
  device.queue.writeBuffer(given, 0, new Float32Array([0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1]));
  const out = buffer(4 * THREADS);
  let rounds = 0;
  for (const step of [(x: string) => `${x} * m + c`, (x: string) => `fma(${x}, m, c)`])
    rounds = Math.max(rounds, await best(runner(products(step), [out, given], THREADS / GROUP), 1));

  const across = 4096; // workgroups side by side
  const row = across * GROUP * 16; // bytes
  const bytes =
    row * Math.floor(Math.min(192 * 2 ** 20, maxStorageBufferBindingSize, maxBufferSize) / row);
  const arrays = [buffer(bytes), buffer(bytes), buffer(bytes)];
  const triads = await best(runner(triad(across), arrays, across, bytes / row), 1);
  device.destroy();
  return {
    gflops: (rounds * THREADS * STEPS * VECTORS * 8) / 1e6,
    gigabytes: (triads * 3 * bytes) / 1e6,
  };
}
