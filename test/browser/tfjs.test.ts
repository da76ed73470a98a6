/** @file TensorFlow.js as a way to compute: which of its backends is taken, and what happens when its device breaks. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import { currentDevice } from '../../src/gpu/webgpu';
import type { BackendInfo, EngineEvent, RunState } from '../../src/link/protocol';
import { startTfjs } from '../../src/reference/tfjs';
import { DEFAULTS, type RunSpec } from '../../src/spec/run';

afterEach(() => vi.restoreAllMocks());

const ignore = () => {};

/** Chromium's software adapter under the name of a graphics card. */
async function pretendCard(): Promise<void> {
  const request = navigator.gpu.requestAdapter.bind(navigator.gpu);
  vi.spyOn(navigator.gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = (await request(options))!;
    const info = { vendor: 'a', architecture: 'card', description: '', device: '' };
    Object.defineProperty(adapter, 'info', { value: info });
    return adapter;
  });
}

describe('which backend of tfjs is taken', () => {
  test('a graphics card: its WebGPU, which passes the self-test', async () => {
    await pretendCard();
    const { models, device, reason } = await startTfjs({ onFault: ignore });
    expect(models).toMatchObject({ kernel: 'composed', where: 'gpu', ahead: 2 });
    expect(device).toBe('WebGPU, a card');
    expect(reason).toMatch(/^You asked for TensorFlow\.js/);
  });

  test('a software adapter: its WebAssembly, with the reason', async () => {
    const { models, device, reason } = await startTfjs({ onFault: ignore });
    expect(models).toMatchObject({ kernel: 'composed', where: 'host', ahead: 0 });
    expect(device).toBe('WebAssembly');
    expect(reason).toMatch(
      /^This machine’s WebGPU is computed on the CPU \(.*swiftshader.*\)\. You/,
    );
  });

  test('one that computes wrongly is passed over, naming what was wrong', async () => {
    let calls = 0;
    const { device, reason } = await startTfjs({
      onFault: ignore,
      selfTest: async () => {
        if (calls++ === 0) throw new Error('the gradient: off by 0.5 of the largest number');
      },
    });
    expect(device).toBe('JavaScript');
    expect(reason).toContain('Its WebAssembly cannot be used (the gradient: off by 0.5');
  });

  test('none works: nothing else is taken, and every reason is said', async () => {
    const selfTest = async () => {
      throw new Error('broken');
    };
    await expect(startTfjs({ onFault: ignore, selfTest })).rejects.toThrow(
      /^TensorFlow\.js cannot compute here\. .* Its WebAssembly cannot be used \(broken\)\. Its JavaScript cannot be used \(broken\)\. Choose another way/,
    );
  });
});

const small: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  width: 16,
  heads: 2,
  layers: 2,
  batch: 2,
  backend: 'tfjs',
};

/** An engine in this page, so that its device can be broken. */
async function running() {
  const states: RunState[] = [];
  const steps: { readonly step: number; readonly loss: number }[] = [];
  const backends: BackendInfo[] = [];
  const engine = new Engine((event: EngineEvent) => {
    if (event.type === 'state') states.push(event.state);
    if (event.type === 'backend') backends.push(event.backend);
    if (event.type === 'metrics') steps.push(...event.steps);
  });
  engine.receive({ type: 'open', runId: 'a', spec: small });
  engine.receive({ type: 'control', runId: 'a', action: 'run' });
  const more = async (than: number) =>
    vi.waitFor(() => expect(steps.length).toBeGreaterThan(than), { timeout: 90_000 });
  const why = () => states.flatMap((state) => ('why' in state && state.why ? [state.why] : []));
  await more(1);
  return { states, engine, steps, backends, more, why };
}

describe('a device that breaks while tfjs trains on it', () => {
  test('lost: the run goes on from its last snapshot, with tfjs on a new device', async () => {
    await pretendCard();
    const { engine, steps, why, more, backends } = await running();
    // Until a snapshot has been taken, which is every five seconds.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    currentDevice()!.destroy();
    await vi.waitFor(
      () =>
        expect(why()).toEqual([
          expect.stringMatching(/graphics device was lost .* Training went on from step \d+\./),
        ]),
      { timeout: 60_000 },
    );
    const resumed = Number(/from step (\d+)/.exec(why()[0]!)![1]);
    expect(resumed).toBeGreaterThan(0);
    const before = steps.length;
    await more(before + 2);
    // A step that is taken again has the loss it had.
    const again = steps.slice(before);
    for (const { step, loss } of again) {
      const first = steps.slice(0, before).find((old) => old.step === step);
      if (first) expect(loss).toBeCloseTo(first.loss, 4);
    }
    expect(again[0]!.step).toBe(resumed + 1);
    expect(backends.map(({ device }) => device)).toEqual(Array(2).fill('WebGPU, a card'));
    engine.receive({ type: 'control', runId: 'a', action: 'close' });
  });

  test('an error nobody caught: tfjs goes on without the card', async () => {
    await pretendCard();
    const { engine, steps, why, more, backends } = await running();
    currentDevice()!.onuncapturederror!({
      error: { message: 'as a driver reports it' },
    } as GPUUncapturedErrorEvent);
    await vi.waitFor(
      () => expect(why()).toEqual([expect.stringMatching(/cannot be trusted\. Training went on/)]),
      { timeout: 60_000 },
    );
    expect(backends.map(({ name }) => name)).toEqual(['tfjs', 'tfjs']);
    expect(backends[1]!.device).toBe('WebAssembly');
    await more(steps.length + 3);
    engine.receive({ type: 'control', runId: 'a', action: 'close' });
  });
});

test('from tfjs to our kernels and back: the run that is opened next is computed as it asks', async () => {
  const { engine, backends, more, steps } = await running();
  for (const [i, backend] of (['wasm', 'tfjs'] as const).entries()) {
    engine.receive({ type: 'control', runId: 'a', action: 'close' });
    engine.receive({ type: 'open', runId: 'a', spec: { ...small, backend } });
    engine.receive({ type: 'control', runId: 'a', action: 'run' });
    await vi.waitFor(() => expect(backends).toHaveLength(i + 2), { timeout: 60_000 });
    await more(steps.length + 2);
  }
  expect(backends.map(({ name }) => name)).toEqual(['tfjs', 'wasm', 'tfjs']);
  engine.receive({ type: 'control', runId: 'a', action: 'close' });
});
