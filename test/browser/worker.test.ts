/** @file The engine in its real worker, over the real wire, on every kind of backend. */
import { afterEach, describe, expect, test } from 'vitest';
import { trainingMemory } from '../../src/model/memory';
import { modelSpecOf } from '../../src/spec/model';
import { presets, specOfPreset } from '../../src/spec/preset';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import type { Command, EngineEvent } from '../../src/workers/train/protocol';
import { sayFailure } from '../../src/state/sayEngine';
import { DEEP, size } from '../support/deep';

type Type = EngineEvent['type'];
type Of<T extends Type> = Extract<EngineEvent, { type: T }>;

/** A worker and all its events. */
class Wire {
  readonly events: EngineEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #worker: Worker;

  constructor(start: () => Worker) {
    this.#worker = start();
    this.#worker.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
      this.events.push(data);
      for (const look of this.#waiting) look();
    };
  }

  send(command: Command): void {
    this.#worker.postMessage(
      command.type === 'open' ? { ...command, base: `${location.origin}/` } : command,
    );
  }

  of<T extends Type>(type: T): Of<T>[] {
    return this.events.filter((event): event is Of<T> => event.type === type);
  }

  /** Resolves when `ready` is true of all events so far. */
  until(ready: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(new Error(`waited for ${what}; had ${JSON.stringify(this.of('state').at(-1))}`)),
        200_000, // less than a test's timeout, so that the message names what it waited for
      );
      const look = () => {
        if (!ready()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  phase = () => this.of('state').at(-1)?.state.phase;
  step = () => this.of('metrics').at(-1)?.steps.at(-1)?.step ?? 0;
  stop = () => this.#worker.terminate();
}

const engineWorker = () =>
  new Worker(new URL('../../src/workers/train/train.worker.ts', import.meta.url), {
    type: 'module',
  });
/** The same on a machine whose only graphics is a WebGL that calls itself a card. */
const webglWorker = () =>
  new Worker(new URL('../support/webglCard.worker.ts', import.meta.url), { type: 'module' });

let wire: Wire;
afterEach(() => wire.stop());

const runId = 'run';
const small: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  window: 4,
  chunk: 4,
  width: 16,
  heads: 2,
  batch: 2,
};

async function open(spec: RunSpec, more: { text?: string } = {}, start = engineWorker) {
  wire = new Wire(start);
  wire.send({ type: 'open', runId, spec, ...more });
  await wire.until(
    () => wire.phase() === 'paused' || wire.phase() === 'failed',
    'an answer to open',
  );
}

const message = () => {
  const last = wire.of('state').at(-1)!.state;
  return last.phase === 'failed' ? sayFailure(last.failure) : `(${last.phase})`;
};

interface Way {
  readonly way: string;
  readonly backend: RunSpec['backend'];
  readonly device?: string;
  readonly start?: () => Worker;
  /** Patterns of the layers. */
  readonly stripes: string;
  /** Steps that are compared. */
  readonly steps: number;
}
const whole = { stripes: 'GSAS', steps: 10 };
/** Of a way that takes a second per step on two cores: one layer of each kind, and no validation beyond the first. */
const part = { stripes: 'SA', steps: 4 };
const WAYS: readonly Way[] = [
  { way: 'webgpu', backend: 'webgpu', ...whole },
  { way: 'wasm', backend: 'wasm', ...whole },
  { way: 'cpu', backend: 'cpu', ...whole },
  { way: 'tfjs', backend: 'tfjs', device: 'WebAssembly', ...whole },
  {
    ...{ way: 'tfjs in WebGL', backend: 'tfjs', device: 'WebGL, a card', start: webglWorker },
    ...(DEEP ? whole : part),
  },
];
const specOn = (backend: RunSpec['backend'], stripes: string): RunSpec => ({
  ...small,
  backend,
  plan: 'custom',
  layers: stripes.length,
  stripes,
});

/** Losses of the first steps on each backend, kept for the tests that compare them: opening a run takes long. */
const first = new Map<Way, number[]>();
const firstLosses = (count: number) =>
  wire
    .of('metrics')
    .flatMap(({ steps }) => steps.map(({ loss }) => loss))
    .slice(0, count);

/** A closer look evaluates some 600 batches, which takes a minute if the processor emulates a graphics card. */
const LOOKING = ['wasm', 'cpu', 'tfjs', 'webgpu', 'tfjs in WebGL'].slice(0, size('looks'));

