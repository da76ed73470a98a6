/** @file Requests that a graphics device leaves unanswered end with a message: nothing waits for ever. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/machines/backend';
import { gpuMachine } from '../../src/machines/gpuMachine';
import { findAdapter, openDevice, type Adapter } from '../../src/machines/webgpu';
import { defineKernel } from '../../src/program/kernel';
import { ProgramWriter } from '../../src/program/program';

const never = () => new Promise<never>(() => {});
const ignore = () => {};

/** A device whose promises, except `lost`, stay pending unless `made` gives them. */
function deafDevice(made: Partial<GPUDevice> = {}) {
  let lose: (info: GPUDeviceLostInfo) => void = ignore;
  const buffer = (size: number) => ({ size, destroy: ignore, mapAsync: never });
  const device = {
    lost: new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve)),
    queue: { submit: ignore, writeBuffer: ignore, onSubmittedWorkDone: never },
    createBuffer: ({ size }: GPUBufferDescriptor) => buffer(size),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup: () => ({}),
    createShaderModule: () => ({ getCompilationInfo: never }),
    createCommandEncoder: () => ({ copyBufferToBuffer: ignore, finish: () => ({}) }),
    createComputePipelineAsync: never,
    ...made,
  } as unknown as GPUDevice;
  return {
    device,
    lose: () => lose({ reason: 'unknown', message: 'the driver died' } as GPUDeviceLostInfo),
  };
}

function bundle() {
  const kernel = defineKernel({
    name: 'double',
    buffers: { x: 'read f32', y: 'write f32' },
    uniforms: {},
    wgsl: () => 'fn main(i: u32) { y[i] = 2.0 * x[i]; }',
    host: ignore,
  });
  const writer = new ProgramWriter();
  const [x, y] = [writer.temporary('x', 1), writer.temporary('y', 1)];
  writer.launch(kernel, 1, { x, y }, {});
  return {
    kept: { numbers: { length: 4, element: 'f32' as const } },
    programs: { all: writer.program() },
  };
}

const LOST = 'The graphics device was lost (the driver died).';
const open = (device: GPUDevice) => gpuMachine(device, 'gpu').open(bundle());
const compiles = { createComputePipelineAsync: () => Promise.resolve({} as GPUComputePipeline) };
const refuses = { createComputePipelineAsync: () => Promise.reject(new Error('refused')) };
const numbers = { buffer: 'numbers', at: 0, length: 4 };

/** Its outcome; 'pending' if it is still waiting. */
const outcome = (work: Promise<unknown>) =>
  Promise.race([
    work.then(
      () => 'done',
      (cause: Error) => cause.message,
    ),
    new Promise((resolve) => setTimeout(resolve, 50, 'pending')),
  ]);

beforeEach(() => {
  vi.stubGlobal('GPUBufferUsage', {});
  vi.stubGlobal('GPUShaderStage', {});
  vi.stubGlobal('GPUMapMode', {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('what a lost device never answers is rejected with its loss:', () => {
  test.each([
    ['a read', compiles, async (device: GPUDevice) => (await open(device)).read(numbers)],
    ['the end of the work', compiles, async (device: GPUDevice) => (await open(device)).settled()],
    ['a pipeline', {}, open],
    ['why a shader was refused', refuses, open],
  ])('%s', async (_, made, work) => {
    const { device, lose } = deafDevice(made);
    const waiting = work(device);
    expect(await outcome(waiting)).toBe('pending');
    lose();
    expect(await outcome(waiting)).toContain(LOST);
    expect(await outcome(work(device))).toContain(LOST); // and later requests
  });
});

describe('a browser that does not answer', () => {
  const graphics = (requestAdapter: () => Promise<unknown>) =>
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });

  test('when asked for an adapter counts as one without WebGPU', async () => {
    vi.useFakeTimers();
    graphics(never);
    const found = findAdapter();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await Promise.race([found, 'pending'])).toEqual({
      kind: 'noWebGpu',
      because: 'noAnswer',
      message: 'it did not answer in 30 s',
    });
  });

  test('when asked for a device is refused in words', async () => {
    vi.useFakeTimers();
    const adapter = { limits: {}, requestDevice: never } as unknown as GPUAdapter;
    const opened = openDevice({ adapter, name: 'x', software: false } as Adapter, ignore).catch(
      (cause: Error) => cause.message,
    );
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await Promise.race([opened, 'pending'])).toMatch(/gave no device in 30 s/);
  });

  test('in the self-test is skipped, and the reason says so', async () => {
    vi.useFakeTimers();
    const { device } = deafDevice();
    const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1 };
    const info = { vendor: 'a', architecture: 'card' };
    graphics(() => Promise.resolve({ limits, info, requestDevice: () => Promise.resolve(device) }));
    const chosen = chooseBackend({
      wanted: 'auto',
      selfTest: ({ kernel }) => (kernel === 'gpu' ? never() : Promise.resolve()),
      onFault: ignore,
    });
    await vi.advanceTimersByTimeAsync(120_000);
    const backend = await Promise.race([chosen, Promise.resolve(undefined)]);
    expect(backend).toMatchObject({
      name: 'wasm',
      why: [{ kind: 'failedSelfTest', way: 'webgpu', message: 'it did not finish after 120 s' }],
    });
  });
});
