/** @file Every fault of a machine is reported, with its reason and what to do. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import { chooseBackend } from '../../src/machines/backend';
import { gpuMachine } from '../../src/machines/gpuMachine';
import { currentDevice } from '../../src/machines/webgpu';
import type { EngineEvent } from '../../src/workers/train/protocol';
import type { RunState } from '../../src/workers/train/runState';
import { attentionGradKeys } from '../../src/ops/attention/backward';
import { productSwiglu } from '../../src/ops/product/swiglu';
import simdKernels from '../../src/ops/simd.wasm?url';
import { defineKernel } from '../../src/program/kernel';
import { ProgramWriter } from '../../src/program/program';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { sayBackend, sayMoved } from '../../src/state/sayEngine';
import { selfTest } from '../../src/train/selfTest';
import { Trainer } from '../../src/train/trainer';

/**
 * For work that an idle machine does in a few seconds, and that takes a minute while three other processes compile
 * shaders.
 */
const PATIENCE = 100_000;

vi.mock('../../src/train/selfTest', { spy: true });

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(selfTest).mockReset();
});

const passes = async () => {};
const ignore = () => {};

describe('choosing a backend', () => {
  test('a software adapter and WebAssembly share one processor: WebAssembly is used until it is known which is faster', async () => {
    const choose = (faster?: 'webgpu' | 'wasm') =>
      chooseBackend({
        wanted: 'auto',
        selfTest,
        onFault: ignore,
        simdKernels,
        ...(faster && {
          steps: faster === 'wasm' ? { wasm: 3, webgpu: 40 } : { wasm: 40, webgpu: 3 },
        }),
      });
    const unknown = await choose();
    expect(unknown).toMatchObject({ name: 'wasm', software: true });
    expect(sayBackend(unknown.why)).toMatch(
      /^This machine’s WebGPU is computed on the CPU \(.*swiftshader.*\); WebAssembly is taken, and both are timed in a quiet moment\.$/,
    );
    for (const faster of ['wasm', 'webgpu'] as const) {
      const known = await choose(faster);
      expect(known.name).toBe(faster);
      expect(sayBackend(known.why)).toContain(
        `; for this model a short test predicts ${faster === 'wasm' ? '3.0' : '40'} ms a step`,
      );
    }
  });

  test('on an idle machine both are timed, and the page gets the figures', async () => {
    const reasons: string[] = [];
    const engine = new Engine((event) => {
      if (event.type === 'backend') reasons.push(sayBackend(event.backend.why));
    });
    engine.receive({ type: 'open', runId: 'a', spec: { ...small, backend: 'auto' } });
    await vi.waitFor(
      () =>
        expect(reasons.at(-1)).toMatch(
          /; for this model a short test predicts [\d.]+ ms a step in WebAssembly, [\d.]+ ms in WebGPU\.$/,
        ),
      { timeout: PATIENCE },
    );
    expect(reasons).toHaveLength(2);
    engine.receive({ type: 'close', runIds: ['a'] });
  });

  test('without an adapter the next backend is used, with the reason', async () => {
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
    const backend = await chooseBackend({ wanted: 'webgpu', selfTest: passes, onFault: ignore });
    expect(backend).toMatchObject({ name: 'wasm', kernel: 'host' });
    expect(sayBackend(backend.why)).toBe('This browser has WebGPU, but no graphics adapter.');
  });

  test('without WebGPU the next backend is used, with the reason', async () => {
    vi.spyOn(navigator, 'gpu', 'get').mockReturnValue(undefined as never);
    const backend = await chooseBackend({ wanted: 'auto', selfTest: passes, onFault: ignore });
    expect(sayBackend(backend.why)).toBe('This browser has no WebGPU.');
  });

  test('after a failed self-test the next backend is used, and the operation is named', async () => {
    let calls = 0;
    const backend = await chooseBackend({
      wanted: 'webgpu',
      selfTest: async () => {
        if (calls++ === 0) throw new Error('attentionForward is off by 0.3 of its largest number');
      },
      onFault: ignore,
    });
    expect(backend.name).toBe('wasm');
    expect(sayBackend(backend.why)).toContain(
      'WebGPU failed its self-test (attentionForward is off by 0.3',
    );
  });

  test('without the file of the SIMD kernels JavaScript computes, and the page is told', async () => {
    const backend = await chooseBackend({
      wanted: 'wasm',
      selfTest,
      onFault: ignore,
      simdKernels: '/nowhere/simd.wasm',
    });
    expect(backend).toMatchObject({ name: 'cpu', kernel: 'host' });
    expect(sayBackend(backend.why)).toMatch(/^WebAssembly failed its self-test \(.+\)\.$/);
  });

  test('if nothing works, every reason is given', async () => {
    const broken = async () => {
      throw new Error('broken');
    };
    await expect(
      chooseBackend({ wanted: 'wasm', selfTest: broken, onFault: ignore }),
    ).rejects.toMatchObject({
      of: 'ours',
      facts: [
        { kind: 'failedSelfTest', way: 'wasm', message: 'broken' },
        { kind: 'failedSelfTest', way: 'cpu', message: 'broken' },
      ],
    });
  });
});

