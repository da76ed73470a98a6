/**
 * @file A thread disappears in the middle of a launch in the real engine: the runs continue in one thread, from their
 * snapshots, and the page is told.
 */
import { afterEach, expect, test, vi } from 'vitest';
import type { FewerThreads } from '../../src/core/backendFacts';
import type { ComputingChoice } from '../../src/engine/computing';
import { Engine } from '../../src/engine/engine';
import { HOST_LIMITS } from '../../src/machines/backend';
import type { Crew } from '../../src/machines/crew';
import { hostMachine } from '../../src/machines/hostMachine';
import { zebras } from '../../src/train/zebra';
import type { EngineEvent } from '../../src/workers/train/protocol';
import { nodeCrew } from '../support/crew';
import { modules } from '../support/simd';
import { TINY_RUN } from '../support/tinyRun';

const at = vi.hoisted(() => ({ tell: undefined as ((fact: FewerThreads) => void) | undefined }));
vi.mock('../../src/engine/threads', () => ({
  threadsHere: (tell: (fact: FewerThreads) => void) => {
    at.tell = tell;
    return { kind: 'oneThread', because: 'oneCore' };
  },
}));
vi.mock('../../src/engine/computing', () => ({
  chooseComputing: (_: ComputingChoice) => {
    crew = nodeCrew(
      3,
      () => ({ post() {}, stop() {} }),
      (fact) => at.tell!(fact),
    );
    const machine = hostMachine(modules().module, crew, 1);
    const info = { name: 'wasm', kernel: 'simd', threads: 3, device: 'WebAssembly', why: [] };
    return Promise.resolve({
      info: { ...info, limits: HOST_LIMITS },
      models: zebras(machine),
      fallible: false,
    });
  },
}));

const spec = TINY_RUN;

let crew: Crew;
let engine: Engine;
let events: EngineEvent[];
const of = <T extends EngineEvent['type']>(type: T) =>
  events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
const states = (id: string) =>
  of('state').flatMap(({ runId, state }) => (runId === id ? [state] : []));
const runIds = ['a', 'b'];

afterEach(() => {
  vi.restoreAllMocks();
  engine.receive({ type: 'close', runIds });
  crew.stop();
});

async function opened(): Promise<void> {
  events = [];
  engine = new Engine((event) => void events.push(event), { snapshotEvery: 0 });
  for (const runId of runIds) engine.receive({ type: 'open', runId, spec });
  await vi.waitFor(() => {
    for (const id of runIds) expect(states(id).at(-1)?.phase).toBe('paused');
  }, 60_000);
}

/** The next part that is taken is never finished, and waiting takes no time. */
function losePart(): void {
  const { compareExchange } = Atomics;
  vi.spyOn(Atomics, 'compareExchange').mockImplementationOnce((words, word, expected, value) => {
    compareExchange(
      words as unknown as Int32Array,
      word,
      expected as unknown as number,
      value as unknown as number,
    );
    return -1 as never;
  });
  vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
}

test('all runs continue from their snapshots, in one thread, and the page is told', async () => {
  await opened();
  engine.receive({ type: 'ask', runIds, action: 'run' });
  const steps = (id: string) =>
    of('metrics').flatMap(({ runId, steps }) => (runId === id ? steps : []));
  await vi.waitFor(() => expect(steps('b').length).toBeGreaterThan(5), 60_000);
  expect(crew.working).toBe(3);
  losePart();
  await vi.waitFor(() => {
    for (const id of runIds)
      expect(states(id).at(-1)).toMatchObject({
        phase: 'running',
        moved: { because: { kind: 'stuck' }, trains: true },
      });
  }, 60_000);
  vi.restoreAllMocks();
  expect(crew.working).toBe(1);
  const before = events.length;
  await vi.waitFor(
    () =>
      expect(events.slice(before).filter(({ type }) => type === 'metrics').length).toBeGreaterThan(
        4,
      ),
    60_000,
  );
  expect(states('a').map(({ phase }) => phase)).not.toContain('failed');
  expect(states('a').map((state) => 'doing' in state && state.doing)).toContain('recoveringThread');
  expect(of('backend').at(-1)!.backend.why[0]).toEqual({ kind: 'threadStuck' });
  // The losses are those of a run that lost nothing: the snapshot has no half-done step.
  const last = new Map(steps('a').map(({ step, loss }) => [step, loss]));
  const other = new Map(steps('b').map(({ step, loss }) => [step, loss]));
  expect(last.size).toBeGreaterThan(5);
  for (const [step, loss] of last) if (other.has(step)) expect(other.get(step)).toBe(loss);
});

test('a model whose memory cannot be shared is computed in one thread, its page is told, and the next model is not', async () => {
  await opened();
  const { open } = crew;
  crew.open = (bytes) => {
    at.tell!({ kind: 'noSharedMemory', bytes });
    return undefined;
  };
  engine.receive({ type: 'open', runId: 'c', spec });
  await vi.waitFor(() => expect(states('c').at(-1)?.phase).toBe('paused'), 60_000);
  const whyOf = (id: string) =>
    of('backend')
      .filter(({ runId }) => runId === id)
      .at(-1)!
      .backend.why.map(({ kind }) => kind);
  expect(whyOf('c')).toEqual(['noSharedMemory']);
  crew.open = open;
  engine.receive({ type: 'open', runId: 'd', spec });
  await vi.waitFor(() => expect(states('d').at(-1)?.phase).toBe('paused'), 60_000);
  expect(whyOf('d')).toEqual([]);
  engine.receive({ type: 'close', runIds: ['c', 'd'] });
});
