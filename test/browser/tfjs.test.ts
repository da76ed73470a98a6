/** @file TensorFlow.js as a backend: which of its own backends is used, and what happens when its device breaks. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import { currentDevice } from '../../src/machines/webgpu';
import type { EngineEvent } from '../../src/workers/train/protocol';
import type { BackendInfo, RunState } from '../../src/workers/train/runState';
import { tapedSelfTest } from '../../src/reference/selfTest';
import { startTfjs } from '../../src/reference/tfjs';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { Trainer } from '../../src/train/trainer';
import { sayBackend, sayMoved } from '../../src/state/sayEngine';
import { loseContext, pretendWebglCard, pretendWebgpuCard } from '../support/cards';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const ignore = () => {};

/** Waits for one fence; the whole self-test would compile every shader first. */
const readsOneSum = async () => {
  await tf.tidy(() => tf.add(tf.ones([64, 64]), 1)).data();
};

describe('the tfjs backend', () => {
  test('with a graphics card is its WebGPU, which passes the self-test', async () => {
    pretendWebgpuCard();
    const { models, device, why } = await startTfjs({ onFault: ignore });
    expect(models).toMatchObject({ kernel: 'composed', where: 'gpu', ahead: 2 });
    expect(device).toBe('WebGPU, a card');
    expect(sayBackend(why)).toMatch(/^You asked for TensorFlow\.js/);
  });

  test('with a graphics card but no WebGPU is its WebGL, which passes the self-test', async () => {
    pretendWebglCard();
    const { models, device, why } = await startTfjs({ onFault: ignore });
    expect(models).toMatchObject({ kernel: 'composed', where: 'gpu', ahead: 2 });
    expect(device).toBe('WebGL, a card');
    expect(sayBackend(why)).toMatch(
      /^This browser has WebGPU, but no graphics adapter\. You asked for TensorFlow\.js/,
    );
  });

  test('with software adapters is its WebAssembly, with both reasons', async () => {
    const { models, device, why } = await startTfjs({ onFault: ignore });
    expect(models).toMatchObject({ kernel: 'composed', where: 'host', ahead: 0 });
    expect(device).toBe('WebAssembly');
    expect(sayBackend(why)).toMatch(
      /^This machine’s WebGPU is computed on the CPU \(.*swiftshader.*\)\. This machine’s WebGL is computed on the CPU \(.*SwiftShader.*\)\. You/,
    );
  });

  test('in a browser without WebGL 2 is its WebAssembly, with the reason', async () => {
    vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockReturnValue(null);
    const { device, why } = await startTfjs({ onFault: ignore });
    expect(device).toBe('WebAssembly');
    expect(sayBackend(why)).toContain(' This browser offers no WebGL 2. You asked');
  });

  test('in a browser without OffscreenCanvas is its WebAssembly, with the reason', async () => {
    vi.stubGlobal('OffscreenCanvas', undefined);
    const { device, why } = await startTfjs({ onFault: ignore });
    expect(device).toBe('WebAssembly');
    expect(sayBackend(why)).toContain('no WebGL outside of pages (no OffscreenCanvas).');
  });

  test('is not a WebGL of 16-bit floats, which is refused in words', async () => {
    pretendWebglCard();
    const { getExtension } = WebGL2RenderingContext.prototype;
    const withoutFloats = function (this: WebGL2RenderingContext, name: 'WEBGL_multi_draw') {
      return String(name) === 'EXT_color_buffer_float' ? null : getExtension.call(this, name);
    };
    vi.spyOn(WebGL2RenderingContext.prototype, 'getExtension').mockImplementation(
      withoutFloats as typeof getExtension,
    );
    tf.env().reset(); // tfjs remembers what it found out about an earlier context
    try {
      const { device, why } = await startTfjs({ onFault: ignore });
      expect(device).toBe('WebAssembly');
      expect(sayBackend(why)).toContain(
        'Its WebGL cannot be used (it computes with 16-bit floats only',
      );
    } finally {
      tf.env().reset();
    }
  });

  test('after a WebGL context is lost during the self-test is its WebAssembly, with the reason', async () => {
    const contexts = pretendWebglCard();
    const faults: string[] = [];
    const { device, why } = await startTfjs({
      onFault: ({ message }) => faults.push(message),
      selfTest: async (models) => {
        if (models.where === 'gpu') loseContext(contexts.at(-1)!);
        await tapedSelfTest(models);
      },
    });
    expect(device).toBe('WebAssembly');
    expect(sayBackend(why)).toMatch(/Its WebGL cannot be used \(.+\)\. You/);
  });

  test('gives up a WebGL whose fence is never signalled and sends it nothing more', async () => {
    pretendWebglCard();
    const wait = vi
      .spyOn(WebGL2RenderingContext.prototype, 'clientWaitSync')
      .mockImplementation((): number => WebGL2RenderingContext.TIMEOUT_EXPIRED);
    const { device, why } = await startTfjs({
      onFault: ignore,
      patience: 500,
      selfTest: readsOneSum,
    });
    expect(device).toBe('WebAssembly');
    expect(sayBackend(why)).toContain(
      'Its WebGL cannot be used (its self-test was not done after 0.5 s).',
    );
    const asked = wait.mock.calls.length;
    expect(asked).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(wait.mock.calls.length).toBe(asked);
  });

  test('skips one that computes wrongly and names what was wrong', async () => {
    let calls = 0;
    const { device, why } = await startTfjs({
      onFault: ignore,
      selfTest: async () => {
        if (calls++ === 0) throw new Error('the gradient: off by 0.5 of the largest number');
      },
    });
    expect(device).toBe('JavaScript');
    expect(sayBackend(why)).toContain('Its WebAssembly cannot be used (the gradient: off by 0.5');
  });

  test('if none works, nothing else is used and every reason is given', async () => {
    const selfTest = async () => {
      throw new Error('broken');
    };
    await expect(startTfjs({ onFault: ignore, selfTest })).rejects.toMatchObject({
      of: 'tfjs',
      facts: [
        { kind: 'softwareAdapter', way: 'webgpu' },
        { kind: 'softwareAdapter', way: 'webgl' },
        { kind: 'tfjsFailed', way: 'wasm', message: 'broken' },
        { kind: 'tfjsFailed', way: 'cpu', message: 'broken' },
      ],
    });
  });
});