describe('the self-test', () => {
  // The self-test compares against the loops, so breaking them is as good as breaking a shader.
  test('passes on WebGPU and names a kernel whose numbers are wrong', async () => {
    const { machine } = await chooseBackend({ wanted: 'webgpu', selfTest, onFault: ignore });
    expect(machine.kernel).toBe('softwareGpu');
    vi.spyOn(productSwiglu, 'host').mockImplementation(
      ({ gated }) => void (gated as Float32Array).fill(7),
    );
    await expect(selfTest(machine)).rejects.toThrow(/^productSwiglu is off by/);
  });

  test('checks the WebAssembly kernels too', async () => {
    const { machine } = await chooseBackend({
      wanted: 'wasm',
      selfTest,
      onFault: ignore,
      simdKernels,
    });
    expect(machine.kernel).toBe('simd');
    vi.spyOn(attentionGradKeys, 'host').mockImplementation(
      ({ dqkv }) => void (dqkv as Float32Array).fill(7),
    );
    await expect(selfTest(machine)).rejects.toThrow(/^attentionGradKeys is off by/);
  });
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

/** Milliseconds: of what a user's run does every five seconds, and gives up after ten, no test has to wait for. */
const HASTY = { snapshotEvery: 500, patience: 2000 };

/**
 * An engine in this page, so that its device can be broken. A self-test on the software adapter compiles for seconds,
 * on every new device: `tested` where it matters.
 */
async function running(tested = false) {
  if (!tested) vi.mocked(selfTest).mockResolvedValue();
  const states: RunState[] = [];
  const steps: number[] = [];
  const backends: string[] = [];
  const engine = new Engine((event: EngineEvent) => {
    if (event.type === 'state') states.push(event.state);
    if (event.type === 'backend') backends.push(event.backend.name);
    if (event.type === 'metrics') steps.push(...event.steps.map(({ step }) => step));
  }, HASTY);
  const snapshot = vi.spyOn(Trainer.prototype, 'snapshot');
  engine.receive({ type: 'open', runId: 'a', spec: small });
  engine.receive({ type: 'ask', runIds: ['a'], action: 'run' });
  const more = async (than: number) =>
    vi.waitFor(() => expect(steps.length).toBeGreaterThan(than), { timeout: PATIENCE });
  await more(1);
  /** Until a snapshot was taken, and steps that only a repetition gives again. */
  const kept = async () => {
    await vi.waitFor(() => expect(snapshot).toHaveBeenCalled(), { timeout: PATIENCE });
    await more(steps.length + 1);
  };
  const why = () =>
    states.flatMap((state) => ('moved' in state && state.moved ? [sayMoved(state.moved)] : []));
  return { states, engine, steps, backends, more, kept, why };
}

/** Breaks the device as a driver bug would: with a shader that does not compile. */
async function invalidShader(): Promise<void> {
  const invalid = defineKernel({
    name: 'invalid',
    buffers: { x: 'read f32', y: 'write f32' },
    uniforms: {},
    wgsl: () => 'fn main(i: u32) { y[i] = nonsense(x[i]); }',
    host: ignore,
  });
  const writer = new ProgramWriter();
  const [x, y] = [writer.temporary('x', 1), writer.temporary('y', 1)];
  writer.launch(invalid, 1, { x, y }, {});
  await gpuMachine(currentDevice()!, 'gpu').open({
    kept: {},
    programs: { all: writer.program() },
  });
}

describe('a device that breaks while a run trains', () => {
  test('if it is lost, the run continues from its last snapshot on a new device, and says so', async () => {
    const { engine, steps, why, more, kept, states, backends } = await running(true);
    await kept();
    currentDevice()!.destroy();
    await vi.waitFor(
      () =>
        expect(why()).toEqual([
          expect.stringMatching(/graphics device was lost .* Training went on from step \d+\./),
        ]),
      { timeout: PATIENCE },
    );
    const resumed = Number(/from step (\d+)/.exec(why()[0]!)![1]);
    expect(resumed).toBeGreaterThan(0);
    const count = steps.length;
    await more(count + 3);
    const fresh = steps.slice(steps.lastIndexOf(resumed + 1));
    expect(fresh).toEqual(fresh.map((_, i) => resumed + 1 + i));
    expect(states.at(-1)).toMatchObject({ phase: 'running' });
    expect(backends).toEqual(['webgpu', 'webgpu']);
    engine.receive({ type: 'close', runIds: ['a'] });
  });

  test('if it is lost repeatedly, the page gives up after three times', async () => {
    const { engine, states, why, more, steps } = await running();
    for (let losses = 1; losses <= 3; losses++) {
      currentDevice()!.destroy();
      await vi.waitFor(() => expect(why()).toHaveLength(losses), { timeout: PATIENCE });
      await more(steps.length + 1);
    }
    currentDevice()!.destroy();
    await vi.waitFor(
      () =>
        expect(states.at(-1)).toMatchObject({
          phase: 'failed',
          failure: { kind: 'failsAgain', fault: { kind: 'lost' }, times: 4 },
        }),
      { timeout: PATIENCE },
    );
    engine.receive({ type: 'close', runIds: ['a'] });
  });

  test('after an uncaught error the numbers are not trusted, and the run continues on another backend', async () => {
    const { engine, why, more, steps, backends } = await running();
    await invalidShader().catch(ignore); // the open fails, and the device reports it
    currentDevice()!.onuncapturederror!({
      error: { message: 'as a driver reports it' },
    } as GPUUncapturedErrorEvent);
    await vi.waitFor(
      () =>
        expect(why()).toEqual([
          expect.stringMatching(/reported an error .*cannot be trusted\. Training went on/s),
        ]),
      { timeout: PATIENCE },
    );
    expect(backends[0]).toBe('webgpu');
    expect(backends.at(-1)).not.toBe('webgpu');
    await more(steps.length + 3);
    engine.receive({ type: 'close', runIds: ['a'] });
  });

  test('a paused run whose device is lost stays paused afterwards', async () => {
    const { engine, states, why } = await running();
    engine.receive({ type: 'ask', runIds: ['a'], action: 'pause' });
    await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ phase: 'paused' }), {
      timeout: PATIENCE,
    });
    currentDevice()!.destroy();
    const { step } = states.at(-1) as { step: number };
    await vi.waitFor(() => expect(why()[0]).toMatch(`It can go on from step ${step}.`), {
      timeout: PATIENCE,
    });
    expect(states.at(-1)).toMatchObject({ phase: 'paused', step });
  });
});

test('a shader that does not compile is refused by name when a model is opened', async () => {
  await chooseBackend({ wanted: 'webgpu', selfTest: passes, onFault: ignore });
  await expect(invalidShader()).rejects.toThrow(/^the shader of invalid was refused: .*nonsense/);
});
