/** @file What goes wrong with a machine goes wrong loudly, with a reason and what to do. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import { chooseBackend } from '../../src/gpu/backend';
import { defineKernel } from '../../src/gpu/kernel';
import { launch } from '../../src/gpu/launch';
import { currentDevice } from '../../src/gpu/webgpu';
import type { EngineEvent, RunState } from '../../src/link/protocol';
import { selfTest } from '../../src/model/selfTest';
import { attentionGradKeys } from '../../src/ops/attention/backward';
import simdKernels from '../../src/ops/simd.wasm?url';
import { swiglu } from '../../src/ops/swiglu/kernel';
import { DEFAULTS, type RunSpec } from '../../src/spec/run';

afterEach(() => vi.restoreAllMocks());

const passes = async () => {};
const ignore = () => {};

describe('choosing a backend', () => {
  test('a software adapter is passed over for WebAssembly, and the page is told', async () => {
    const backend = await chooseBackend({ wanted: 'auto', selfTest, onFault: ignore });
    expect(backend.name).toBe('wasm');
    expect(backend.reason).toMatch(
      /WebGPU is computed on the CPU \(.*swiftshader.*\); WebAssembly is faster/,
    );
  });

  test('no adapter: the next backend, with the reason', async () => {
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
    const backend = await chooseBackend({ wanted: 'webgpu', selfTest: passes, onFault: ignore });
    expect(backend).toMatchObject({ name: 'wasm', kernel: 'host' });
    expect(backend.reason).toBe('WebGPU is here, but it offers no graphics adapter.');
  });

  test('no WebGPU at all: the next backend, with the reason', async () => {
    vi.spyOn(navigator, 'gpu', 'get').mockReturnValue(undefined as never);
    const backend = await chooseBackend({ wanted: 'auto', selfTest: passes, onFault: ignore });
    expect(backend.reason).toBe('This browser has no WebGPU.');
  });

  test('a failing self-test: the next backend, naming the operation', async () => {
    let calls = 0;
    const backend = await chooseBackend({
      wanted: 'webgpu',
      selfTest: async () => {
        if (calls++ === 0) throw new Error('attentionForward is off by 0.3 of its largest number');
      },
      onFault: ignore,
    });
    expect(backend.name).toBe('wasm');
    expect(backend.reason).toContain('WebGPU failed its self-test (attentionForward is off by 0.3');
  });

  test('nothing works: every reason is said', async () => {
    const broken = async () => {
      throw new Error('broken');
    };
    await expect(
      chooseBackend({ wanted: 'wasm', selfTest: broken, onFault: ignore }),
    ).rejects.toThrow(
      'No way to compute was found. WebAssembly failed its self-test (broken). JavaScript failed its self-test (broken).',
    );
  });
});

test('the self-test passes on WebGPU, and notices a kernel whose numbers are wrong', async () => {
  await chooseBackend({ wanted: 'webgpu', selfTest, onFault: ignore });
  expect(tf.getBackend()).toBe('webgpu');
  // The loops are the truth it compares with; turning them wrong is as good as a wrong shader.
  vi.spyOn(swiglu, 'host').mockImplementation(({ y }) => void (y as Float32Array).fill(7));
  await expect(selfTest()).rejects.toThrow(/^swiglu is off by/);
});

test('the self-test checks the SIMD kernels too', async () => {
  await chooseBackend({ wanted: 'wasm', selfTest, onFault: ignore, simdKernels });
  expect(tf.getBackend()).toBe('wasm');
  vi.spyOn(attentionGradKeys, 'host').mockImplementation(
    ({ dk }) => void (dk as Float32Array).fill(7),
  );
  await expect(selfTest()).rejects.toThrow(/^attentionGradKeys is off by/);
});

test('without the file of the SIMD kernels the loops do their work, and the page is told', async () => {
  const backend = await chooseBackend({
    wanted: 'wasm',
    selfTest,
    onFault: ignore,
    simdKernels: '/nowhere/simd.wasm',
  });
  expect(backend).toMatchObject({ kernel: 'host', device: 'WebAssembly, attention in JavaScript' });
});

const small: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  width: 16,
  heads: 2,
  batch: 2,
  backend: 'webgpu',
};

/** An engine in this page, so that its device can be broken. */
async function running(): Promise<{
  states: RunState[];
  engine: Engine;
  failed: () => string | undefined;
}> {
  const states: RunState[] = [];
  const steps: number[] = [];
  const engine = new Engine((event: EngineEvent) => {
    if (event.type === 'state') states.push(event.state);
    if (event.type === 'metrics') steps.push(...event.steps.map(({ step }) => step));
  });
  engine.receive({ type: 'open', runId: 'a', spec: small });
  engine.receive({ type: 'control', runId: 'a', action: 'run' });
  await vi.waitFor(() => expect(steps.length).toBeGreaterThan(1), { timeout: 60_000 });
  const failed = () => {
    const last = states.at(-1)!;
    return last.phase === 'failed' ? last.message : undefined;
  };
  return { states, engine, failed };
}

describe('a device that breaks while a run is training', () => {
  test('lost: the run fails visibly, and Reset starts again on a new one', async () => {
    const { engine, failed, states } = await running();
    currentDevice()!.destroy();
    await vi.waitFor(() => expect(failed()).toMatch(/graphics device was lost.*Press Reset/), {
      timeout: 20_000,
    });
    engine.receive({ type: 'open', runId: 'b', spec: small });
    await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ phase: 'paused', step: 0 }), {
      timeout: 60_000,
    });
  });

  test('an invalid shader voids the batch it is in: the run fails instead of learning from zeros', async () => {
    const { failed } = await running();
    const invalid = defineKernel({
      name: 'invalid',
      buffers: { x: 'read f32', y: 'write f32' },
      uniforms: {},
      wgsl: () => 'fn main(i: u32) { y[i] = nonsense(x[i]); }',
      host: ignore,
    });
    launch(invalid, 1, { x: tf.tensor1d([1]), y: [1] }, {});
    await vi.waitFor(
      () => expect(failed()).toMatch(/reported an error .*cannot be trusted.*Press Reset/s),
      {
        timeout: 20_000,
      },
    );
  });
});
