/**
 * @file Kernels of masks in tiles are tested just before the first layer uses them: on a GPU they take long to compile.
 * On a software adapter, so are those with and without summaries.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BackendFact } from '../../src/core/backendFacts';
import type { ComputingChoice } from '../../src/engine/computing';
import { Engine } from '../../src/engine/engine';
import { HOST_LIMITS } from '../../src/machines/backend';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine } from '../../src/machines/machine';
import type { EngineEvent } from '../../src/workers/train/protocol';
import type { Bundle } from '../../src/program/program';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { zebras } from '../../src/train/zebra';

const state = vi.hoisted(() => ({
  kernel: 'gpu' as 'gpu' | 'softwareGpu',
  broken: false,
  chosen: [] as string[],
  opened: [] as string[],
  /** For each bundle: whether its attention has a part for summaries, with duplicates left out. */
  summaries: [] as boolean[][],
}));

/** Plain loops that stand in for a graphics card; when broken, masks in tiles read one tile too few. */
function card(): Machine {
  const loops = hostMachine();
  return {
    kernel: state.kernel,
    open(bundle: Bundle) {
      const launches = Object.values(bundle.programs).flatMap((program) => program.launches);
      state.opened.push(...launches.map(({ kernel }) => kernel.name));
      const attention = launches.filter(({ kernel }) => kernel.name === 'attentionForward');
      state.summaries.push([
        ...new Set(attention.map(({ constants }) => constants['summaries'] !== 0)),
      ]);
      const tiles = launches.find(({ kernel }) => kernel.name === 'tiledForward')?.buffers['reads'];
      if (!state.broken || !tiles) return loops.open(bundle);
      const kept = Object.entries(bundle.kept).map(([name, buffer]) => [
        name,
        name === tiles.buffer
          ? { ...buffer, content: () => buffer.content!().slice().fill(0, -3) }
          : buffer,
      ]);
      return loops.open({ ...bundle, kept: Object.fromEntries(kept) as Bundle['kept'] });
    },
  };
}

vi.mock('../../src/engine/computing', () => ({
  async chooseComputing({ selfTest }: ComputingChoice) {
    const names = ['webgpu', 'cpu'] as const;
    const why: BackendFact[] = [];
    for (const name of names) {
      const machine = name === 'webgpu' ? card() : hostMachine();
      try {
        await selfTest(machine);
      } catch (cause) {
        why.push({ kind: 'failedSelfTest', way: 'webgpu', message: (cause as Error).message });
        continue;
      }
      state.chosen.push(name);
      const info = { name, kernel: machine.kernel, device: name, why, limits: HOST_LIMITS };
      const own = { ...info, machine, software: false };
      return { info, models: zebras(machine), own, fallible: false };
    }
    throw new Error('no way to compute');
  },
}));

const plain: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 24,
  window: 4,
  chunk: 4,
  plan: 'local',
  layers: 2,
  width: 16,
  heads: 2,
  batch: 2,
};
const tiled: RunSpec = { ...plain, plan: 'custom', stripes: 'GK' };

let events: EngineEvent[];
let engine: Engine;

beforeEach(() => {
  Object.assign(state, { kernel: 'gpu', broken: false, chosen: [], opened: [], summaries: [] });
  events = [];
  engine = new Engine((event) => void events.push(event));
});
afterEach(() => {
  engine.receive({ type: 'close', runIds: ['a', 'b', 'c'] });
});

async function open(runId: string, spec: RunSpec): Promise<void> {
  engine.receive({ type: 'open', runId, spec });
  await vi.waitFor(() => {
    const states = events.filter((event) => event.type === 'state' && event.runId === runId);
    expect(states.at(-1)).toMatchObject({ state: { phase: 'paused' } });
  });
}

test('kernels of tiled masks are compiled only for a run with such masks', async () => {
  await open('a', plain);
  expect(state.opened).toContain('attentionForward');
  expect(state.opened).not.toContain('tiledForward');
  await open('b', tiled);
  const times = () => state.opened.filter((name) => name === 'tiledForward').length;
  const before = times();
  expect(before).toBeGreaterThan(2); // the test's programs, and those of the run
  expect(state.chosen).toEqual(['webgpu']);
});

test('if kernels of tiled masks fail their test, another machine is used, and the reason is reported', async () => {
  state.broken = true;
  await open('a', plain);
  expect(state.chosen).toEqual(['webgpu']);
  await open('b', tiled);
  expect(state.chosen).toEqual(['webgpu', 'cpu']);
  const told = events.filter((event) => event.type === 'backend').at(-1);
  expect(told).toMatchObject({
    runId: 'b',
    backend: {
      name: 'cpu',
      why: [{ way: 'webgpu', message: expect.stringMatching(/^tiledForward is off by/) }],
    },
  });
});

test('a first run with tiled masks tests their kernels at its start', async () => {
  state.broken = true;
  await open('b', tiled);
  expect(state.chosen).toEqual(['cpu']);
});

describe('with and without summaries', () => {
  const approximate: RunSpec = { ...plain, plan: 'approximate' };

  test('kernels on a software adapter are each tested just before the first run that uses them', async () => {
    state.kernel = 'softwareGpu';
    await open('a', plain);
    expect(state.summaries).toEqual([[false], [false]]); // the test, then the run
    await open('b', approximate);
    expect(state.summaries.slice(2)).toEqual([[true], [true]]);
    await open('c', plain);
    expect(state.summaries.slice(4)).toEqual([[false]]); // tested already
    expect(state.chosen).toEqual(['webgpu']);
  });

  test('kernels on a graphics card are the same, and tested at its start', async () => {
    await open('a', plain);
    await open('b', approximate);
    expect(state.summaries).toEqual([[true], [true], [true]]); // the test, then both runs
  });
});