async function closerLook() {
  wire.send({ type: 'ask', runIds: [runId], action: 'evaluate' });
  await wire.until(() => wire.of('evaluation').length === 1, 'a closer look');
  const { step, positions, distances } = wire.of('evaluation')[0]!.evaluation;
  expect(step).toBe(1);
  expect(positions.counts).toHaveLength(24);
  expect(positions.counts.slice(0, 20).every((count) => count === 0)).toBe(true); // only questions are scored
  expect(positions.losses[23]! / positions.counts[23]!).toBeGreaterThan(1);
  expect(distances.length).toBeGreaterThan(10);
}

describe.each(WAYS)('in a worker on $way', (one) => {
  const { way, backend, device, stripes } = one;
  test('trains, pauses, steps, draws, and stays within its predicted memory', async () => {
    const spec = specOn(backend, stripes);
    await open(spec, {}, one.start);
    expect(wire.of('backend').at(-1)!.backend).toMatchObject({
      name: backend,
      ...(device !== undefined && { device }),
    });

    wire.send({ type: 'ask', runIds: [runId], action: 'frame' });
    wire.send({ type: 'ask', runIds: [runId], action: 'step' });
    await wire.until(() => wire.phase() === 'paused' && wire.step() === 1, 'one step');
    const { frame } = wire.of('frame')[0]!;
    expect(frame).toMatchObject({ step: 0, T: 24, heads: 2, size: 24, factor: 1 });
    expect(frame.layers).toHaveLength(stripes.length);
    for (const { weights } of frame.layers) {
      for (let row = 0; row < 48; row++) {
        const sum = weights.subarray(row * 24, row * 24 + 24).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 3);
      }
    }

    await wire.until(() => wire.of('validation').length > 0, 'a validation');
    expect(wire.of('validation')[0]!.validation).toMatchObject({ step: 1 });
    if (LOOKING.includes(way)) await closerLook();

    wire.send({ type: 'ask', runIds: [runId], action: 'run' });
    await wire.until(() => wire.step() >= one.steps, 'more steps');
    wire.send({ type: 'ask', runIds: [runId], action: 'pause' });
    await wire.until(() => wire.phase() === 'paused', 'the pause');
    const steps = wire.of('metrics').flatMap(({ steps }) => steps.map(({ step }) => step));
    expect(steps).toEqual(steps.map((_, i) => i + 1)); // none lost, none twice
    first.set(one, firstLosses(one.steps));
    const paused = wire.step();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(wire.step()).toBe(paused);

    const predicted = trainingMemory(
      modelSpecOf(spec),
      spec.batch,
      wire.of('backend').at(-1)!.backend.kernel,
    ).peak;
    const measured = wire.of('memory').at(-1)!.memory.peak;
    // The prediction counts what our programs allocate; the tape keeps more.
    if (backend === 'tfjs') expect(measured).toBeGreaterThan(predicted);
    else expect(Math.abs(measured / predicted - 1)).toBeLessThan(0.1);
  });
});

async function train({ backend, stripes, steps, start }: Way): Promise<number[]> {
  await open(specOn(backend, stripes), {}, start);
  wire.send({ type: 'ask', runIds: [runId], action: 'run' });
  await wire.until(() => wire.step() >= steps, 'the first steps');
  const losses = firstLosses(steps);
  wire.stop();
  return losses;
}

test('all backends give the same losses from the same seed', async () => {
  const loops = WAYS.find(({ way }) => way === 'cpu')!;
  const expected = new Map<string, number[]>();
  for (const one of WAYS) {
    const { way, stripes } = one;
    if (!expected.has(stripes)) expected.set(stripes, await train({ ...loops, stripes }));
    const losses = first.get(one) ?? (await train(one));
    expect(losses).toHaveLength(one.steps);
    for (const [step, loss] of losses.entries())
      expect(loss, `${way}, step ${step + 1}`).toBeCloseTo(expected.get(stripes)![step]!, 3); // float32 sums in another order
  }
});

test('the same seed on the same backend gives the same bits', async () => {
  // On WebGPU, long.test.ts repeats more steps without a worker, which compiles every kernel twice again.
  const one = WAYS.find(({ way }) => way === (DEEP ? 'webgpu' : 'wasm'))!;
  expect(await train(one)).toEqual(first.get(one) ?? (await train(one)));
});