test('rejects every pending and every later read once a WebGL context is lost', async () => {
  const contexts = pretendWebglCard();
  const faults: string[] = [];
  await startTfjs({
    onFault: ({ kind, message }) => faults.push(`${kind}: ${message}`),
    selfTest: readsOneSum,
  });
  expect(tf.getBackend()).toBe('webgl');
  const wait = vi
    .spyOn(WebGL2RenderingContext.prototype, 'clientWaitSync')
    .mockImplementation((): number => WebGL2RenderingContext.TIMEOUT_EXPIRED);
  const sum = tf.add(tf.ones([64, 64]), tf.ones([64, 64]));
  const reads = [sum.data(), sum.data()]; // the second waits for the first
  await vi.waitFor(() => expect(wait).toHaveBeenCalled());
  loseContext(contexts.at(-1)!);
  const ends = await Promise.all(reads.map((read) => read.then(() => 'numbers', String)));
  expect(ends).toEqual(Array(2).fill('Error: The WebGL context was lost.'));
  expect(faults).toEqual(['gone: The WebGL context was lost.']);
  await expect(sum.data()).rejects.toThrow('The WebGL context was lost.');
  // eslint-disable-next-line no-restricted-properties -- tfjs itself reads this way when it hands small tensors to the processor
  expect(() => sum.dataSync()).toThrow('The WebGL context was lost.');
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

/** Milliseconds: of what a user's run does every five seconds, and gives up after ten, no test has to wait for. */
const HASTY = { snapshotEvery: 500, patience: 2000 };

/** An engine in this page, so that its device can be broken. */
async function running() {
  const states: RunState[] = [];
  const steps: { readonly step: number; readonly loss: number }[] = [];
  const backends: BackendInfo[] = [];
  const engine = new Engine((event: EngineEvent) => {
    if (event.type === 'state') states.push(event.state);
    if (event.type === 'backend') backends.push(event.backend);
    if (event.type === 'metrics') steps.push(...event.steps);
  }, HASTY);
  const snapshot = vi.spyOn(Trainer.prototype, 'snapshot');
  engine.receive({ type: 'open', runId: 'a', spec: small });
  engine.receive({ type: 'ask', runIds: ['a'], action: 'run' });
  const more = async (than: number) =>
    vi.waitFor(() => expect(steps.length).toBeGreaterThan(than), { timeout: 100_000 });
  const why = () =>
    states.flatMap((state) => ('moved' in state && state.moved ? [sayMoved(state.moved)] : []));
  /** Until a snapshot was taken, and steps that only a repetition gives again. */
  const kept = async () => {
    await vi.waitFor(() => expect(snapshot).toHaveBeenCalled(), { timeout: 100_000 });
    await more(steps.length + 1);
  };
  await more(1);
  return { states, engine, steps, backends, more, kept, why };
}

describe('a device that breaks while tfjs trains on it', () => {
  test('if it is lost, the run continues from its last snapshot, with tfjs on a new device', async () => {
    pretendWebgpuCard();
    const { engine, steps, why, more, kept, backends } = await running();
    await kept();
    currentDevice()!.destroy();
    await vi.waitFor(
      () =>
        expect(why()).toEqual([
          expect.stringMatching(/graphics device was lost .* Training went on from step \d+\./),
        ]),
      { timeout: 100_000 },
    );
    const resumed = Number(/from step (\d+)/.exec(why()[0]!)![1]);
    expect(resumed).toBeGreaterThan(0);
    const before = steps.length;
    await more(before + 2);
    // A repeated step has the same loss.
    const again = steps.slice(before);
    for (const { step, loss } of again) {
      const first = steps.slice(0, before).find((old) => old.step === step);
      if (first) expect(loss).toBeCloseTo(first.loss, 4);
    }
    expect(again[0]!.step).toBe(resumed + 1);
    expect(backends.map(({ device }) => device)).toEqual(Array(2).fill('WebGPU, a card'));
    engine.receive({ type: 'close', runIds: ['a'] });
  });

  test('after an uncaught error tfjs continues without the card', async () => {
    pretendWebgpuCard();
    const { engine, steps, why, more, backends } = await running();
    currentDevice()!.onuncapturederror!({
      error: { message: 'as a driver reports it' },
    } as GPUUncapturedErrorEvent);
    await vi.waitFor(
      () => expect(why()).toEqual([expect.stringMatching(/cannot be trusted\. Training went on/)]),
      { timeout: 100_000 },
    );
    expect(backends.map(({ name }) => name)).toEqual(['tfjs', 'tfjs']);
    expect(backends[1]!.device).toBe('WebAssembly');
    await more(steps.length + 3);
    engine.receive({ type: 'close', runIds: ['a'] });
  });
});

test('if its WebGL context is lost, the run says so and continues in WebAssembly', async () => {
  const contexts = pretendWebglCard();
  const { engine, steps, why, more, kept, backends } = await running();
  expect(backends.map(({ device }) => device)).toEqual(['WebGL, a card']);
  await kept();
  loseContext(contexts.at(-1)!);
  await vi.waitFor(
    () =>
      expect(why()).toEqual([
        expect.stringMatching(/^The WebGL context was lost\. Training went on from step \d+\.$/),
      ]),
    { timeout: 100_000 },
  );
  const resumed = Number(/from step (\d+)/.exec(why()[0]!)![1]);
  expect(resumed).toBeGreaterThan(0);
  await more(steps.length + 2);
  const before = steps.findLastIndex(({ step }) => step === resumed + 1);
  expect(before).toBeGreaterThan(0);
  for (const { step, loss } of steps.slice(before)) {
    const first = steps.slice(0, before).find((old) => old.step === step);
    if (first) expect(loss).toBeCloseTo(first.loss, 3);
  }
  expect(backends[1]!.device).toBe('WebAssembly');
  expect(sayBackend(backends[1]!.why)).toContain('WebGPU and WebGL are left out after a fault');
  engine.receive({ type: 'close', runIds: ['a'] });
});

test('switching from tfjs to our kernels and back uses the requested backend for each new run', async () => {
  const { engine, backends, more, steps } = await running();
  for (const [i, backend] of (['wasm', 'tfjs'] as const).entries()) {
    engine.receive({ type: 'close', runIds: ['a'] });
    engine.receive({ type: 'open', runId: 'a', spec: { ...small, backend } });
    engine.receive({ type: 'ask', runIds: ['a'], action: 'run' });
    await vi.waitFor(() => expect(backends).toHaveLength(i + 2), { timeout: 100_000 });
    await more(steps.length + 2);
  }
  expect(backends.map(({ name }) => name)).toEqual(['tfjs', 'wasm', 'tfjs']);
  engine.receive({ type: 'close', runIds: ['a'] });
});
