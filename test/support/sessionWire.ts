/** @file A wire without an engine: the messages a session sent, and a way to reply for each of its runs. */
import type { DeviceLimits } from '../../src/core/limits';
import type { Engine } from '../../src/workers/train/client';
import type { Command, EngineEvent, RunId } from '../../src/workers/train/protocol';
import type { RunState } from '../../src/workers/train/runState';
import type { Session } from '../../src/session/session.svelte';
import { modelSpecOf } from '../../src/spec/model';
import { fakeFrame } from '../fakes/fakeEngine';

const ROOM: DeviceLimits = { total: 2 ** 30, largestTensor: 2 ** 28 };

/** Reports of these steps. */
export const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    step: from + i,
    loss: 4 / (from + i),
    accuracy: 0.5,
    gradNorm: 1,
    rate: 0.003,
    ms: 10,
    batch: (from + i).toString(16).padStart(8, '0'),
  }));

type Told = EngineEvent extends infer One
  ? One extends EngineEvent
    ? Omit<One, 'runId'>
    : never
  : never;

/** `begin` makes the session, or a page with one, on the engine it is given. */
export function wired<Page extends { readonly session: Session }>(begin: (engine: Engine) => Page) {
  const sent: Command[] = [];
  const listeners = new Map<RunId, (event: EngineEvent) => void>();
  const engine: Engine = {
    send: (command) => sent.push(command),
    listen: (id, to) => {
      listeners.set(id, to);
      return () => void listeners.delete(id);
    },
    dispose: () => {},
  };
  const page = begin(engine);
  const { session } = page;
  const ids = () => session.runs.map(({ id }) => id);
  const tell = (i: number, event: Told) =>
    listeners.get(ids()[i]!)?.({ ...event, runId: ids()[i]! } as EngineEvent);
  const state = (i: number, next: RunState) => tell(i, { type: 'state', state: next });
  const backend = (i: number, limits = ROOM) =>
    tell(i, {
      type: 'backend',
      backend: { name: 'webgpu', kernel: 'gpu', device: 'fake', why: [{ kind: 'asked' }], limits },
    });
  const all = (act: (i: number) => void) => session.runs.forEach((_, i) => act(i));
  /** The i-th run took these steps. */
  const took = (i: number, from: number, to: number) =>
    tell(i, { type: 'metrics', steps: steps(from, to) });
  const frame = (i: number, step: number) =>
    tell(i, { type: 'frame', frame: fakeFrame(modelSpecOf(session.specs[i]!), step) });
  /** All runs are paused at this step. */
  const ready = (step = 0) =>
    all((i) => {
      backend(i);
      state(i, { phase: 'paused', step });
    });
  return {
    page,
    session,
    sent,
    ids,
    tell,
    state,
    backend,
    all,
    ready,
    took,
    frame,
    /** They were ready, train, and took three steps. */
    trained: () => {
      ready();
      session.train();
      all((i) => {
        state(i, { phase: 'running', step: 0 });
        took(i, 1, 3);
      });
    },
    listening: () => [...listeners.keys()],
    opened: () => sent.flatMap((one) => (one.type === 'open' ? [one.runId] : [])),
    closed: () => sent.flatMap((one) => (one.type === 'close' ? one.runIds : [])),
    /** The requests and their runs, without pictures. */
    asked: () =>
      sent.flatMap((one) =>
        one.type === 'ask' && one.action !== 'frame' ? [[one.action, one.runIds] as const] : [],
      ),
    pictures: () => sent.filter((one) => one.type === 'ask' && one.action === 'frame').length,
    lengths: () => session.histories.map((history) => history.steps.length),
  };
}