describe('runs that are compared', () => {
  const ids = ['global', 'local', 'approximate', 'grouped'];
  const together = (action: 'run' | 'pause' | 'step' | 'frame') =>
    wire.send({ type: 'ask', runIds: ids, action });
  const stateOf = (id: string) =>
    wire
      .of('state')
      .filter(({ runId }) => runId === id)
      .at(-1)?.state;
  const stepsOf = (id: string) =>
    wire
      .of('metrics')
      .filter(({ runId }) => runId === id)
      .flatMap(({ steps }) => steps);
  const paused = (alive = ids) =>
    wire.until(() => alive.every((id) => stateOf(id)?.phase === 'paused'), 'all to pause');
  const openAll = (spec: RunSpec, other: Partial<Record<string, Partial<RunSpec>>> = {}) => {
    wire = new Wire(engineWorker);
    for (const id of ids)
      wire.send({ type: 'open', runId: id, spec: { ...spec, plan: id, ...other[id] } });
  };

  test.each(['webgpu', 'wasm'] as const)(
    'are on the same step at every pause, with the same batches, on %s',
    async (backend) => {
      openAll({ ...small, backend });
      together('run'); // waits until the last of them is open
      for (const least of [3, 11]) {
        await wire.until(() => stepsOf('local').length >= least, 'some steps');
        together('pause');
        await paused();
        const counts = ids.map((id) => stepsOf(id).length);
        expect(new Set(counts).size).toBe(1);
        expect(counts[0]).toBeGreaterThanOrEqual(least);
        together('step');
        await wire.until(
          () => ids.every((id) => stepsOf(id).length === counts[0]! + 1),
          'one step of each',
        );
        await paused();
        together('run');
      }
      const batches = ids.map((id) => stepsOf(id).map(({ batch }) => batch));
      const least = Math.min(...batches.map(({ length }) => length));
      for (const of of batches) expect(of.slice(0, least)).toEqual(batches[0]!.slice(0, least));
      expect(new Set(batches[0]).size).toBe(batches[0]!.length); // every step has another batch
    },
  );

  test('are drawn at the same step', async () => {
    openAll({ ...small, backend: 'wasm' });
    together('run');
    await wire.until(() => stepsOf('global').length > 0, 'the first steps');
    for (let i = 1; i <= 5; i++) {
      together('frame');
      await wire.until(() => wire.of('frame').length === i * ids.length, 'a picture of each');
      const drawn = wire.of('frame').slice(-ids.length);
      expect(new Set(drawn.map(({ frame }) => frame.step)).size).toBe(1);
    }
  });

  test('stop alone if one fails, which says why; the others continue', async () => {
    openAll({ ...small, backend: 'wasm' }, { local: { task: 'own-text' } }); // without a text
    together('run');
    await wire.until(() => stepsOf('approximate').length > 2, 'those that can run');
    wire.send({ type: 'close', runIds: ['approximate'] });
    const alive = ['global', 'grouped'];
    await wire.until(() => stepsOf('global').length > 5, 'the others');
    together('pause');
    await paused(alive);
    expect(stateOf('local')).toMatchObject({
      phase: 'failed',
      failure: { message: expect.stringContaining('there is no text yet') as string },
    });
    expect(stepsOf('global').length).toBe(stepsOf('grouped').length);
  });
});

describe('impossible requests', () => {
  test('impossible settings are refused before anything is allocated', async () => {
    await open({ ...small, width: 100, heads: 3 });
    expect(message()).toContain(
      'width 100 does not divide into 3 heads of 4, 8, 12, … numbers; try 96 or 108',
    );
  });

  test('a text that is too short is refused', async () => {
    await open({ ...DEFAULTS, task: 'own-text', backend: 'cpu' }, { text: 'short' });
    expect(message()).toMatch(/characters/);
  });
});

test('real text: the loss of Moby-Dick falls by a fifth', async () => {
  await open({ ...specOfPreset(presets.get('moby-dick')), backend: 'wasm' });
  wire.send({ type: 'ask', runIds: [runId], action: 'run' });
  await wire.until(() => wire.step() >= 30, 'thirty steps');
  const losses = wire.of('metrics').flatMap(({ steps }) => steps.map(({ loss }) => loss));
  expect(losses[0]).toBeGreaterThan(4.3); // ln 96 = 4.56
  expect(Math.min(...losses.slice(-5))).toBeLessThan(0.8 * losses[0]!);
  expect(wire.of('sample').length).toBeGreaterThan(0);
  expect(wire.of('validation').length).toBeGreaterThan(2);
});
